import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareListings } from '../../../src/changes/compare-listings.js';
import { type MaterialiseInput, materialise } from '../../../src/changes/materialise.js';
import { isWhiteout } from '../../../src/changes/overlay-layers.js';
import type { FetchedFile } from '../../../src/sandbox/fetch-files.js';
import type { ListedEntry } from '../../../src/sandbox/list-view.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'materialise-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const entry = (path: string, more: Partial<ListedEntry> = {}): ListedEntry => ({
  path,
  type: 'f',
  mode: 0o644,
  size: 1,
  stamp: '1 1.0',
  target: '',
  ...more,
});
const mapOf = (entries: readonly ListedEntry[]) => new Map(entries.map((each) => [each.path, each]));
async function* stream(entries: readonly ListedEntry[]): AsyncGenerator<ListedEntry> {
  yield* entries;
}
async function* contents(paths: readonly string[]): AsyncGenerator<FetchedFile> {
  for (const path of paths) {
    yield {
      path,
      size: 1,
      content: (async function* () {
        yield Buffer.from('x');
      })(),
    };
  }
}
const run = (changed: readonly ListedEntry[], more: Partial<MaterialiseInput> = {}) =>
  materialise({
    directory: join(parent, 'upper'),
    difference: { changed, deleted: [], touchedBefore: [] },
    refused: new Map(),
    isHandedOver: () => false,
    owner: { uid: 0, gid: 0 },
    maxFileBytes: 100,
    maxTotalBytes: 1_000,
    fetch: contents,
    ...more,
  });

describe('the difference of two lists', () => {
  const before = mapOf([
    entry('a'),
    entry('d', { type: 'd' }),
    entry('d/x'),
    entry('d/y'),
    entry('gone', { type: 'd' }),
    entry('gone/z'),
  ]);
  it('a change of stamp, mode, size or target is one; a touched directory is none', async () => {
    const after = [
      entry('a', { stamp: '1 2.0' }),
      entry('d', { type: 'd', stamp: '9 9.0' }),
      entry('d/x', { mode: 0o755 }),
      entry('d/y'),
    ];
    const { changed, deleted, touchedBefore } = await compareListings(before, stream(after), 100);
    expect(changed.map(({ path }) => path)).toEqual(['a', 'd/x']);
    expect(deleted).toEqual(['gone']);
    expect(touchedBefore).toEqual(['a', 'd/x', 'gone', 'gone/z']);
  });
  it('what a file replaced is not listed as deleted by itself', async () => {
    const { changed, deleted } = await compareListings(
      before,
      stream([entry('a'), entry('d'), entry('gone', { type: 'd' })]),
      100,
    );
    expect(changed.map(({ path }) => path)).toEqual(['d']);
    expect(deleted).toEqual(['gone/z']);
  });
  it('takes in no more than asked for', async () => {
    const many = Array.from({ length: 50 }, (_, index) => entry(`n${index}`));
    expect((await compareListings(new Map(), stream(many), 10)).changed.length).toBe(10);
  });
});

describe('an upper directory from the agent’s changes', () => {
  it('never writes through a link, whatever the lists say', async () => {
    const rejected = await run([entry('link', { type: 'l', target: parent }), entry('link/escaped')]);
    expect(readdirSync(parent)).toEqual(['upper']);
    expect(rejected.map(({ path }) => path)).toEqual(['link/escaped']);
  });
  it('takes the first of two entries with one name', async () => {
    const rejected = await run([entry('a', { type: 'l', target: '/etc/passwd' }), entry('a')]);
    expect(lstatSync(join(parent, 'upper/a')).isSymbolicLink()).toBe(true);
    expect(rejected).toHaveLength(1);
  });
  it('a deletion is not mistaken for an empty file, nor an empty file for a deletion', async () => {
    await run([entry('empty', { size: 0 })], {
      difference: { changed: [entry('empty', { size: 0 })], deleted: ['gone'], touchedBefore: [] },
      fetch: async function* (paths) {
        for (const path of paths) yield { path, size: 0, content: (async function* () {})() };
      },
    });
    expect(isWhiteout(lstatSync(join(parent, 'upper/gone')), 'file')).toBe(true);
    expect(isWhiteout(lstatSync(join(parent, 'upper/empty')), 'file')).toBe(false);
  });
  it('does not fetch what no patch can hold, and lists what is too much', async () => {
    const asked: string[] = [];
    const rejected = await run(
      [
        entry('big', { size: 2 ** 40 }),
        entry('a', { size: 90 }),
        entry('b', { size: 90 }),
        entry('c', { type: 'c' }),
      ],
      {
        maxTotalBytes: 100,
        fetch: (paths) => {
          asked.push(...paths);
          return contents(paths);
        },
      },
    );
    expect(asked).toEqual(['a']);
    expect(lstatSync(join(parent, 'upper/big'))).toMatchObject({ size: 2 ** 40, blocks: 0 });
    expect(rejected.map(({ path }) => path)).toEqual(['b', 'c']);
  });
  it('keeps the bits that the capture judges, in a place that nobody else can enter', async () => {
    await run([entry('tool', { mode: 0o4755 })]);
    expect(lstatSync(join(parent, 'upper/tool')).mode & 0o7777).toBe(0o4755);
    expect(lstatSync(join(parent, 'upper')).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(parent, 'upper/tool'), 'utf8')).toBe('x');
  });
  it('a path that cannot exist here is listed and stops nothing', async () => {
    const deep = Array.from({ length: 20 }, () => 'd'.repeat(250)).join('/');
    const rejected = await run([entry(deep), entry('a')]);
    expect(rejected).toEqual([{ path: deep, reason: 'cannot be brought here (ENAMETOOLONG)' }]);
    expect(readdirSync(join(parent, 'upper'))).toContain('a');
  });
});
