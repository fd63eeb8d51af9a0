import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_CAPTURE_LIMITS } from '../../../src/changes/capture-limits.js';
import { limitsWithin, makeRoom } from '../../../src/changes/room.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-room-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('where there is room nothing is removed', async () => {
  writeFileSync(join(directory, 'big'), Buffer.alloc(2 ** 20, 1));
  expect(await makeRoom(directory, '', 1)).toEqual([]);
  expect(readdirSync(directory)).toEqual(['big']);
});

test('files go, the largest first, wherever they are; links and directories stay, and nothing outside is touched', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'cagent-outside-'));
  writeFileSync(join(outside, 'canary'), 'x');
  mkdirSync(join(directory, 'shut/deep'), { recursive: true });
  mkdirSync(join(directory, '.git'));
  writeFileSync(join(directory, 'small'), 'x');
  writeFileSync(join(directory, 'shut/deep/big'), Buffer.alloc(2 ** 20, 1));
  writeFileSync(join(directory, '.git/pack'), Buffer.alloc(2 ** 19, 1));
  symlinkSync(outside, join(directory, 'way-out'));
  symlinkSync(join(outside, 'canary'), join(directory, 'shut/link'));
  chmodSync(join(directory, 'shut'), 0);

  const removed = await makeRoom(directory, '', Number.POSITIVE_INFINITY);
  expect(removed.map(({ path }) => path)).toEqual(['shut/deep/big', 'small']);
  expect(removed[0]?.reason).toContain('no room on the disk');
  expect(readdirSync(outside)).toEqual(['canary']);
  expect(lstatSync(join(directory, 'shut')).mode & 0o777).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['.git', 'shut', 'way-out']);
  chmodSync(join(directory, 'shut'), 0o700);
  rmSync(outside, { recursive: true });
});

test('a big file in a directory that nobody may write goes too, and the directory keeps its mode', async () => {
  const removed = await asOrdinaryUser(async (own) => {
    mkdirSync(join(own, 'shut'));
    writeFileSync(join(own, 'shut/big'), Buffer.alloc(2 ** 20, 1));
    chmodSync(join(own, 'shut'), 0o555);
    const paths = (await makeRoom(own, '', Number.POSITIVE_INFINITY)).map(({ path }) => path);
    expect(readdirSync(join(own, 'shut'))).toEqual([]);
    expect(lstatSync(join(own, 'shut')).mode & 0o777).toBe(0o555);
    chmodSync(join(own, 'shut'), 0o700);
    return paths;
  });
  expect(removed).toEqual(['shut/big']);
});

test('directories too deep to be looked at do not keep the big files of the others', async () => {
  writeFileSync(join(directory, 'big'), Buffer.alloc(2 ** 20, 1));
  const name = 'd'.repeat(200);
  const { status } = spawnSync(
    'sh',
    ['-c', `for i in $(seq 30); do mkdir ${name} && cd -P ${name} || exit 1; done; echo deep > file`],
    { cwd: directory },
  );
  expect(status).toBe(0);
  expect((await makeRoom(directory, '', Number.POSITIVE_INFINITY)).map(({ path }) => path)).toEqual(['big']);
  spawnSync('rm', ['-rf', name], { cwd: directory });
});

test('limits that fit stay as they are, and a place that does not exist bounds nothing', () => {
  const limits = { ...DEFAULT_CAPTURE_LIMITS, maxTotalBytes: 1 };
  expect(limitsWithin([directory], limits)).toBe(limits);
  expect(limitsWithin([join(directory, 'none')], DEFAULT_CAPTURE_LIMITS)).toBe(DEFAULT_CAPTURE_LIMITS);
  const huge = { ...limits, maxTotalBytes: Number.MAX_SAFE_INTEGER };
  expect(limitsWithin([directory], huge).maxTotalBytes).toBeLessThan(huge.maxTotalBytes);
});

/** Root may write anywhere, so the rights of directories show only for somebody else. */
async function asOrdinaryUser<T>(work: (own: string) => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  const own = mkdtempSync(join(tmpdir(), 'cagent-room-'));
  try {
    return await work(own);
  } finally {
    rmSync(own, { recursive: true, force: true });
    if (isRoot) process.seteuid?.(0);
  }
}
