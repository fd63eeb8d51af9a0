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
 * The commits that the author of the event's pull request has no say in, as GitHub names them: GITHUB_SHA where it is
 * the default branch or the base, and the base. A name such as `main` may be a branch of the fork in the fork's clone.
 * @param sha GITHUB_SHA of the workflow
 */
export function trustedCommits({ event, pullRequest }: Trigger, sha: string | undefined): readonly string[] {
  return [SHA_OF_THE_AUTHOR.has(event) ? undefined : sha, pullRequest?.baseSha].filter(Boolean) as string[];
}

/**
 * The flags with the base commit of the pull request that the event is about, where nobody has named one: what a pull
 * request changes must not decide how the pull request is judged. Where the workspace has a trusted commit checked out,
 * it is that one, since a step before this may have put the pull request into the work tree or a folder of it.
 * @param head commit that the workspace has checked out; `undefined` when there is none
 * @param sha GITHUB_SHA of the workflow
 */
export function withTrustedBase(
  flags: Flags,
  trigger: Trigger,
  head: string | undefined,
  sha: string | undefined,
): Flags {
  if (trigger.pullRequest === undefined || flags.values.base !== undefined) return flags;
  const isTrusted = head !== undefined && head === sha && trustedCommits(trigger, sha).includes(head);
  const base = isTrusted ? head : trigger.pullRequest.baseSha;
  return base === undefined ? flags : { ...flags, values: { ...flags.values, base } };
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
