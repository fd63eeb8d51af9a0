import { readdirSync, rmSync } from 'node:fs';
import type { ByteText } from './byte-text.js';
import { openCache } from './cache-directory.js';
import { commitObject, dateOfHead } from './git-commit.js';
import { excludeInside, leftOutNotices } from './git-excludes.js';
import { type CleanRepository, setHead } from './git-layout.js';
import { assertOnlyVisible, packObjects } from './git-pack.js';
import { writePack } from './git-pack-file.js';
import { restoreSnapshot, snapshotKey, storeSnapshot } from './git-snapshot-cache.js';
import { buildVisibleTree } from './git-tree.js';
import type { HiddenSet } from './hidden-set.js';
import type { TrackedFiles } from './tracked-files.js';
import type { BaseShown } from './workspace-plan.js';

export interface SnapshotInput {
  /** The workspace, as bytes. */
  readonly root: ByteText;
  readonly hidden: HiddenSet;
  /** The same as text of core/path-text. */
  readonly hiddenPaths: readonly string[];
  /** Paths that are shown as the base commit has them. */
  readonly shown: readonly BaseShown[];
  readonly tracked: TrackedFiles;
  readonly cacheDirectory: string | undefined;
}

/**
 * Makes a fresh repository with the visible tree as its only commit. Throws `workspace.git`, also when the proof
 * that nothing else is in it fails. Returns notices for the user.
 */
export async function createSnapshot(input: SnapshotInput): Promise<readonly string[]> {
  const { repository, source } = input.tracked;
  const cache = openCache(input.cacheDirectory, 'git', input.root);
  // The key knows nothing of a base commit.
  const isPlain = input.shown.length === 0;
  const key = cache && isPlain ? snapshotKey(input.tracked, input.hidden, input.hiddenPaths) : undefined;
  const stored = cache && key && restoreSnapshot(cache, key, repository);
  if (stored) {
    setHead(repository, source.branch, stored);
    removeBuildTraces(repository);
    return [];
  }
  const [date, { objects, blobs, leftOut }] = await Promise.all([
    dateOfHead(repository, source),
    buildVisibleTree(input.tracked, input.root, input.hidden, input.shown),
  ]);
  excludeInside(repository, leftOut);
  const origin = source.head === undefined ? 'no commit yet' : `commit ${source.head}`;
  const commit = commitObject(
    objects.root,
    date,
    `Visible files of the workspace (${origin})`,
    repository.format,
  );
  writePack(`${repository.gitDirectory}/objects/pack`, [...objects.trees, commit], repository.format);
  await packObjects(repository, blobs, 'objects');
  setHead(repository, source.branch, commit.id.toString('hex'));
  removeBuildTraces(repository);
  await assertOnlyVisible(repository, commit.id.toString('hex'), input.hidden);
  if (cache && key) storeSnapshot(cache, key, repository, commit.id.toString('hex'));
  return leftOutNotices(leftOut);
}

/** What was linked or left for building must not reach the sandbox. */
export function removeBuildTraces(repository: CleanRepository): void {
  for (const name of readdirSync(repository.gitDirectory)) {
    if (name.startsWith('sharedindex.') || name.endsWith('.lock'))
      rmSync(`${repository.gitDirectory}/${name}`);
  }
  rmSync(repository.scratch, { recursive: true, force: true });
}
