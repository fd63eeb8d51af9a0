import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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

  it('sees a flood of empty files', async () => {
    for (let at = 0; at < 20; at++) writeFileSync(join(directory, `f${at}`), '');

    expect(await look([directory], { bytes: 2 ** 20, entries: 10 })).toBe('files');
  });

  it('tells while the agent is still writing', async () => {
    const passed = new Promise<string>((resolve) => {
      watchDisk([directory], { bytes: 2 ** 20, entries: 100 }, resolve);
    });
    writeFileSync(join(directory, 'big'), Buffer.alloc(2 * 2 ** 20, 1));

    expect(await passed).toBe('disk');
  });
});
