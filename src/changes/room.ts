import { rmSync, type Stats, statfsSync } from 'node:fs';
import { fsPath } from '../core/path-text.js';
import type { CaptureLimits } from './capture-limits.js';
import type { PathWithReason } from './changes.js';
import type { ScratchLimits } from './copy-scratch.js';
import { errnoOf, joinPath, namesIn, statusOf } from './file-status.js';
import { OwnerAccess } from './owner-access.js';

/** Free space that the results of a run need in any case: a report, a log, a small patch. */
const RESULTS_BYTES = 128 * 2 ** 20;

/** A content may be on the disk in the temporary repository, twice in a patch (base 85), and in the scratch. */
const COPIES = 5;

const REASON = 'removed, since the agent had left no room on the disk for the results of the run';

/**
 * An agent can take the last byte of a disk between two looks at it. Removes the largest files that it wrote until the
 * results have room. The agent must be dead.
 * @param directory what the agent wrote to, never the original
 * @param prefix of the returned paths, for a directory that is not the root of the workspace
 * @returns what was removed
 */
export async function makeRoom(
  directory: string,
  prefix = '',
  roomBytes = RESULTS_BYTES,
): Promise<readonly PathWithReason[]> {
  if (freeBytes([directory]) >= roomBytes) return [];
  const access = new OwnerAccess();
  const removed: PathWithReason[] = [];
  try {
    const files = await filesOf(directory, access);
    for (const { path } of files.sort((a, b) => b.blocks - a.blocks)) {
      if (!isRemoved(fsPath(directory, path))) continue;
      // The agent's own repository is no change.
      if (!path.startsWith('.git/')) removed.push({ path: joinPath(prefix, path), reason: REASON });
      if (freeBytes([directory]) >= roomBytes) break;
    }
  } finally {
    access.restore();
  }
  return removed;
}

/** Limits of a capture whose results go to these directories, so that they fit. */
export function limitsWithin<T extends CaptureLimits | ScratchLimits>(
  directories: readonly string[],
  limits: T,
): T {
  const fits = Math.floor(freeBytes(directories) / COPIES);
  return fits < limits.maxTotalBytes ? { ...limits, maxTotalBytes: fits } : limits;
}

interface WrittenFile {
  readonly path: string;
  readonly blocks: number;
}

async function filesOf(directory: string, access: OwnerAccess): Promise<WrittenFile[]> {
  const files: WrittenFile[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const name of await namesOf(directory, at, access)) {
      const path = joinPath(at, name);
      const stats = statusIn(directory, path);
      if (stats?.isDirectory() === true) pending.push(path);
      else if (stats?.isFile() === true) files.push({ path, blocks: stats.blocks });
    }
  }
  return files;
}

/** `undefined` also for what is too deep to be looked at: an agent must not be able to end this by a long path. */
function statusIn(root: string, path: string): Stats | undefined {
  try {
    return statusOf(fsPath(root, path));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** One file that stays (the agent may have set it append-only, for instance) is no reason to leave the others. */
function isRemoved(place: string | Buffer): boolean {
  try {
    rmSync(place, { force: true });
    return true;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

/** What cannot be listed (too deep, for instance) is left to whoever removes the directory. */
async function namesOf(root: string, directory: string, access: OwnerAccess): Promise<readonly string[]> {
  const place = fsPath(root, directory);
  try {
    const stats = statusOf(place);
    if (stats === undefined) return [];
    // Removing a file takes the right to write its directory.
    access.grant(place, stats, 'change');
    return (await namesIn(place, Number.POSITIVE_INFINITY)).names;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}

function freeBytes(directories: readonly string[]): number {
  const free = directories.map((directory) => {
    try {
      const { bavail, bsize } = statfsSync(directory);
      return bavail * bsize;
    } catch {
      return Number.POSITIVE_INFINITY;
    }
  });
  return Math.min(...free);
}
