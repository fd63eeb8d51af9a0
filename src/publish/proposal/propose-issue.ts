import { readFile } from 'node:fs/promises';
import { allPages } from '../../github/answers.js';
import type { ProposalOutcome, ProposalSettings, VerifiedRun } from './proposal.js';
import { issueBody, proposalMarker, proposalTitle } from './proposal-text.js';
import type { ProposalPorts } from './propose.js';

/** Ours is a recent one, or a new one does no harm. */
const MOST_ISSUES = 500;

/** One open issue for each branch that cagent would have used: edited by later runs, not repeated. */
export async function proposeIssue(
  run: VerifiedRun,
  settings: ProposalSettings,
  { github, repository, viewer }: ProposalPorts,
  { guarded, start }: { readonly guarded: readonly string[]; readonly start: string },
): Promise<ProposalOutcome> {
  const patch = await readFile(run.stored.patch, 'utf8');
  const body = issueBody(settings, run, { guarded, patch, start });
  const issues = await allPages(
    (range) => github.call('GET /repos/{owner}/{repo}/issues', { ...repository, state: 'open', ...range }),
    MOST_ISSUES,
  );
  const marker = proposalMarker(settings.branch);
  const ours = issues.find(
    (issue) =>
      issue.pull_request === undefined &&
      issue.user?.login === viewer &&
      issue.body?.startsWith(marker) === true,
  );
  if (ours !== undefined) {
    const route = 'PATCH /repos/{owner}/{repo}/issues/{issue_number}';
    await github.call(route, { ...repository, issue_number: ours.number, body });
    return { kind: 'issue', issue: { number: ours.number, url: ours.html_url }, guarded };
  }
  const { data } = await github.call('POST /repos/{owner}/{repo}/issues', {
    ...repository,
    title: proposalTitle(settings, run),
    body,
    labels: [...settings.labels],
  });
  return { kind: 'issue', issue: { number: data.number, url: data.html_url }, guarded };
}
