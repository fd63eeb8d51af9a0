import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { look, watchDisk } from '../../../src/sandbox/disk-watch.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cagent-disk-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the watch over the disk', () => {
  it('counts blocks, so that a sparse file of 100 GB is no offence', async () => {
    writeFileSync(join(directory, 'sparse'), '');
    truncateSync(join(directory, 'sparse'), 100e9);

    expect(await look([directory], { bytes: 2 ** 20, entries: 100 })).toBeUndefined();
  });

  it('sees bytes in deep directories', async () => {
    mkdirSync(join(directory, 'a/b/c'), { recursive: true });
    writeFileSync(join(directory, 'a/b/c/big'), Buffer.alloc(2 * 2 ** 20, 1));

    expect(await look([directory], { bytes: 2 ** 20, entries: 100 })).toBe('disk');
  });

  it('finds by what the disk lost what an agent left in a directory that nobody may list, and ended at once', async () => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      chownSync(directory, 65_534, 65_534);
      process.seteuid?.(65_534);
    }
    try {
      mkdirSync(join(directory, 'shut'));
      writeFileSync(join(directory, 'shut/big'), 'x');
      chmodSync(join(directory, 'shut'), 0);
      const limit = { bytes: 2 ** 20, entries: 100 };
      const rooms = [100 * 2 ** 20, 90 * 2 ** 20];
      const watch = watchDisk(
        [directory],
        limit,
        () => {},
        async () => ({
          bytes: rooms.shift() ?? 90 * 2 ** 20,
          entries: 1_000,
        }),
      );
      expect(await watch.stop()).toEqual({ passed: 'disk', full: false });
    } finally {
      chmodSync(join(directory, 'shut'), 0o700);
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('sees a flood of empty files', async () => {
    for (let at = 0; at < 20; at++) writeFileSync(join(directory, `f${at}`), '');

    expect(await look([directory], { bytes: 2 ** 20, entries: 10 })).toBe('files');
  });

  it('does not lose sight of what lies deeper than a path can name', async () => {
    const name = 'x'.repeat(200);
    const dig = `for at in $(seq 30); do mkdir ${name} && cd ${name} || exit 1; done; head -c 100 /dev/zero > big`;
    execFileSync('bash', ['-c', `set -e; cd "$1"; ${dig}`, 'dig', directory]);

    expect(await look([directory], { bytes: 2 ** 30, entries: 1_000 })).toBe('files');
  });

  it('ends an agent that fills the disk by files nobody can find', async () => {
    const rooms = [8e9, 2e8].map((bytes) => ({ bytes, entries: 1e6 }));
    let asked = 0;
    const passed = new Promise<string>((resolve) => {
      const room = async () => rooms[Math.min(asked++, 1)] as (typeof rooms)[number];
      watchDisk([directory], { bytes: 2 ** 30, entries: 100 }, resolve, room);
    });

    expect(await passed).toBe('disk');
  });

  it('looks again at once when the room that was left may be gone, however long the last look took', async () => {
    for (let at = 0; at < 3_000; at++) writeFileSync(join(directory, `f${at}`), '');
    let asked = 0;
    const passed = new Promise<string>((resolve) => {
      const room = async () => ({ bytes: 8e9, entries: 1e6 - 500 * asked++ });
      watchDisk([directory], { bytes: 2 ** 30, entries: 3_200 }, resolve, room);
    });
    setTimeout(() => {
      for (let at = 0; at < 500; at++) writeFileSync(join(directory, `g${at}`), '');
    }, 50);

    expect(await passed).toBe('files');
  });

  it('leaves a quarter of the free space, and counts what was there before as the agent’s', async () => {
    writeFileSync(join(directory, 'earlier'), Buffer.alloc(5 * 2 ** 20, 1));
    let asked = 0;
    const room = async () => {
      asked += 1;
      return { bytes: 3 * 2 ** 20, entries: 1e6 };
    };
    const passed: string[] = [];
    const watch = watchDisk(
      [directory],
      { bytes: 2 ** 30, entries: 100 },
      (limit) => passed.push(limit),
      room,
    );
    // Once at the start, twice by a look, and from then on in the pause after it.
    await expect.poll(() => asked).toBeGreaterThan(3);
    expect(passed).toEqual([]);

    writeFileSync(join(directory, 'more'), Buffer.alloc(2 * 2 ** 20, 1));
    expect((await watch.stop()).passed).toBe('disk');
  });

  it('tells while the agent is still writing', async () => {
    const passed = new Promise<string>((resolve) => {
      watchDisk([directory], { bytes: 2 ** 20, entries: 100 }, resolve);
    });
    writeFileSync(join(directory, 'big'), Buffer.alloc(2 * 2 ** 20, 1));

    expect(await passed).toBe('disk');
  });

  it('lets an agent live whose one file took all the space and which writes a few words about it', async () => {
    const passed: string[] = [];
    writeFileSync(join(directory, 'big'), Buffer.alloc(2 ** 20, 1));
    writeFileSync(join(directory, 'note'), 'no space\n');
    const watch = watchDisk([directory], { bytes: 2 ** 20, entries: 100 }, (limit) => passed.push(limit));

    expect(await watch.stop()).toEqual({ passed: undefined, full: true });
    expect(passed).toEqual([]);
  });

  it('looks a last time, for an agent that is quicker', async () => {
    const watch = watchDisk([directory], { bytes: 2 ** 20, entries: 100 }, () => {});
    for (const name of ['a', 'b']) writeFileSync(join(directory, name), Buffer.alloc(2 ** 20, 1));

    expect(await watch.stop()).toMatchObject({ passed: 'disk' });
  });

  it('finds nothing where there was room', async () => {
    const watch = watchDisk([directory], { bytes: 2 ** 20, entries: 100 }, () => {});
    writeFileSync(join(directory, 'small'), 'x');

    expect(await watch.stop()).toEqual({ passed: undefined, full: false });
  });
});
