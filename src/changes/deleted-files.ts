import type { Stats } from 'node:fs';
import { fsPath } from '../core/path-text.js';
import { joinPath, namesIn, statusOf } from './file-status.js';
import { isGitName } from './path-safety.js';
import { addTouched, contentOf, countEntry, REPLACED_REASON, type WalkState } from './walk-state.js';

/**
 * Records that the agent deleted a path of the original, with everything below it that it could see. Hidden files
 * stay: they were not there for the agent, so it cannot have meant them.
 */
export async function deleteOriginal(state: WalkState, path: string, stats: Stats): Promise<void> {
  if (state.hidden.reasonFor(path) !== undefined || isGitName(path.slice(path.lastIndexOf('/') + 1))) return;
  if (!countEntry(state)) return;
  if (state.replaced.has(path)) return state.rejections.add(path, REPLACED_REASON);
  if (state.gitIgnored?.ignores(path, stats.isDirectory()) === true) {
    state.ignoredInOriginal.push({
      path,
      directory: stats.isDirectory(),
      reason: 'ignored by .gitignore (deleted by the agent)',
    });
    return;
  }
  if (stats.isDirectory()) return await deleteBelow(state, path, new Set());
  const before = contentOf(state.layers.lower, path, stats);
  if (before !== undefined) addTouched(state, { path, before });
}

/** Deletes everything in a directory of the original except the names in `kept`. */
export async function deleteBelow(
  state: WalkState,
  directory: string,
  kept: ReadonlySet<string>,
): Promise<void> {
  if (isNestedRepository(state, directory)) return rejectNestedRepository(state, directory);
  state.gitIgnored?.enter(directory);
  const { names, complete } = await namesIn(fsPath(state.layers.lower, directory), state.limits.maxEntries);
  for (const name of names) {
    if (state.full) return;
    if (kept.has(name)) continue;
    const path = joinPath(directory, name);
    const stats = statusOf(fsPath(state.layers.lower, path));
    if (stats !== undefined) await deleteOriginal(state, path, stats);
  }
  // Counts the missing rest as one entry too many, which ends the walk with the reason.
  if (!complete) while (countEntry(state));
}

/** A submodule or a repository of its own inside the workspace: its files are not part of the outer repository. */
export function isNestedRepository(state: WalkState, directory: string): boolean {
  return (
    state.gitIgnored !== undefined &&
    directory !== '' &&
    statusOf(fsPath(state.layers.lower, `${directory}/.git`)) !== undefined
  );
}

export function rejectNestedRepository(state: WalkState, directory: string): void {
  state.rejections.add(
    directory,
    'changes inside a submodule or nested repository, which the patch cannot hold',
  );
}
