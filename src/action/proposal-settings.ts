import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import { branchSlug } from '../github/branch-name.js';
import type { GitHubEvent } from '../github/event.js';
import type { ProposalSettings } from '../publish/proposal/proposal.js';
import { runLinks } from '../publish/run-links.js';
import type { ApplySettings } from './apply-settings.js';

/**
 * Adds to the inputs what the event of the workflow tells: which branch the changes are for, which branch they go
 * onto, and whose policy holds.
 * @param agent name of an agent, see `AGENT_NAME`
 * @throws CagentError `config.invalid` when that cannot be, or would overwrite a branch of the repository
 */
export function proposalSettings(
  settings: ApplySettings,
  event: GitHubEvent,
  environment: Environment,
  agent: string,
): ProposalSettings {
  const { pullRequest } = event;
  const baseBranch = settings.baseBranch ?? branchOf(event, environment);
  const number =
    pullRequest?.number ?? (event.issue?.isPullRequest === true ? event.issue.number : undefined);
  const key = settings.branch ?? branchKey(environment, agent, number, settings.propose);
  const branch = settings.branchPrefix + key;
  if (branch === baseBranch || branch === event.defaultBranch) {
    throw new CagentError(
      'config.invalid',
      `input branch: found ${branch}, allowed: a branch of its own, not the one that the changes are for`,
    );
  }
  return {
    ...settings.proposal,
    baseBranch,
    branch,
    policyFrom: policyFrom(baseBranch, event, environment),
    eventPullRequest: number,
    artifact: settings.source.kind === 'artifact' ? settings.source.name : undefined,
    runUrl: runLinks(environment, '').run,
    workflowRunId: /^\d+$/.test(environment.GITHUB_RUN_ID ?? '') ? (environment.GITHUB_RUN_ID ?? '') : '',
  };
}

/**
 * The head of a pull request must not say what is checked on its own changes, and only the events about pull requests
 * tell which branch is one: on others a branch counts if it is the one that the workflow itself comes from.
 */
function policyFrom(
  baseBranch: string,
  { pullRequest, defaultBranch }: GitHubEvent,
  environment: Environment,
): ProposalSettings['policyFrom'] {
  if (pullRequest !== undefined) {
    const { branch, sha } = pullRequest.base;
    return baseBranch === branch ? { branch } : { commit: sha };
  }
  const own = [defaultBranch, workflowBranch(environment)].filter((branch) => branch !== undefined);
  const branch = own.includes(baseBranch) ? baseBranch : own[0];
  if (branch !== undefined) return { branch };
  throw noBranch('Start the workflow on a branch.');
}

function branchOf({ pullRequest, defaultBranch }: GitHubEvent, environment: Environment): string {
  if (pullRequest !== undefined) {
    if (!pullRequest.isFork) return pullRequest.head.branch;
    throw new CagentError(
      'config.invalid',
      'the pull request comes from a fork, which cannot be written to',
      {
        hint: 'Set the input base-branch to a branch of this repository.',
      },
    );
  }
  const branch = workflowBranch(environment) ?? defaultBranch;
  if (branch !== undefined) return branch;
  throw noBranch('Set the input base-branch.');
}

function workflowBranch({ GITHUB_REF: ref = '' }: Environment): string | undefined {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined;
}

function noBranch(hint: string): CagentError {
  return new CagentError('config.invalid', 'the event of the workflow does not tell a branch', { hint });
}

/**
 * The same for every run of one agent in one workflow, and on one pull request. An allow list has another one than the
 * changes: each would overwrite the commit of the other.
 */
function branchKey(
  environment: Environment,
  agent: string,
  pullRequest: number | undefined,
  propose: ApplySettings['propose'],
): string {
  const { GITHUB_WORKFLOW_REF: reference = '', GITHUB_WORKFLOW: name = '' } = environment;
  const file = /\/([^/]+)\.ya?ml@/.exec(reference)?.[1] ?? name;
  const parts = [
    branchSlug(file) || 'workflow',
    agent,
    ...(pullRequest === undefined ? [] : [`pr-${pullRequest}`]),
    ...(propose === 'allow-list' ? [propose] : []),
  ];
  return parts.join('-');
}
