import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { PatchPolicy } from '../config/run-spec.js';
import { reasonOf } from '../config/system-reason.js';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { applyToDirectory } from './apply-to-directory.js';
import { applyToRepository } from './apply-to-repository.js';
import type { PathWithReason } from './changes.js';
import { statusOf } from './file-status.js';
import { policyError } from './patch-policy.js';
import { readStoredChanges } from './read-run.js';

export interface ApplyInput {
  /** Run directory with `changes.json` and `changes.patch`. Neither is trusted. */
  readonly runDirectory: string;
  /** Directory that corresponds to the workspace of the run: a checkout, a directory in one, or a plain directory. */
  readonly checkout: string;
  readonly policy: PatchPolicy;
  /** Merge when the branch has moved on in files that the patch changes. */
  readonly threeWay: boolean;
  readonly processes: Processes;
  readonly env: Environment;
}

export interface AppliedRun {
  /** Changed paths relative to the checkout, in order; empty when the run changed nothing. */
  readonly applied: readonly string[];
  /** Paths of the patch that were left out because of `policy.excluded`. */
  readonly excluded: readonly string[];
  /** The commit that the changes were put on; `undefined` outside of a repository. */
  readonly onto: string | undefined;
  /** Whether the branch had moved on and the changes were merged. */
  readonly merged: boolean;
  /** What the run itself had left out of the patch. */
  readonly rejected: readonly PathWithReason[];
}

/** What the two ways of applying have in common. */
export interface ApplyTask extends ApplyInput {
  readonly stored: Awaited<ReturnType<typeof readStoredChanges>>;
  /** Absolute, without links. */
  readonly checkout: string;
  /** Empty directory that is removed afterwards. */
  readonly temporary: string;
}

/**
 * Checks a run's patch against the patch policy and applies it to a checkout, to the index and the working tree.
 * Everything is tried first in an index and an object directory of its own; when anything stands against it, neither
 * is touched. Nothing is committed.
 *
 * @throws CagentError `changes.apply` with what stands against it and what to do.
 */
export async function applyRun(input: ApplyInput): Promise<AppliedRun> {
  const stored = await readStoredChanges(input.runDirectory);
  const { rejected } = stored.changes;
  if (stored.patchBytes === 0 && stored.changes.files.length === 0) {
    return { applied: [], excluded: [], onto: undefined, merged: false, rejected };
  }
  // Before anything reads the patch: its size is the one thing that may make that expensive.
  const kilobytes = Math.ceil(stored.patchBytes / 1024);
  if (kilobytes > input.policy.maxKilobytes) {
    const violation = `it has ${kilobytes} kilobytes, patch.max-kilobytes allows ${input.policy.maxKilobytes}`;
    throw policyError(stored.patch, [violation]);
  }
  const checkout = await realpath(input.checkout).catch((error: unknown) => {
    throw new CagentError(
      'changes.apply',
      `the checkout ${input.checkout} cannot be read: ${reasonOf(error)}`,
    );
  });
  const temporary = await mkdtemp(join(input.env.RUNNER_TEMP || tmpdir(), 'cagent-apply-'));
  try {
    const task = { ...input, stored, checkout, temporary };
    const top = repositoryAbove(checkout);
    return top === undefined
      ? await applyToDirectory(task)
      : await applyToRepository(task, top, relative(top, checkout));
  } catch (error) {
    if (error instanceof CagentError && error.code !== 'changes.capture') throw error;
    throw new CagentError('changes.apply', messageOf(error), { cause: error });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function repositoryAbove(directory: string): string | undefined {
  if (statusOf(join(directory, '.git')) !== undefined) return directory;
  return dirname(directory) === directory ? undefined : repositoryAbove(dirname(directory));
}
