import { hash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openScanCache, SCAN_VERSION } from '../../../src/workspace/scan-cache.js';
import { cleanUp, git, plan, repository, temporary, view, write } from './fixture.js';

let cacheName = '';

afterEach(() => {
  vi.useRealTimers();
  cleanUp();
});

/** Put together here so that no scanner takes this file for a leak. */
const SECRET = `token ghp_${'0123456789abcdefghijklmnopqrstuvwxyz'}`;
const HARMLESS = SECRET.replaceAll(/[a-z0-9]/g, '-');

/** Directories count as unchanged only when their files have been left alone for two seconds. */
const settle = (): Promise<void> => sleep(3_100);

/** The same for tests in which the time of a later change does not matter. */
const pretendLater = (): void => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });

const hiddenIn = async (root: string, cache: string): Promise<readonly string[]> =>
  (await view(root, { git: 'none' }, cache)).plan.hidden
    .filter((entry) => entry.reason.startsWith('secret scan'))
    .map((entry) => entry.path);

function cacheFile(cache: string): string {
  return join(cache, 'scan', readdirSync(join(cache, 'scan'))[0] as string);
}

/** Makes every remembered directory count as harmless for the files it has now. */
function forgetFindings(cache: string): void {
  const content = JSON.parse(readFileSync(cacheFile(cache), 'utf8'));
  for (const line of content.directories) line[2] = [];
  writeFileSync(cacheFile(cache), JSON.stringify(content));
}

describe('the cache of the secret scan', () => {
  it('finds the same again, spares reading unchanged files, and holds no value', async () => {
    const cache = temporary();
    const root = repository({ 'a/x.txt': SECRET, 'b/y.txt': HARMLESS });
    pretendLater();
    expect(await hiddenIn(root, cache)).toEqual(['a/x.txt']);
    expect(readFileSync(cacheFile(cache), 'utf8')).not.toContain('ghp_');
    expect(lstatSync(cacheFile(cache)).mode & 0o777).toBe(0o600);
    expect(await hiddenIn(root, cache)).toEqual(['a/x.txt']);
    // That the memory is used at all shows when it is falsified.
    forgetFindings(cache);
    expect(await hiddenIn(root, cache)).toEqual([]);
  });

  it.each([
    [
      'the same size and the old time of modification',
      (file: string, old: Date) => {
        writeFileSync(file, SECRET);
        utimesSync(file, old, old);
      },
    ],
    [
      'another file moved into its place with the old time',
      (file: string, old: Date) => {
        writeFileSync(`${file}.new`, SECRET);
        utimesSync(`${file}.new`, old, old);
        renameSync(`${file}.new`, file);
      },
    ],
  ])('never trusts a file with new content, %s', async (_how, change) => {
    const cache = temporary();
    const tracked = repository({ 'd/f.txt': HARMLESS });
    const untracked = temporary();
    write(untracked, { 'd/f.txt': HARMLESS });
    const roots = [tracked, untracked];
    await settle();
    for (const root of roots) {
      expect((await view(root, {}, cache)).plan.findings).toEqual([]);
      change(join(root, 'd/f.txt'), lstatSync(join(root, 'd/f.txt')).mtime);
      expect(lstatSync(join(root, 'd/f.txt')).size).toBe(HARMLESS.length);
    }
    for (const root of roots) {
      const made = await view(root, {}, cache);
      expect(made.plan.hidden.map((entry) => entry.path)).toContain('d/f.txt');
      expect((await plan(root, {}, undefined, cache)).findings).toHaveLength(1);
    }
  });

  it('does not remember what changed within the last two seconds', async () => {
    const cache = temporary();
    const root = temporary();
    // However long the plan takes to begin, it begins within the second of the change.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    write(root, { 'f.txt': HARMLESS });
    await plan(root, {}, undefined, cache);
    expect(readdirSync(join(cache, 'scan'))).toEqual([]);
    pretendLater();
    await plan(root, {}, undefined, cache);
    expect(readdirSync(join(cache, 'scan'))).toHaveLength(1);
  });

  it('does not trust entries of the index that git was told to believe', async () => {
    const cache = temporary();
    const root = repository({ 'f.txt': HARMLESS, 'g.txt': HARMLESS });
    pretendLater();
    await view(root, {}, cache);
    git(root, 'update-index', '--assume-unchanged', 'f.txt');
    git(root, 'update-index', '--skip-worktree', 'g.txt');
    write(root, { 'f.txt': SECRET, 'g.txt': SECRET });
    expect((await view(root, {}, cache)).plan.findings.map(({ path }) => path)).toEqual(['f.txt', 'g.txt']);
  });

  it('sees a change that git takes for none: an expanded identifier of the same length', async () => {
    const cache = temporary();
    const id = (text: string): string => `$Id: ${text.padEnd(SECRET.length)} $\n`;
    const root = repository({ '.gitattributes': '*.txt ident\n', 'd/f.txt': id('x') });
    await settle();
    git(root, 'update-index', '--refresh');
    expect((await view(root, {}, cache)).plan.findings).toEqual([]);
    write(root, { 'd/f.txt': id(SECRET) });
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect((await view(root, {}, cache)).plan.findings.map(({ path }) => path)).toEqual(['d/f.txt']);
  });

  it('scans a file again that a rule no longer hides', async () => {
    const cache = temporary();
    const root = repository({ 'd/f.txt': SECRET, 'd/g.txt': HARMLESS });
    pretendLater();
    await plan(root, { ignore: ['f.txt'] }, undefined, cache);
    expect((await plan(root, {}, undefined, cache)).findings).toHaveLength(1);
  });

  it('is void when the scan itself changes: raise SCAN_VERSION with these files', () => {
    const sources = ['secret-scan.ts', 'secret-judgement.ts'].map((name) =>
      readFileSync(join(import.meta.dirname, '../../../src/workspace', name)),
    );
    expect([SCAN_VERSION, hash('sha256', Buffer.concat(sources)).slice(0, 16)]).toEqual([
      4,
      'e186e0fef0d669a7',
    ]);
  });

  it('is void under other rules', () => {
    const cache = temporary();
    const scan = { found: [], partly: [] };
    const root = temporary();
    const first = openScanCache(cache, root, [{ id: 'a', pattern: /a/g }]);
    first?.keep('d/', 'fingerprint', scan);
    first?.save();
    expect(openScanCache(cache, root, [{ id: 'a', pattern: /a/g }])?.find('d/', 'fingerprint')).toEqual(scan);
    expect(
      openScanCache(cache, root, [{ id: 'a', pattern: /b/g }])?.find('d/', 'fingerprint'),
    ).toBeUndefined();
    expect(
      openScanCache(cache, temporary(), [{ id: 'a', pattern: /a/g }])?.find('d/', 'fingerprint'),
    ).toBeUndefined();
  });

  it.each([
    [
      'cut off',
      (cache: string) => writeFileSync(cacheFile(cache), readFileSync(cacheFile(cache)).subarray(0, 90)),
    ],
    [
      'of another form',
      (cache: string) => writeFileSync(cacheFile(cache), '{"version":"x","directories":[[1]]}'),
    ],
    ['writable for others', (cache: string) => chmodSync(cacheFile(cache), 0o666)],
    ['in a directory that is open to others', (cache: string) => chmodSync(cache, 0o777)],
    [
      'a link',
      (cache: string) => {
        renameSync(cacheFile(cache), join(cache, 'elsewhere'));
        symlinkSync('../elsewhere', join(cache, 'scan', 'tmp'));
        renameSync(join(cache, 'scan', 'tmp'), join(cache, 'scan', cacheName));
      },
    ],
    [
      'in a linked directory',
      (cache: string) => {
        renameSync(join(cache, 'scan'), join(cache, 'moved'));
        symlinkSync('moved', join(cache, 'scan'));
      },
    ],
  ])('is not believed when it is %s', async (_what, damage) => {
    const cache = temporary();
    const root = repository({ 'a/x.txt': SECRET });
    pretendLater();
    await hiddenIn(root, cache);
    forgetFindings(cache);
    cacheName = readdirSync(join(cache, 'scan'))[0] as string;
    damage(cache);
    expect(await hiddenIn(root, cache)).toEqual(['a/x.txt']);
  });

  it('is not kept in the workspace, by whatever path that is named', async () => {
    const root = repository({ 'a/x.txt': HARMLESS });
    const link = join(temporary(), 'link');
    symlinkSync(root, link);
    pretendLater();
    for (const cache of [join(root, '.cache/cagent'), join(link, 'cache'), join(root, 'a')]) {
      await view(root, {}, cache);
      expect(readdirSync(root).toSorted()).toEqual(['.git', 'a']);
      expect(readdirSync(join(root, 'a'))).toEqual(['x.txt']);
    }
  });
});
