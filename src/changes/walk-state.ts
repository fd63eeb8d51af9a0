import type { Stats } from 'node:fs';
import { accessSync, constants } from 'node:fs';
import { formatSize } from '../core/memory-size.js';
import { fsPath } from '../core/path-text.js';
import type { BaseShown } from '../workspace/workspace-plan.js';
import type { CaptureLimits } from './capture-limits.js';
import type { GitIgnoreRules } from './git-ignored.js';
import type { HiddenPaths } from './hidden-paths.js';
import type { Layers } from './overlay-layers.js';
import type { OwnerAccess } from './owner-access.js';
import type { Rejections } from './rejections.js';
import type { Content, TouchedPath } from './touched-path.js';
import type { WouldHide } from './would-hide.js';

/** What a walk knows and gathers. The `readonly` half is its input; the rest is its result and grows as it goes. */
export interface WalkState {
  readonly layers: Layers;
  readonly hidden: HiddenPaths;
  /** Paths that the agent saw as a base commit has them. */
  readonly replaced: ReadonlyMap<string, BaseShown>;
  /** Optional second opinion on names that did not exist when the view was made: a reason when it would have hidden them. */
  readonly wouldHide: WouldHide | undefined;
  readonly gitIgnored: GitIgnoreRules | undefined;
  readonly limits: CaptureLimits;
  readonly access: OwnerAccess;
  readonly rejections: Rejections;
  readonly touched: TouchedPath[];
  /** Ignored paths that the original has too: committed ones among them belong into the patch after all. */
  readonly ignoredInOriginal: {
    readonly path: string;
    readonly directory: boolean;
    readonly reason: string;
  }[];
  entries: number;
  bytes: number;
  /** Set once a limit is reached; nothing more is taken in. */
  full: boolean;
}

/** Why a change of such a path is left out. */
export const REPLACED_REASON =
  'configuration that comes from the base commit, which the workspace has in another version: change it on the base branch';

/** Counts an entry; false once the walk has seen too many. */
export function countEntry(state: WalkState): boolean {
  state.entries += 1;
  if (state.entries > state.limits.maxEntries)
    stop(state, `more than ${state.limits.maxEntries} entries were written`);
  return !state.full;
}

/** Takes a change in, unless a limit stands against it. */
export function addTouched(state: WalkState, touched: TouchedPath): void {
  if (state.full) return;
  const { maxFiles, maxTotalBytes } = state.limits;
  const unfit = unfitReason(state, touched);
  const bytes = state.bytes + (touched.before?.size ?? 0) + (touched.after?.size ?? 0);
  if (unfit !== undefined) {
    state.rejections.add(touched.path, unfit);
  } else if (state.touched.length >= maxFiles) {
    stop(state, `more than ${maxFiles} files changed`);
  } else if (bytes > maxTotalBytes) {
    stop(state, `the changed files are more than ${formatSize(maxTotalBytes)} together`);
  } else {
    state.bytes = bytes;
    state.touched.push(touched);
  }
}

function unfitReason(state: WalkState, { before, after }: TouchedPath): string | undefined {
  const limit = state.limits.maxFileBytes;
  if (after !== undefined && after.size > limit) {
    return `the file is bigger than ${formatSize(limit)} (${formatSize(after.size)})`;
  }
  if (before === undefined) return undefined;
  if (before.size > limit)
    return `the original file is bigger than ${formatSize(limit)} (${formatSize(before.size)})`;
  return isReadable(before) ? undefined : 'the original file cannot be read, so a difference cannot be made';
}

/** The content of a regular file or link as git keeps it; `undefined` for anything else. */
export function contentOf(root: string, path: string, stats: Stats): Content | undefined {
  const file = fsPath(root, path);
  if (stats.isSymbolicLink()) return { mode: '120000', file, size: stats.size };
  if (!stats.isFile()) return undefined;
  return { mode: (stats.mode & 0o100) === 0 ? '100644' : '100755', file, size: stats.size };
}

/** Ends the walk. The list says so: a patch that is not whole must not look whole. */
export function stop(state: WalkState, why: string): void {
  if (state.full) return;
  state.full = true;
  state.rejections.add(
    '.',
    `${why}; the patch holds only the first ${state.touched.length} changes in the order of their paths`,
  );
}

function isReadable(content: Content): boolean {
  if (content.mode === '120000') return true;
  try {
    accessSync(content.file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
