import type { Environment } from '../core/environment.js';
import { decodePath, encodePath, fsPath } from '../core/path-text.js';
import type { Processes } from '../core/process.js';
import { statusOf } from './file-status.js';
import { isWhiteout } from './overlay-layers.js';
import { originalRepository, splitNul, tryGit } from './trusted-git.js';
import { visitLeaf } from './visit-leaf.js';
import { addTouched, contentOf, type WalkState } from './walk-state.js';

/** Well below the 128 KiB that one argument vector may surely hold. */
const PATHS_PER_COMMAND = 500;

/**
 * Ignored paths that the original has: those that are committed all the same (`dist/` of many projects) are changes
 * like any other; the rest is listed as ignored.
 */
export async function settleIgnored(
  state: WalkState,
  root: string,
  baseCommit: string | undefined,
  ports: { readonly processes: Processes; readonly env: Environment },
): Promise<void> {
  const ignored = [...state.ignoredInOriginal];
  const committed =
    baseCommit === undefined
      ? []
      : await committedPaths(
          ignored.map(({ path }) => path),
          root,
          baseCommit,
          ports,
        );
  for (const path of committed) await settleCommitted(state, path);
  const prefixes = new Set(committed.flatMap((path) => prefixesOf(path)));
  for (const { path, directory, reason } of ignored) {
    if (!directory && prefixes.has(path)) continue;
    state.rejections.add(
      path,
      prefixes.has(path) ? `${reason}; its committed files are in the patch` : reason,
    );
  }
}

async function settleCommitted(state: WalkState, path: string): Promise<void> {
  const original = statusOf(fsPath(state.layers.lower, path));
  if (original === undefined || state.full) return;
  const parts = path.split('/');
  let covered = false;
  for (let length = 1; length <= parts.length; length++) {
    const place = parts.slice(0, length).join('/');
    if (
      state.hidden.reasonFor(place) !== undefined ||
      statusOf(fsPath(state.layers.lower, place)) === undefined
    )
      return;
    const stats = statusOf(fsPath(state.layers.upper, place));
    const gone =
      stats === undefined
        ? covered
        : isWhiteout(stats, state.layers.whiteouts) || (length < parts.length && !stats.isDirectory());
    if (gone) {
      const before = contentOf(state.layers.lower, path, original);
      return before === undefined ? undefined : addTouched(state, { path, before });
    }
    if (stats === undefined) return;
    if (length === parts.length && !stats.isDirectory()) return await visitLeaf(state, path, stats, original);
    covered ||= state.layers.opaque.has(place);
  }
}

async function committedPaths(
  paths: readonly string[],
  root: string,
  commit: string,
  ports: { readonly processes: Processes; readonly env: Environment },
): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < paths.length; from += PATHS_PER_COMMAND) {
    const slice = paths
      .slice(from, from + PATHS_PER_COMMAND)
      .filter((path) => encodePath(path).toString('utf8') === path);
    if (slice.length === 0) continue;
    const repository = originalRepository(root, ports);
    const listed = await tryGit(repository, [
      'ls-tree',
      '-r',
      '-z',
      '--name-only',
      '--full-tree',
      commit,
      '--',
      ...slice,
    ]);
    // A partial clone may lack the directory's tree. Then the paths are listed as ignored, and the rest is captured.
    if (listed.exitCode !== 0) continue;
    found.push(...splitNul(listed.stdout).map((name) => decodePath(name)));
  }
  return found;
}

function prefixesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
