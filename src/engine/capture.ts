import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { DEFAULT_CAPTURE_LIMITS } from '../changes/capture-limits.js';
import { captureOverlay } from '../changes/capture-overlay.js';
import { captureScratch } from '../changes/capture-scratch.js';
import type { Changes } from '../changes/changes.js';
import { DEFAULT_SCRATCH_LIMITS } from '../changes/copy-scratch.js';
import { limitsWithin, makeRoom } from '../changes/room.js';
import { wouldHideBy } from '../changes/would-hide.js';
import { rulesOf } from '../workspace/plan-rules.js';
import type { FetchedView } from './copy-view.js';
import type { Preparation } from './prepare.js';
import type { RunHost } from './run-host.js';

export interface CaptureRequest {
  readonly host: RunHost;
  readonly preparation: Preparation;
  /** Where the patch is written. */
  readonly patch: string;
  /** The run directory's `scratch/`. */
  readonly scratch: string;
  /** With the strategy `copy`: what was fetched. */
  readonly fetched: FetchedView | undefined;
  /** The agent wrote more than it may, in bytes or in files: there may be no room left for the results. */
  readonly overfull: boolean;
}

/**
 * Reads the agent's changes back; the agent is dead. `undefined` when there never was a view.
 * @throws CagentError `changes.capture`
 */
export async function captureChanges({
  host,
  preparation,
  patch,
  scratch,
  fetched,
  overfull,
}: CaptureRequest): Promise<Changes | undefined> {
  const { plan, view } = preparation;
  if (plan === undefined || view === undefined) return undefined;
  // A copy that was not fetched holds no change of an agent: there was none.
  if (plan.view.strategy === 'copy' && fetched === undefined) return undefined;
  const { workspace } = plan;
  const written = fetched?.directory ?? (workspace.mode === 'overlay' ? view.upper : view.scratch);
  if (written === undefined) return undefined;
  const removed = overfull
    ? await makeRoom(written, workspace.mode === 'overlay' ? '' : '.agent-scratch')
    : [];
  const places = [dirname(patch), dirname(scratch), host.environment.RUNNER_TEMP || tmpdir()];
  const common = {
    root: workspace.root,
    hidden: workspace.hidden,
    replaced: workspace.base?.shown ?? [],
    wouldHide: wouldHideBy(workspace.root, rulesOf(workspace)),
    baseCommit: workspace.git.kind === 'none' ? undefined : workspace.git.head,
    limits: limitsWithin(places, DEFAULT_CAPTURE_LIMITS),
    outPatch: patch,
    outScratch: scratch,
    scratchLimits: limitsWithin(places, DEFAULT_SCRATCH_LIMITS),
    removed,
    processes: host.processes,
    env: host.environment,
    copied: fetched,
  };
  return workspace.mode === 'overlay'
    ? captureOverlay({ ...common, upper: written })
    : captureScratch({ ...common, scratch: written });
}
