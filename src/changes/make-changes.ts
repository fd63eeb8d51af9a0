import type { Changes, PathWithReason } from './changes.js';
import { readChanges, writePatch } from './diff-trees.js';
import { parseChanges } from './parse-changes.js';
import { classifySensitive } from './sensitive.js';
import type { TrustedGit } from './trusted-git.js';

interface Input {
  readonly git: TrustedGit;
  readonly base: string;
  readonly after: string;
  readonly source: Changes['source'];
  readonly baseCommit: string | undefined;
  readonly outPatch: string;
  readonly rejected: readonly PathWithReason[];
}

/** Writes the patch between two trees and describes it. */
export async function makeChanges(input: Input): Promise<Changes> {
  const { git, base, after, source, baseCommit, rejected } = input;
  const [patchBytes, listed] = await Promise.all([
    writePatch(git, base, after, input.outPatch),
    readChanges(git, base, after, true),
  ]);
  const records = parseChanges(listed);
  const files = records.map((record) => record.file);
  return {
    schema: 'cagent.changes/1',
    source,
    files,
    added: files.reduce((sum, file) => sum + (file.added ?? 0), 0),
    deleted: files.reduce((sum, file) => sum + (file.deleted ?? 0), 0),
    patchBytes,
    baseTree: base,
    newTree: after,
    baseCommit,
    rejected: sortByPath(rejected),
    sensitive: await classifySensitive(git, records),
  };
}

/** The hash function of the repository that a commit is from; sha1 where there is none. */
export function objectFormatOf(commit: string | undefined): 'sha1' | 'sha256' {
  return commit?.length === 64 ? 'sha256' : 'sha1';
}

/** Listed by path, so that the same changes always give the same file. */
export function sortByPath(entries: readonly PathWithReason[]): readonly PathWithReason[] {
  return [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
