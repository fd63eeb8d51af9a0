import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemProcesses } from '../../../src/core/process.js';
import { createDocker, type Docker } from '../../../src/docker/client.js';
import { fetchFiles } from '../../../src/sandbox/fetch-files.js';
import { listView } from '../../../src/sandbox/list-view.js';
import { planContainers } from '../../../src/sandbox/plan-containers.js';
import { TAR_END, tarHeader } from '../../../src/workspace/tar-header.js';
import { containerInput, runSpec } from './spec-fixture.js';

const { fetch, list } = planContainers(containerInput(runSpec(), { strategy: 'copy' }));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'fetch-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** An engine whose containers print a file. */
function printing(bytes: Buffer): Docker {
  const file = join(directory, 'output');
  writeFileSync(file, bytes);
  const env = { PATH: process.env.PATH };
  return {
    ...createDocker(systemProcesses, env),
    start: () => systemProcesses.start({ file: 'cat', args: [file], env }),
  };
}

async function fetched(archive: Buffer, paths: readonly string[]): Promise<readonly string[]> {
  const names: string[] = [];
  if (fetch === undefined) return names;
  for await (const { path, content } of fetchFiles(printing(archive), fetch, paths)) {
    for await (const _ of content);
    names.push(path);
  }
  return names;
}

const file = (name: string): Buffer =>
  Buffer.concat([tarHeader({ type: 'file', name, mode: 0o644, uid: 0, gid: 0, mtime: 0, size: 0 })]);
const link = (name: string): Buffer =>
  tarHeader({ type: 'link', name, mode: 0o777, uid: 0, gid: 0, mtime: 0, size: 0, target: '/etc/passwd' });

describe('an archive from the engine', () => {
  it('of GNU tar gives every name back, byte by byte', async () => {
    const names = ['plain', 'n\xe9w', 'new\nline', 'x'.repeat(200), '-v', 'back\\slash'];
    const tree = join(directory, 'tree');
    mkdirSync(tree);
    for (const name of names) writeFileSync(Buffer.from(`${tree}/${name}`, 'latin1'), name);
    const options = fetch?.command
      .slice(1)
      .map((word) => (word.startsWith('--directory=') ? `--directory=${tree}` : word));
    const input = Buffer.from(names.map((name) => `./${name}\0`).join(''), 'latin1');
    const archive = execFileSync('tar', options ?? [], { input });
    expect(await fetched(archive, names)).toEqual(names);
  });
  it.each([
    ['a name that leads out', file('../../etc/cron.d/x')],
    ['an absolute name', file('/etc/cron.d/x')],
    ['a link in place of a file', link('./a')],
    [
      'a directory in place of a file',
      tarHeader({ type: 'directory', name: './a', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0 }),
    ],
    ['one file twice', Buffer.concat([file('./a'), file('./a')])],
    ['nothing', Buffer.alloc(0)],
    ['no archive at all', Buffer.from('x'.repeat(2_000))],
  ])('with %s ends the fetch', async (_, entries) => {
    await expect(fetched(Buffer.concat([entries, TAR_END]), ['a'])).rejects.toMatchObject({
      code: 'changes.capture',
    });
  });
});

describe('a list from the engine', () => {
  async function listed(bytes: Buffer): Promise<readonly string[]> {
    const paths: string[] = [];
    if (list !== undefined) for await (const { path } of listView(printing(bytes), list)) paths.push(path);
    return paths;
  }
  it('of GNU find gives every name back, byte by byte', async () => {
    const tree = join(directory, 'listed');
    mkdirSync(tree);
    writeFileSync(Buffer.from(`${tree}/n\xe9w\nline 7`, 'latin1'), '');
    symlinkSync('to\nwhere', join(tree, 'link'));
    const options = list?.command.slice(1).map((word) => (word === '/workspace' ? tree : word));
    expect([...(await listed(execFileSync('find', options ?? [])))].sort()).toEqual([
      'link',
      'n\xe9w\nline 7',
    ]);
  });
  it.each([
    'f 644 1 2 3.0 ../x\0\0',
    'f 644 1 2 3.0 /x\0\0',
    'f 644 1 2 3.0 a//b\0\0',
    'f 644 1 2 3.0 .\0\0',
    'x 644 1 2 3.0 a\0\0',
    'f 644 1 2 3.0 a\0',
  ])('with %j is refused', async (text) => {
    await expect(listed(Buffer.from(text))).rejects.toMatchObject({ code: 'changes.capture' });
  });
});
