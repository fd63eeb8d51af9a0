import { realpath } from 'node:fs/promises';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import type { BaseShown, HiddenPath } from '../workspace/workspace-plan.js';
import type { CaptureLimits } from './capture-limits.js';
import type { Changes, PathWithReason } from './changes.js';
import { copyScratch, type ScratchLimits } from './copy-scratch.js';
import { readGitIgnoreRules } from './git-ignored.js';
import { indexHiddenPaths } from './hidden-paths.js';
import { settleIgnored } from './ignored-files.js';
import { importTrees } from './import-trees.js';
import { markLineEnds } from './line-ends.js';
import { makeChanges, objectFormatOf } from './make-changes.js';
import { findOpaqueDirectories } from './opaque-directories.js';
import { OwnerAccess } from './owner-access.js';
import { Rejections } from './rejections.js';
import { withTemporaryRepository } from './trusted-git.js';
import { walkUpper } from './walk-upper.js';
import type { WouldHide } from './would-hide.js';

export interface CaptureInput {
  /** Absolute path of the original workspace. It is read only where the agent made changes, and never written. */
  readonly root: string;
  /** Host path of the overlay's upper directory. The agent must be dead and the overlay must not change any more. */
  readonly upper: string;
  readonly hidden: readonly HiddenPath[];
  /** Paths that the agent saw as a base commit has them: they cannot be edited in a patch for the workspace. */
  readonly replaced?: readonly BaseShown[];
  /** Asked about each path that the agent made. */
  readonly wouldHide?: WouldHide;
  /** The commit that the workspace had checked out. */
  readonly baseCommit: string | undefined;
  readonly limits: CaptureLimits;
  /** File that the patch is written to. */
  readonly outPatch: string;
  /** Directory that the agent's `.agent-scratch` is copied to; what cannot be copied is in `rejected`. */
  readonly outScratch?: string;
  /** Default: those of copy-scratch. */
  readonly scratchLimits?: ScratchLimits;
  /** Files of the agent that had to go before the capture; see `makeRoom`. */
  readonly removed?: readonly PathWithReason[];
  /** The upper directory was made by `materialise`; what could not be brought into it is rejected. */
  readonly copied?: { readonly rejected: readonly PathWithReason[] } | undefined;
  readonly processes: Processes;
  readonly env: Environment;
}

/**
 * Captures the edits of an agent in overlay mode as a patch. The cost depends on the number of changes alone. The
 * agent's own repository, hooks, attributes and filters are never consulted; what cannot or must not be in a patch is
 * in `rejected`, with the reason.
 *
 * @throws CagentError `changes.capture` when git or tar fail or the upper directory cannot be read.
 */
export async function captureOverlay(input: CaptureInput): Promise<Changes> {
  const { processes, env, baseCommit, limits } = input;
  const access = new OwnerAccess();
  const rejections = new Rejections();
  for (const { path, reason } of [...(input.removed ?? []), ...(input.copied?.rejected ?? [])])
    rejections.add(path, reason);
  try {
    const lower = await realpath(input.root);
    const opaque =
      input.copied === undefined
        ? await findOpaqueDirectories({ upper: input.upper, lower, access, processes, env })
        : new Set<string>();
    const whiteouts = input.copied === undefined ? 'device' : 'file';
    const state = {
      layers: { lower, upper: input.upper, opaque, whiteouts } as const,
      hidden: indexHiddenPaths(input.hidden),
      replaced: new Map(input.replaced?.map((entry) => [entry.path, entry])),
      wouldHide: input.wouldHide,
      gitIgnored: readGitIgnoreRules(lower),
      limits,
      access,
      rejections,
      touched: [],
      ignoredInOriginal: [],
      entries: 0,
      bytes: 0,
      full: false,
    };
    await walkUpper(state);
    await settleIgnored(state, lower, baseCommit, { processes, env });
    if (input.outScratch !== undefined) {
      const copied = await copyScratch(`${input.upper}/.agent-scratch`, input.outScratch, {
        ...(input.scratchLimits === undefined ? {} : { limits: input.scratchLimits }),
        whiteouts,
      });
      for (const { path, reason } of copied.rejected) rejections.add(path, reason);
    }
    return await withTemporaryRepository({ processes, env }, objectFormatOf(baseCommit), async (git) => {
      const touched = await markLineEnds(state.touched, lower, baseCommit, { processes, env });
      const trees = await importTrees(git, touched);
      const { outPatch } = input;
      return await makeChanges({
        git,
        base: trees.base,
        after: trees.new,
        source: 'overlay',
        baseCommit,
        outPatch,
        rejected: rejections.list(),
      });
    });
  } catch (error) {
    if (error instanceof CagentError) throw error;
    throw new CagentError(
      'changes.capture',
      `the agent's changes in ${input.upper} could not be captured: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'The directory is kept with --keep; check its permissions and the free disk space.',
      },
    );
  } finally {
    access.restore();
  }
}
