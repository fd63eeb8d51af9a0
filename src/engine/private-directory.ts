import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { reasonOf } from '../config/system-reason.js';
import { CagentError } from '../core/errors.js';
import { isOwnerAlive, ownerOf } from '../core/owner.js';
import { isRunId, type RunId } from '../core/run-id.js';
import { runArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { planRemoval } from '../sandbox/plan-removal.js';

/**
 * The private directory of a run: `<tmp>/cagent-<run id>`, mode 0700, with the layers of the view and the agent's
 * edits while it runs. Never inside the workspace (an overlay must not contain itself) and never shared: checkout
 * keeps token files in the runner's own temporary directory.
 */

const PREFIX = 'cagent-';
const OWNER_FILE = 'owner';

export function privateDirectoryOf(runId: RunId): string {
  return join(tmpdir(), `${PREFIX}${runId}`);
}

/**
 * Makes it; the owner's name inside tells `cagent clean` whether the run is still alive.
 * @throws CagentError `workspace.view`
 */
export function createPrivateDirectory(path: string, owner: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
    writeFileSync(join(path, OWNER_FILE), owner);
  } catch (cause) {
    throw new CagentError(
      'workspace.view',
      `The private directory of the run cannot be made: ${reasonOf(cause)}.`,
      { hint: 'Set TMPDIR to a directory that you may write to, on a file system with space.', cause },
    );
  }
}

/**
 * Removes it with everything in it; what needs root goes through a small container of the gateway image.
 * @returns whether it is gone
 */
export async function removePrivateDirectory(
  path: string,
  gatewayImage: string | undefined,
  docker: Docker,
): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return true;
  if (!isOurs(path)) return false;
  if (tryRemove(path)) return true;
  if (gatewayImage === undefined) return false;
  const runId = basename(path).slice(PREFIX.length);
  await docker.try(
    runArgs(planRemoval({ runId, processOwner: ownerOf(process.pid), image: gatewayImage, directory: path })),
  );
  return tryRemove(path);
}

/** Removes a private directory that nobody but this process has written to. */
export function removeOwnFiles(path: string): void {
  if (isOurs(path)) tryRemove(path);
}

/** Private directories of this user; `dead`: only those whose process is gone. */
export function findPrivateDirectories(runs: 'all' | 'dead'): readonly string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX) && isRunId(name.slice(PREFIX.length)))
    .map((name) => join(tmpdir(), name))
    .filter(isOurs)
    .filter((path) => runs === 'all' || !isOwnerAlive(readOwner(path)));
}

/**
 * Anybody may make a name in the directory for temporary files. A link that another user planted there would have the
 * removal, which has root's rights in its container, empty whatever it leads to; and of another user's run nobody
 * else can tell whether it is alive.
 */
function isOurs(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  return stat?.isDirectory() === true && (uid === undefined || stat.uid === uid);
}

function tryRemove(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}

function readOwner(path: string): string {
  try {
    return readFileSync(join(path, OWNER_FILE), 'utf8');
  } catch {
    return '';
  }
}
