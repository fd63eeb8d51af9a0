import { realpath } from 'node:fs/promises';
import { CagentError, messageOf } from '../core/errors.js';
import type { CaptureInput } from './capture-overlay.js';
import type { Changes } from './changes.js';
import { copyScratch } from './copy-scratch.js';
import { statusOf } from './file-status.js';
import { readGitIgnoreRules } from './git-ignored.js';
import { indexHiddenPaths } from './hidden-paths.js';
import { importTrees } from './import-trees.js';
import { markLineEnds } from './line-ends.js';
import { makeChanges, objectFormatOf, sortByPath } from './make-changes.js';
import { OwnerAccess } from './owner-access.js';
import { Rejections } from './rejections.js';
import { applyProposedPatches, patchSources, readProposedPatches } from './scratch-patches.js';
import { withTemporaryRepository } from './trusted-git.js';
import type { WalkState } from './walk-state.js';
import { walkUpper } from './walk-upper.js';

export interface CaptureScratchInput extends Omit<CaptureInput, 'upper'> {
  /** Host path of the directory that was `.agent-scratch` inside. */
  readonly scratch: string;
  /** Directory for everything in the scratch that is not a proposal. */
  readonly outScratch: string;
}

/**
 * Captures the proposals of an agent in read-only mode: files under `.agent-scratch/workspace/` and patches in
 * `.agent-scratch/`, joined into one patch under the rules that captured edits have, and everything else as files.
 *
 * @throws CagentError `changes.capture` when git fails or the scratch cannot be read.
 */
export async function captureScratch(input: CaptureScratchInput): Promise<Changes> {
  const access = new OwnerAccess();
  try {
    return await capture(input, access);
  } catch (error) {
    if (error instanceof CagentError) throw error;
    throw new CagentError(
      'changes.capture',
      `the proposals in ${input.scratch} could not be captured: ${messageOf(error)}`,
      {
        cause: error,
        hint: 'Check the permissions of the directory and the free disk space.',
      },
    );
  } finally {
    access.restore();
  }
}

async function capture(input: CaptureScratchInput, access: OwnerAccess): Promise<Changes> {
  const { processes, env, baseCommit, scratch } = input;
  const lower = await realpath(input.root);
  const upper = `${scratch}/workspace`;
  const rejections = new Rejections();
  for (const { path, reason } of [...(input.removed ?? []), ...(input.copied?.rejected ?? [])])
    rejections.add(path, reason);
  const state: WalkState = {
    // A character device in a plain directory is just that: the agent can make one, and it deletes nothing.
    layers: { lower, upper, opaque: new Set(), whiteouts: false },
    hidden: indexHiddenPaths(input.hidden),
    replaced: new Map(input.replaced?.map((entry) => [entry.path, entry])),
    wouldHide: input.wouldHide,
    gitIgnored: readGitIgnoreRules(lower),
    limits: input.limits,
    access,
    rejections,
    touched: [],
    ignoredInOriginal: [],
    entries: 0,
    bytes: 0,
    full: false,
  };
  grantDirectory(access, scratch);
  if (grantDirectory(access, upper)) await walkUpper(state);
  else if (statusOf(upper) !== undefined) rejections.add('.agent-scratch/workspace', 'not a directory');
  for (const { path, reason } of state.ignoredInOriginal) rejections.add(path, reason);
  const patches = statusOf(scratch)?.isDirectory() === true ? await readProposedPatches(state, scratch) : [];
  const sources = patchSources(state, patches);
  const changes = await withTemporaryRepository(
    { processes, env },
    objectFormatOf(baseCommit),
    async (git) => {
      const touched = await markLineEnds([...state.touched, ...sources], lower, baseCommit, {
        processes,
        env,
      });
      const trees = await importTrees(git, touched);
      const after = await applyProposedPatches(git, state, trees.new, patches);
      const { outPatch } = input;
      return await makeChanges({
        git,
        base: trees.base,
        after,
        source: 'scratch',
        baseCommit,
        outPatch,
        rejected: [],
      });
    },
  );
  const refused = new Set(rejections.list().map(({ path }) => path));
  const applied = new Set(
    patches.map(({ name }) => name).filter((name) => !refused.has(`.agent-scratch/${name}`)),
  );
  // A rejected patch is handed over as a file, so that nothing is lost.
  const skip = (path: string): boolean => path === 'workspace' || applied.has(path);
  const limits = input.scratchLimits === undefined ? {} : { limits: input.scratchLimits };
  const copied = await copyScratch(scratch, input.outScratch, { ...limits, skip });
  for (const { path, reason } of copied.rejected) rejections.add(path, reason);
  return { ...changes, rejected: sortByPath(rejections.list()) };
}

/** Makes a directory of the agent readable; false when there is none. */
function grantDirectory(access: OwnerAccess, directory: string): boolean {
  const stats = statusOf(directory);
  if (stats?.isDirectory() !== true) return false;
  access.grant(directory, stats);
  return true;
}
