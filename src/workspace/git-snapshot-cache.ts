import { createHash, hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Cache, isOurs, readCached, trimCache, writeCached } from './cache-directory.js';
import type { CleanRepository } from './git-layout.js';
import type { HiddenSet } from './hidden-set.js';
import { isPlain, type TrackedFiles } from './tracked-files.js';

/** To be raised when the same workspace would give another repository. */
const SNAPSHOT_VERSION = 1;

const LIMITS = { entries: 50, bytes: 2 * 1024 ** 3 };
const LARGEST_MANIFEST = 64 * 1024;
const LARGEST_INDEX = 1024 ** 3;
/** Where the cache is on another file system, packs are copied, which must stay cheaper than making them. */
const LARGEST_COPY = 256 * 1024 ** 2;

/** What a stored repository consists of; written after the proof that it holds visible objects only. */
interface Manifest {
  readonly commit: string;
  /** Digest of the index file. */
  readonly index: string;
  /** Names without ending. The pack's index names its objects and the pack's own checksum. */
  readonly packs: readonly { readonly name: string; readonly bytes: number; readonly index: string }[];
}

/**
 * Names the repository that a snapshot of this workspace would be, or `undefined` where files differ from git's index:
 * then the content of those files has a say as well. Index and hidden paths decide everything else, since an index
 * names all objects.
 */
export function snapshotKey(
  tracked: TrackedFiles,
  hidden: HiddenSet,
  hiddenPaths: readonly string[],
): string | undefined {
  const { source, index, entries } = tracked;
  if (index === undefined || entries === undefined || tracked.skipped.size > 0) return undefined;
  for (const paths of [tracked.changed, tracked.untracked, tracked.nested])
    for (const path of paths) if (!hidden.has(path)) return undefined;
  for (const entry of entries)
    if ((!isPlain(entry) || entry.skipWorktree) && !hidden.has(entry.path)) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([SNAPSHOT_VERSION, source.objectFormat, source.head, [...hiddenPaths].sort()]))
    .update(index)
    .digest('hex');
}

/**
 * Puts a stored repository into the empty one; its commit, or `undefined` when there is none or it is damaged. Object
 * names and index are compared with what was proven when it was stored.
 */
export function restoreSnapshot(cache: Cache, key: string, repository: CleanRepository): string | undefined {
  const entry = { directory: join(cache.directory, key) };
  if (!isOurs(entry.directory)) return undefined;
  let commit: string | undefined;
  try {
    commit = restore(entry, repository);
  } catch {
    // As good as damaged.
  }
  if (commit === undefined) {
    // Made anew and stored again.
    const packDirectory = `${repository.gitDirectory}/objects/pack`;
    rmSync(packDirectory, { recursive: true, force: true });
    mkdirSync(packDirectory);
    rmSync(entry.directory, { recursive: true, force: true });
  }
  return commit;
}

function restore(entry: Cache, repository: CleanRepository): string | undefined {
  const manifest = readManifest(entry);
  const index = readCached(entry, 'index', LARGEST_INDEX);
  if (manifest === undefined || index === undefined || hash('sha256', index) !== manifest.index)
    return undefined;
  for (const pack of manifest.packs) {
    if (!isWhole(entry, pack, repository)) return undefined;
    for (const ending of ['pack', 'idx']) {
      const file = `${pack.name}.${ending}`;
      linkOrCopy(`${entry.directory}/${file}`, `${repository.gitDirectory}/objects/pack/${file}`);
    }
  }
  writeFileSync(`${repository.gitDirectory}/index`, index);
  const now = new Date();
  utimesSync(entry.directory, now, now);
  return manifest.commit;
}

/** Keeps a repository that has just been proven. Packs are shared by hard links, which nobody may write to. */
export function storeSnapshot(cache: Cache, key: string, repository: CleanRepository, commit: string): void {
  const packDirectory = `${repository.gitDirectory}/objects/pack`;
  let temporary: string | undefined;
  try {
    temporary = mkdtempSync(join(cache.directory, '.new-'));
    const packs: Manifest['packs'][number][] = [];
    for (const file of readdirSync(packDirectory)) {
      chmodSync(`${packDirectory}/${file}`, 0o444);
      linkOrCopy(`${packDirectory}/${file}`, join(temporary, file), LARGEST_COPY);
      if (!file.endsWith('.idx')) continue;
      const name = file.slice(0, -'.idx'.length);
      const index = readCached({ directory: temporary }, file, LARGEST_INDEX) ?? Buffer.alloc(0);
      packs.push({
        name,
        bytes: lstatSync(`${packDirectory}/${name}.pack`).size,
        index: hash('sha256', index),
      });
    }
    copyFileSync(`${repository.gitDirectory}/index`, join(temporary, 'index'), constants.COPYFILE_FICLONE);
    const index = readCached({ directory: temporary }, 'index', LARGEST_INDEX) ?? Buffer.alloc(0);
    const manifest: Manifest = { commit, index: hash('sha256', index), packs };
    writeCached({ directory: temporary }, 'manifest.json', JSON.stringify(manifest));
    renameSync(temporary, join(cache.directory, key));
    trimCache(cache, LIMITS);
  } catch {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

function readManifest(entry: Cache): Manifest | undefined {
  const bytes = readCached(entry, 'manifest.json', LARGEST_MANIFEST);
  if (bytes === undefined) return undefined;
  const { commit, index, packs } = JSON.parse(bytes.toString('utf8')) as Partial<Manifest>;
  const wellFormed =
    /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit ?? '') &&
    typeof index === 'string' &&
    Array.isArray(packs) &&
    packs.every((pack) => /^pack-[0-9a-f]+$/.test(pack.name));
  return wellFormed ? ({ commit, index, packs } as Manifest) : undefined;
}

/** Whether the pack is the one whose objects were proven: by the digest of its index and by the checksum in both. */
function isWhole(entry: Cache, pack: Manifest['packs'][number], { format }: CleanRepository): boolean {
  const index = readCached(entry, `${pack.name}.idx`, LARGEST_INDEX);
  if (index === undefined || hash('sha256', index) !== pack.index) return false;
  const width = format === 'sha1' ? 20 : 32;
  const descriptor = openSync(
    join(entry.directory, `${pack.name}.pack`),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.uid !== process.getuid?.() || (stat.mode & 0o222) !== 0) return false;
    const trailer = Buffer.alloc(width);
    readSync(descriptor, trailer, 0, width, stat.size - width);
    return stat.size === pack.bytes && trailer.equals(index.subarray(-2 * width, -width));
  } finally {
    closeSync(descriptor);
  }
}

function linkOrCopy(from: string, to: string, most = Number.POSITIVE_INFINITY): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (lstatSync(from).size > most) throw error;
    copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(to, 0o444);
  }
}
