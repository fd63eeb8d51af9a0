import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packView } from '../../../src/workspace/pack-view.js';
import { tarHeader } from '../../../src/workspace/tar-header.js';
import type { WorkspacePlan } from '../../../src/workspace/workspace-plan.js';

let directory: string;
let root: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pack-'));
  root = join(directory, 'work');
  mkdirSync(root);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const plan = (hidden: WorkspacePlan['hidden'] = []): WorkspacePlan => ({
  root,
  owner: { uid: 1001, gid: 1002 },
  mode: 'overlay',
  files: 0,
  hidden,
  findings: [],
  git: { kind: 'none', reason: 'test' },
  rules: { ignoreFile: '.agentignore', ignore: [], secrets: 'hide' },
  notices: [],
});

async function pack(hidden?: WorkspacePlan['hidden']) {
  const packed = { originals: new Map<string, string>(), leftOut: [] as string[] };
  const parts: Buffer[] = [];
  for await (const part of packView(
    { plan: plan(hidden), top: directory, scratchReadme: 'hello\n', prefix: 'view' },
    packed,
  ))
    parts.push(part);
  return { packed, archive: Buffer.concat(parts) };
}

/** Unpacked by GNU tar, as the sandbox does it. */
function unpack(archive: Buffer): string {
  execFileSync('tar', ['--extract', '--file=-', `--directory=${directory}`, '--same-permissions'], {
    input: archive,
  });
  return join(directory, 'view');
}

describe('the archive of a view', () => {
  it('keeps names of any bytes and length, modes, times and links', async () => {
    const names = [
      Buffer.from('plain'),
      Buffer.from('n\xe9w', 'latin1'),
      Buffer.from('new\nline'),
      Buffer.from('x'.repeat(250)),
      Buffer.from('Ü'),
    ];
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${root}/`), name]), name);
    const deep = join(root, 'd'.repeat(120), 'e'.repeat(120));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'f'), 'deep');
    chmodSync(join(root, 'plain'), 0o640);
    utimesSync(join(root, 'plain'), 1_000_000_000, 1_000_000_000);
    symlinkSync(Buffer.from(`/nowhere/${'y'.repeat(200)}\xff`, 'latin1'), join(root, 'link'));
    const { archive } = await pack();
    const view = unpack(archive);
    for (const name of names) {
      expect(readFileSync(Buffer.concat([Buffer.from(`${view}/`), name]))).toEqual(name);
    }
    expect(readFileSync(join(view, 'd'.repeat(120), 'e'.repeat(120), 'f'), 'utf8')).toBe('deep');
    expect(lstatSync(join(view, 'plain')).mode & 0o7777).toBe(0o640);
    expect(lstatSync(join(view, 'plain')).mtimeMs).toBe(1_000_000_000_000);
    expect(readlinkSync(join(view, 'link'), 'buffer')).toEqual(readlinkSync(join(root, 'link'), 'buffer'));
    expect(readFileSync(join(view, '.agent-scratch/README'), 'utf8')).toBe('hello\n');
  });
  it('holds nothing that is hidden, neither by name nor by content', async () => {
    mkdirSync(join(root, 'private/deep'), { recursive: true });
    writeFileSync(join(root, 'private/deep/a'), 'TOPSECRET');
    writeFileSync(join(root, '.env'), 'TOPSECRET');
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/config'), 'TOPSECRET');
    const { archive, packed } = await pack([
      { path: 'private', directory: true, reason: 'r' },
      { path: '.env', directory: false, reason: 'r' },
    ]);
    expect(archive.toString('latin1')).not.toMatch(/TOPSECRET|private|\.env|\.git/);
    expect([...packed.originals.keys()]).toEqual(['.agent-scratch', '.agent-scratch/README']);
  });
  it('leaves out what cannot be sent and says so', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const { packed } = await pack();
    expect(packed.leftOut).toEqual(['fifo']);
  });
  it('numbers that octal digits cannot hold arrive whole', () => {
    const header = tarHeader({
      type: 'file',
      name: 'big',
      mode: 0o644,
      uid: 3_000_000,
      gid: 0,
      mtime: 0,
      size: 2 ** 40,
    });
    // The content is missing on purpose, which tar tells by its exit code.
    const { stdout } = spawnSync('tar', ['--list', '--verbose', '--numeric-owner', '--file=-'], {
      input: header,
    });
    expect(stdout.toString()).toContain('3000000/0 1099511627776');
  });
});
