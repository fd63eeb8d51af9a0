import * as core from '@actions/core';
import { listPaths } from '../changes/patch-policy.js';
import type { ApplyOutputName } from '../config/apply-inputs.js';
import { outcomeMarkdown } from '../publish/proposal/outcome-markdown.js';
import type { ProposalOutcome, ProposalSettings, PullRequestLink } from '../publish/proposal/proposal.js';
import type { ApplySettings } from './apply-settings.js';

type Outputs = Partial<Record<ApplyOutputName, string>>;

/** What later steps are told of an outcome. */
export function outputsOfProposal(outcome: ProposalOutcome, { branch }: ProposalSettings): Outputs {
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return {
        result: outcome.kind,
        ...pullRequestOutputs(outcome.pullRequest),
        branch,
        commit: outcome.commit,
        'commit-verified': String(outcome.verified),
        'changed-files': String(outcome.changedFiles),
      };
    case 'closed':
      return { result: outcome.kind, ...pullRequestOutputs(outcome.pullRequest) };
    case 'issue':
      return { result: outcome.kind, 'issue-url': outcome.issue.url };
    default:
      return { result: outcome.kind };
  }
}

/** Outputs, summary, and one line in the log. @returns the exit code of the step */
export async function publishProposal(
  outcome: ProposalOutcome,
  settings: ProposalSettings,
  ifNoChanges: ApplySettings['ifNoChanges'],
  hasSummary: boolean,
): Promise<number> {
  for (const [name, value] of Object.entries(outputsOfProposal(outcome, settings)))
    core.setOutput(name, value);
  if (hasSummary) await core.summary.addRaw(outcomeMarkdown(outcome, settings)).write();
  return say(outcome, settings, ifNoChanges);
}

function say(
  outcome: ProposalOutcome,
  { branch, baseBranch }: ProposalSettings,
  ifNoChanges: ApplySettings['ifNoChanges'],
): number {
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      core.info(`${outcome.pullRequest.url} ${outcome.kind}, from ${branch} to ${baseBranch}.`);
      if (outcome.base === 'behind')
        core.warning(`${baseBranch} has changed the same lines; the conflicts are for a person.`, TITLE);
      return 0;
    case 'closed':
      core.info(`${outcome.pullRequest.url} closed: there is nothing left to change.`);
      return 0;
    case 'issue':
      core.warning(
        `The patch changes protected files, so it is in ${outcome.issue.url} for a person.`,
        TITLE,
      );
      return 0;
    case 'nothing':
      return sayNothing(ifNoChanges);
    case 'blocked':
      return fail(
        `The patch changes protected paths, so nothing was proposed: ${listPaths(outcome.guarded)}.${
          outcome.noDraft === undefined
            ? ''
            : ` Pull request ${outcome.noDraft} is open and may be approved already: convert it to a draft or close it, and run again.`
        }`,
      );
    case 'over-cap':
      return fail(`The patch is over a cap: ${outcome.why}. It is kept; the summary says how to apply it.`);
    case 'conflict':
      return fail(`The patch was not applied: ${outcome.why}. It is kept; the summary says how to apply it.`);
    case 'foreign':
      return fail(`Nothing was overwritten: ${outcome.why}. Merge or delete it, or set the input branch.`);
  }
}

const TITLE = { title: 'cagent apply' };

function sayNothing(ifNoChanges: ApplySettings['ifNoChanges']): number {
  const message = 'The run left nothing to change.';
  if (ifNoChanges === 'error') return fail(message);
  if (ifNoChanges === 'warn') core.warning(message, TITLE);
  else core.info(message);
  return 0;
}

function fail(message: string): number {
  core.error(message, TITLE);
  return 1;
}

function pullRequestOutputs({ number, url }: PullRequestLink): Outputs {
  return { 'pull-request-number': String(number), 'pull-request-url': url };
}
