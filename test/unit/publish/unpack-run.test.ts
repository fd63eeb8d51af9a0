import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpackRun } from '../../../src/publish/unpack-run.js';

let root: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unpack-'));
  out = join(root, 'inner/out');
  mkdirSync(out, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const FILES = [
  ['report.json', '{"a":1}'],
  ['changes.json', '{}'],
  ['changes.patch', 'patch'],
] as const;

/** Makes an archive with Python: it writes any name as it is given. A third part is the file's mode. */
function archive(entries: readonly (readonly [string, string, number?])[]): string {
  const file = join(root, 'archive.zip');
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name, content, *mode in json.load(sys.stdin):
        info = zipfile.ZipInfo(name)
        info.external_attr = (mode[0] if mode else 0o100644) << 16
        archive.writestr(info, content)
`;
  execFileSync('python3', ['-W', 'ignore', '-c', program, file], { input: JSON.stringify(entries) });
  return file;
}

describe('the artifact of a run', () => {
  it('gives the three files that applying needs, and no other', async () => {
    await unpackRun(archive([...FILES, ['scratch/x', 'x'], ['agent.log', 'x']]), out);
    expect(readdirSync(out).sort()).toEqual(['changes.json', 'changes.patch', 'report.json']);
    expect(readFileSync(join(out, 'report.json'), 'utf8')).toBe('{"a":1}');
  });

  it.each([
    '../escaped',
    '../../escaped',
    '/tmp/cagent-escaped',
    'a/../../escaped',
    '..\\escaped',
    'scratch/x\\y',
  ])('an entry %j is never written, and does not spoil the rest', async (name) => {
    await unpackRun(archive([[name, 'evil'], ...FILES]), out);
    expect([existsSync(join(root, 'escaped')), existsSync(join(root, 'inner/escaped'))]).toEqual([
      false,
      false,
    ]);
    expect(existsSync('/tmp/cagent-escaped')).toBe(false);
    expect(readdirSync(out)).toHaveLength(3);
  });

  it.each([
    ['a file twice', [...FILES, ['changes.patch', 'other'] as const], 'changes.patch twice'],
    [
      'a link',
      [['report.json', '/etc/passwd', 0o120777] as const, ...FILES.slice(1)],
      'report.json is a link',
    ],
    ['a missing file', FILES.slice(1), 'it has no report.json'],
  ])('%s is refused', async (_, entries, message) => {
    await expect(unpackRun(archive(entries), out)).rejects.toMatchObject({
      code: 'apply.run',
      message: expect.stringContaining(message),
    });
  });

  it('what is no archive is refused', async () => {
    const file = join(root, 'archive.zip');
    writeFileSync(file, 'no archive');
    await expect(unpackRun(file, out)).rejects.toMatchObject({ code: 'apply.run' });
  });
});
