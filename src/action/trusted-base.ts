import { join, resolve } from 'node:path';
import type { Flags } from '../config/flags.js';
import type { Environment } from '../core/environment.js';
import type { Processes } from '../core/process.js';
import type { Trigger } from '../github/trigger.js';
import { gitFor } from '../workspace/git-command.js';

/** Events whose GITHUB_SHA already holds what the author of the pull request wrote. */
const SHA_OF_THE_AUTHOR: ReadonlySet<string> = new Set([
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
]);

/**
 * Whether the workspace is what GitHub checks out by itself for an event that does not run code of a pull request: the
 * default branch, or the base. Then there is nothing to be distrusted in it.
 * @param head commit that the workspace has checked out; `undefined` when there is none
 * @param sha GITHUB_SHA of the workflow
 */
export function isTrustedCheckout(event: string, head: string | undefined, sha: string | undefined): boolean {
  return !SHA_OF_THE_AUTHOR.has(event) && head !== undefined && head === sha;
}

/**
 * The flags with the base commit of the pull request that the event is about, where nobody has named one: what a pull
 * request changes must not decide how the pull request is judged.
 */
export function withTrustedBase(flags: Flags, { pullRequest }: Trigger, isTrusted: boolean): Flags {
  const base = pullRequest?.baseSha;
  if (isTrusted || base === undefined || flags.values.base !== undefined) return flags;
  return { ...flags, values: { ...flags.values, base } };
}

/** The commit that the workspace of the flags has checked out. */
export async function checkedOutCommit(
  { values }: Flags,
  cwd: string,
  processes: Processes,
  environment: Environment,
): Promise<string | undefined> {
  const workspace = resolve(cwd, String(values.workspace ?? '.'));
  const git = gitFor(processes, environment, { GIT_DIR: join(workspace, '.git') });
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => undefined);
  return head?.toString('latin1').trim();
}
