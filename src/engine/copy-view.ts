import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CAPTURE_LIMITS } from '../changes/capture-limits.js';
import type { PathWithReason } from '../changes/changes.js';
import { compareListings } from '../changes/compare-listings.js';
import { materialise } from '../changes/materialise.js';
import { limitsWithin } from '../changes/room.js';
import { CagentError } from '../core/errors.js';
import type { Docker } from '../docker/client.js';
import { WORKSPACE_MOUNT } from '../sandbox/container-base.js';
import { fetchFiles } from '../sandbox/fetch-files.js';
import { fillVolumes } from '../sandbox/fill-volumes.js';
import { type ListedEntry, listView } from '../sandbox/list-view.js';
import type { CopyContainers } from '../sandbox/plan-copy.js';
import type { SandboxContainers, SandboxPlan } from '../sandbox/sandbox-plan.js';
import { type ByteText, byteTextToFile, pathToByteText } from '../workspace/byte-text.js';
import { identityOf, packFiles, packView } from '../workspace/pack-view.js';
import { SCRATCH_README } from '../workspace/scratch-readme.js';
import { viewLayout } from '../workspace/view-layout.js';
import { shown } from '../workspace/walk.js';
import type { EarlyPlan } from './plan-run.js';

/** A view that was sent to the engine. */
export interface SentView {
  /** What was sent, with the identity of each original. */
  readonly originals: ReadonlyMap<ByteText, string>;
  /** The list of what the agent may write to, before it did. */
  readonly before: ReadonlyMap<ByteText, ListedEntry>;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/** The agent's changes, as a directory of this machine. */
export interface FetchedView {
  /** What `upper` is in overlay mode, and `scratch` in read-only mode. */
  readonly directory: string;
  /** What could not be brought here. */
  readonly rejected: readonly PathWithReason[];
}

/** In read-only mode: new versions of files, by their paths in the workspace. */
const PROPOSALS = 'workspace/';

/**
 * Sends the view into its volumes and checks that they hold what was sent and nothing else.
 * @throws CagentError `workspace.view`, `docker.*`, `changes.capture`
 */
export async function sendView(
  docker: Docker,
  { directory, containers }: EarlyPlan,
  { workspace: plan }: SandboxPlan,
  signal: AbortSignal,
): Promise<SentView> {
  const { fill, list } = copyContainers(containers);
  const packed = { originals: new Map<ByteText, string>(), leftOut: [] as ByteText[] };
  const { top } = viewLayout(directory, plan.mode);
  const view = { plan, top, scratchReadme: SCRATCH_README, prefix: WORKSPACE_MOUNT.slice(1) };
  await fillVolumes(docker, fill, packView(view, packed), signal);
  const expected = plan.mode === 'overlay' ? packed.originals : new Set(['README']);
  const before = new Map<ByteText, ListedEntry>();
  for await (const entry of listView(docker, list)) {
    if (!expected.has(entry.path)) throw notAsSent(entry.path);
    before.set(entry.path, entry);
  }
  for (const path of expected.keys()) if (!before.has(path)) throw notAsSent(path);
  return { originals: packed.originals, before, notices: noticesOf(packed.leftOut) };
}

/** Sends the files that an engine of this machine would mount one by one. */
export async function sendFiles(docker: Docker, { containers, places }: EarlyPlan): Promise<void> {
  if (places.length > 0) await fillVolumes(docker, copyContainers(containers).fill, packFiles(places));
}

/**
 * Fetches what the agent changed; the agent is dead.
 * @throws CagentError `changes.capture`, `docker.*`
 */
export async function fetchView(
  docker: Docker,
  { directory, containers }: EarlyPlan,
  { workspace, limits }: SandboxPlan,
  { before, originals }: SentView,
): Promise<FetchedView> {
  const { list, fetch } = copyContainers(containers);
  // The scratch comes with it, whose limits are judged later.
  const most = Math.max(DEFAULT_CAPTURE_LIMITS.maxTotalBytes, limits.diskBytes);
  const { maxEntries, maxFileBytes, maxTotalBytes } = limitsWithin([directory], {
    ...DEFAULT_CAPTURE_LIMITS,
    maxTotalBytes: most,
  });
  // One more than the capture takes, so that it sees that there were more.
  const difference = await compareListings(before, listView(docker, list), maxEntries + 1);
  const target = join(directory, 'c');
  const overlay = workspace.mode === 'overlay';
  const rejected = await materialise({
    directory: target,
    difference,
    refused: overlay ? changedMeanwhile(workspace.root, difference.touchedBefore, originals) : new Map(),
    isHandedOver: (path) => (overlay ? path.startsWith('.agent-scratch/') : !path.startsWith(PROPOSALS)),
    owner: workspace.owner,
    maxFileBytes,
    maxTotalBytes,
    fetch: (paths) => fetchFiles(docker, fetch, paths),
  });
  return { directory: target, rejected: overlay ? rejected : rejected.map(asScratchPath) };
}

/** A patch against a file that is another by now would undo what somebody else did to it. */
function changedMeanwhile(
  root: string,
  touched: readonly ByteText[],
  originals: ReadonlyMap<ByteText, string>,
): ReadonlyMap<ByteText, string> {
  const refused = new Map<ByteText, string>();
  for (const path of touched) {
    const original = originals.get(path);
    if (original === undefined || original === '') continue;
    const stat = lstatSync(byteTextToFile(`${pathToByteText(root)}/${path}`), { throwIfNoEntry: false });
    // A directory changes with every name in it; the names are looked at one by one.
    if (stat?.isDirectory() === true && original.startsWith('directory ')) continue;
    if (stat === undefined || identityOf(stat) !== original)
      refused.set(path, 'the original was changed during the run');
  }
  return refused;
}

/** As the capture of proposals names them: a proposal by the path that it is for, anything else by its place. */
function asScratchPath({ path, reason }: PathWithReason): PathWithReason {
  if (path.startsWith(PROPOSALS)) return { path: path.slice(PROPOSALS.length), reason };
  return { path: `.agent-scratch/${path}`, reason };
}

function noticesOf(leftOut: readonly ByteText[]): readonly string[] {
  if (leftOut.length === 0) return [];
  return [
    `${leftOut.length} visible paths were not copied, such as ${shown(leftOut[0] as ByteText)}: sockets, FIFOs, devices, or files that cannot be read.`,
  ];
}

function notAsSent(path: ByteText): CagentError {
  return new CagentError(
    'workspace.view',
    `The engine's copy is not what was sent: ${shown(path)} differs.`,
    {
      hint: 'Run again; if it stays, look at the disk space and the file system of the engine.',
    },
  );
}

/** The plan of the copy strategy has all four. */
function copyContainers({ fill, watch, list, fetch }: SandboxContainers): CopyContainers {
  if (fill === undefined || watch === undefined || list === undefined || fetch === undefined)
    throw new CagentError('internal.bug', 'A view that is not copied was to be sent.');
  return { fill, watch, list, fetch };
}
