import { openPullRequests } from '../../github/pull-requests.js';
import { keepComment } from '../sticky-comment.js';
import { outcomeMarkdown } from './outcome-markdown.js';
import type { ProposalOutcome, ProposalSettings } from './proposal.js';
import { proposalMarker } from './proposal-text.js';
import type { ProposalPorts } from './propose.js';

/** Outcomes that a person has to do something about and that no page of GitHub would show otherwise. */
const WORTH_A_COMMENT: readonly ProposalOutcome['kind'][] = ['over-cap', 'conflict', 'blocked', 'foreign'];

/**
 * Says on a pull request what was not done and how to go on: on the one that the workflow runs for, else on our own
 * earlier one. One comment, edited by later runs. Does nothing where there is no such pull request.
 */
export async function tellPullRequest(
  outcome: ProposalOutcome,
  settings: ProposalSettings,
  { github, repository, viewer }: ProposalPorts,
): Promise<void> {
  if (!WORTH_A_COMMENT.includes(outcome.kind)) return;
  const marker = proposalMarker(settings.branch);
  const own = async () =>
    (await openPullRequests(github, repository, settings.branch)).find(
      ({ author, body }) => author === viewer && body.startsWith(marker),
    )?.number;
  const number = settings.eventPullRequest ?? (await own());
  if (number === undefined) return;
  const body = `${marker}\n${outcomeMarkdown(outcome, settings)}`;
  await keepComment(github, { repository, number, viewer }, marker, body);
}
