import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { trimCache } from '../../../src/workspace/cache-directory.js';
import {
  allObjects,
  cleanUp,
  git,
  inside,
  type Made,
  repository,
  temporary,
  tree,
  view,
  write,
} from './fixture.js';

afterEach(cleanUp);

const CANARY = 'TOPSECRET-CANARY';

function entries(cache: string): readonly string[] {
  return readdirSync(join(cache, 'git')).map((name) => join(cache, 'git', name));
}

/** Inodes of the packs, and how many names each has. */
function packs(
  made: Made,
): readonly { readonly ino: number; readonly nlink: number; readonly mode: number; readonly uid: number }[] {
  const directory = join(made.gitDirectory, 'objects/pack');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.pack'))
    .map((name) => lstatSync(join(directory, name)));
}

/** Everything that the agent can see of a repository. */
function sum(made: Made): readonly string[] {
  return [
    inside(made, 'rev-parse', 'HEAD'),
    inside(made, 'symbolic-ref', 'HEAD'),
    inside(made, 'ls-files', '--stage', '--debug'),
    inside(made, 'cat-file', '--batch-all-objects', '--batch-check'),
    readdirSync(made.gitDirectory).toSorted().join(),
    inside(made, 'fsck', '--full', '--strict'),
  ];
}

const FILES = {
  '.agentignore': 'private/\n',
  'a.txt': 'a',
  'd/b.txt': 'b',
  'private/x': CANARY,
  '.env': CANARY,
};

describe('the cache of clean repositories', () => {
  it.each([
    ['SHA-1', []],
    ['SHA-256', ['--object-format=sha256']],
  ])('gives the same repository again, sharing its packs, with %s names', async (_format, init) => {
    const cache = temporary();
    const root = repository(FILES, ...init);
    const without = await view(root);
    const first = await view(root, {}, cache);
    const second = await view(root, {}, cache);
    expect(sum(first)).toEqual(sum(without));
    expect(sum(second)).toEqual(sum(without));
    expect(allObjects(second)).not.toContain(CANARY);
    expect(packs(second).map(({ ino }) => ino)).toEqual(packs(first).map(({ ino }) => ino));
    expect(packs(second).every(({ nlink, mode }) => nlink === 3 && (mode & 0o222) === 0)).toBe(true);
    expect(entries(cache)).toHaveLength(1);
    expect(lstatSync(entries(cache)[0] as string).mode & 0o777).toBe(0o700);
  });

  it('is not used for other hidden paths, another commit, or files that differ from it', async () => {
    const cache = temporary();
    const root = repository(FILES);
    await view(root, {}, cache);
    const hidden = await view(root, { ignore: ['a.txt'] }, cache);
    expect(tree(hidden)).toEqual(['.agentignore', 'd/b.txt']);
    expect(allObjects(hidden).split('\n')).not.toContain('a');
    write(root, { 'new.txt': 'new' });
    expect(tree(await view(root, {}, cache))).toContain('new.txt');
    rmSync(join(root, 'new.txt'));
    write(root, { 'a.txt': 'changed' });
    expect(inside(await view(root, {}, cache), 'show', 'HEAD:a.txt')).toBe('changed');
    git(root, 'commit', '-qam', 'second');
    const second = await view(root, {}, cache);
    expect(inside(second, 'show', 'HEAD:a.txt')).toBe('changed');
    expect(inside(second, 'log', '--format=%B')).toContain(git(root, 'rev-parse', 'HEAD').trim());
    git(root, 'checkout', '-q', '-b', 'other');
    expect(inside(await view(root, {}, cache), 'symbolic-ref', 'HEAD').trim()).toBe('refs/heads/other');
  });

  it('is not used for entries of the index that git was told to believe', async () => {
    const cache = temporary();
    const root = repository(FILES);
    git(root, 'update-index', '--assume-unchanged', 'a.txt');
    await view(root, {}, cache);
    expect(entries(cache)).toEqual([]);
    write(root, { 'a.txt': 'changed' });
    expect(inside(await view(root, {}, cache), 'show', 'HEAD:a.txt')).toBe('changed');
  });

  // Only root can run for the owner of another's workspace; elsewhere both are the same user.
  it.runIf(process.getuid?.() === 0)(
    'keeps its packs from the owner of the workspace when root runs',
    async () => {
      const cache = temporary();
      const root = repository(FILES);
      execFileSync('chown', ['-R', '1234:1234', root]);
      // A change of owner is a change for git; its index has to know the files again.
      git(root, '-c', `safe.directory=${root}`, 'update-index', '--refresh');
      for (const _run of ['stores', 'restores']) {
        const made = await view(root, {}, cache);
        expect(made.plan.owner).toEqual({ uid: 1234, gid: 1234 });
        expect(lstatSync(made.gitDirectory).uid).toBe(1234);
        expect(lstatSync(join(made.gitDirectory, 'index')).uid).toBe(1234);
        expect(packs(made).every(({ uid, mode }) => uid === 0 && (mode & 0o777) === 0o444)).toBe(true);
      }
      const stored = entries(cache)[0] as string;
      expect(readdirSync(stored).every((name) => lstatSync(join(stored, name)).uid === 0)).toBe(true);
    },
  );

  it('drops what was not used for longest', () => {
    const directory = temporary();
    for (const [index, name] of ['old', 'used', 'new'].entries()) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'x.pack'), Buffer.alloc(1_000));
      utimesSync(join(directory, name), 1, name === 'used' ? 100 : index);
    }
    trimCache({ directory }, { entries: 10, bytes: 2_500 });
    expect(readdirSync(directory).toSorted()).toEqual(['new', 'used']);
    trimCache({ directory }, { entries: 1, bytes: 2_500 });
    expect(readdirSync(directory)).toEqual(['used']);
  });

  const file = (entry: string, ending: string): string =>
    join(entry, readdirSync(entry).find((name) => name.endsWith(ending)) as string);
  const overwrite = (path: string, change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(path);
    change(bytes);
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
    chmodSync(path, 0o444);
  };

  it.each([
    [
      'with a foreign object in a pack index',
      (entry: string) => overwrite(file(entry, '.idx'), (b) => b.fill(7, 1_040, 1_050)),
    ],
    [
      'with a pack that is cut off',
      (entry: string) => {
        const pack = file(entry, '.pack');
        chmodSync(pack, 0o600);
        truncateSync(pack, 40);
        chmodSync(pack, 0o444);
      },
    ],
    [
      'with another pack checksum',
      (entry: string) => overwrite(file(entry, '.pack'), (b) => b.subarray(-20).fill(7)),
    ],
    ['with a pack that others may write', (entry: string) => chmodSync(file(entry, '.pack'), 0o666)],
    ['with another index', (entry: string) => overwrite(join(entry, 'index'), (b) => b.fill(7, 60, 70))],
    ['without its manifest', (entry: string) => rmSync(join(entry, 'manifest.json'))],
    [
      'with a manifest that names files elsewhere',
      (entry: string) =>
        overwrite(join(entry, 'manifest.json'), (b) => b.write('/'.repeat(9), b.indexOf('pack-'))),
    ],
    ['that is open to others', (entry: string) => chmodSync(entry, 0o755)],
  ])('is not believed for an entry %s', async (_what, damage) => {
    const cache = temporary();
    const root = repository(FILES);
    const before = sum(await view(root));
    // The packs of a run are those of the cache; here they must not be the ones that are damaged.
    rmSync((await view(root, {}, cache)).directory, { recursive: true });
    damage(entries(cache)[0] as string);
    expect(sum(await view(root, {}, cache))).toEqual(before);
  });
});
