import type { Stats } from 'node:fs';
import { fsPath } from '../core/path-text.js';
import { pathToByteText } from '../workspace/byte-text.js';
import { contentPasses } from '../workspace/credential-content.js';
import { isSameBlob } from '../workspace/same-blob.js';
import { deleteBelow, deleteOriginal, isNestedRepository, rejectNestedRepository } from './deleted-files.js';
import { errnoOf, joinPath, namesIn, statusOf } from './file-status.js';
import { countIgnored } from './ignored-count.js';
import { isWhiteout } from './overlay-layers.js';
import { isGitName } from './path-safety.js';
import { visitLeaf } from './visit-leaf.js';
import { countEntry, REPLACED_REASON, stop, type WalkState } from './walk-state.js';

/** How the original looks to the names of a directory. */
interface Below {
  /** The original has a directory at this place that was visible through the upper one. */
  readonly lower: boolean;
  /** The upper directory covers the lower one: what it does not repeat is deleted. */
  readonly opaque: boolean;
}

/**
 * Walks what the agent wrote, without following links, and records each change against the original. A rejected path
 * stays as it was in the original: neither its content nor the deletions that it would imply are recorded.
 */
export async function walkUpper(state: WalkState): Promise<void> {
  await visitDirectory(state, '', { lower: true, opaque: false });
}

/** Returns how many names it saw. */
async function visitDirectory(state: WalkState, directory: string, below: Below): Promise<number> {
  if (below.lower) state.gitIgnored?.enter(directory);
  const { names, complete } = await namesIn(fsPath(state.layers.upper, directory), state.limits.maxEntries);
  for (const name of names) {
    if (state.full) break;
    const path = joinPath(directory, name);
    // The agent's own repository and its scratch are not changes.
    if (state.layers.whiteouts && (path === '.git' || path === '.agent-scratch')) continue;
    await visitSafely(state, path, below);
  }
  if (!complete) stop(state, `more than ${state.limits.maxEntries} entries were written`);
  if (below.lower && below.opaque && !state.full) await deleteBelow(state, directory, new Set(names));
  return names.length;
}

/** A path that is too long, or that the disk cannot give, is one more thing to list and no reason to lose the rest. */
async function visitSafely(state: WalkState, path: string, below: Below): Promise<void> {
  try {
    await visit(state, path, below);
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    state.rejections.add(path, `cannot be read (${code})`);
  }
}

async function visit(state: WalkState, path: string, below: Below): Promise<void> {
  if (!countEntry(state)) return;
  const stats = statusOf(fsPath(state.layers.upper, path));
  if (stats === undefined) return;
  const deleted = isWhiteout(stats, state.layers.whiteouts);
  const barrier = forbiddenPlace(state, path, stats);
  if (barrier !== undefined) {
    if (!deleted) state.rejections.add(path, barrier);
    return;
  }
  const replaced = state.replaced.get(path);
  if (replaced !== undefined) {
    if (deleted || !isSameBlob(pathToByteText(state.layers.upper), pathToByteText(path), replaced))
      state.rejections.add(path, REPLACED_REASON);
    return;
  }
  const original = below.lower ? statusOf(fsPath(state.layers.lower, path)) : undefined;
  if (deleted) return original === undefined ? undefined : await deleteOriginal(state, path, original);
  if (state.gitIgnored?.ignores(path, stats.isDirectory()) === true) {
    const reason = `ignored by .gitignore${stats.isDirectory() ? await countIgnored(state, path) : ''}`;
    if (original === undefined) state.rejections.add(path, reason);
    else state.ignoredInOriginal.push({ path, directory: stats.isDirectory(), reason });
    return;
  }
  if (stats.isDirectory()) await visitSubdirectory(state, path, stats, original, below);
  else await visitLeaf(state, path, stats, original);
}

function forbiddenPlace(state: WalkState, path: string, stats: Stats): string | undefined {
  if (isGitName(path.slice(path.lastIndexOf('/') + 1))) return 'a path that git takes for its own directory';
  if (!state.layers.whiteouts && path === '.agent-scratch') return 'a path in the scratch directory itself';
  const reason =
    state.hidden.reasonFor(path) ??
    state.wouldHide?.(path, stats.isDirectory(), (test) => {
      if (!stats.isFile()) return false;
      const file = `${state.layers.upper}/${path}`;
      state.access.grant(fsPath(file, ''), stats);
      return contentPasses(test, pathToByteText(file));
    });
  return reason === undefined ? undefined : `a path in a hidden place (${reason})`;
}

async function visitSubdirectory(
  state: WalkState,
  path: string,
  stats: Stats,
  original: Stats | undefined,
  below: Below,
): Promise<void> {
  const shared = original?.isDirectory() === true;
  if (shared && isNestedRepository(state, path)) return rejectNestedRepository(state, path);
  if (original !== undefined && !shared) {
    if (!state.layers.whiteouts)
      return state.rejections.add(path, 'the original has a file where this needs a directory');
    const rejected = state.rejections.count;
    await deleteOriginal(state, path, original);
    // The original cannot be shown as deleted (too big, unreadable): then nothing can be put in its place either.
    if (state.rejections.count > rejected) return;
  }
  state.access.grant(fsPath(state.layers.upper, path), stats);
  const opaque = shared && (below.opaque || state.layers.opaque.has(path));
  const seen = await visitDirectory(state, path, { lower: shared, opaque });
  if (seen === 0 && original === undefined)
    state.rejections.add(path, 'empty directory, which git does not keep');
}
