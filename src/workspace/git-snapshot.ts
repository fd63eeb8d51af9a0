import { readdirSync, rmSync } from 'node:fs';
import type { ByteText } from './byte-text.js';
import { commitObject, dateOfHead } from './git-commit.js';
import { copyExcludes, excludeInside, leftOutNotices } from './git-excludes.js';
import {
  type CleanRepository,
  type CleanRepositoryInput,
  createCleanRepository,
  setHead,
} from './git-layout.js';
import { assertOnlyVisible, packObjects } from './git-pack.js';
import { writePack } from './git-pack-file.js';
import { buildVisibleTree } from './git-tree.js';
import type { HiddenSet } from './hidden-set.js';

export interface SnapshotInput extends CleanRepositoryInput {
  /** The workspace, as bytes. */
  readonly root: ByteText;
  readonly hidden: HiddenSet;
}

/**
 * Makes a fresh repository with the visible tree as its only commit. Throws `workspace.git`, also when the proof
 * that nothing else is in it fails. Returns notices for the user.
 */
export async function createSnapshot(input: SnapshotInput): Promise<readonly string[]> {
  const repository = createCleanRepository(input);
  copyExcludes(repository, input.source);
  const [date, { objects, blobs, leftOut }] = await Promise.all([
    dateOfHead(repository, input.source),
    buildVisibleTree(repository, input.source, input.root, input.hidden),
  ]);
  excludeInside(repository, leftOut);
  const origin = input.source.head === undefined ? 'no commit yet' : `commit ${input.source.head}`;
  const commit = commitObject(
    objects.root,
    date,
    `Visible files of the workspace (${origin})`,
    repository.format,
  );
  writePack(`${repository.gitDirectory}/objects/pack`, [...objects.trees, commit], repository.format);
  await packObjects(repository, blobs, 'objects');
  setHead(repository, input.source.branch, commit.id.toString('hex'));
  removeBuildTraces(repository);
  await assertOnlyVisible(repository, commit.id.toString('hex'), input.hidden);
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
