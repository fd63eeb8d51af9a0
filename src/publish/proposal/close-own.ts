import { deleteBranch } from '../../github/branches.js';
import { addComment, openPullRequests, updatePullRequest } from '../../github/pull-requests.js';
import type { OwnBranch } from './own-branch.js';
import type { ProposalOutcome, ProposalSettings } from './proposal.js';
import { proposalMarker } from './proposal-text.js';
import type { ProposalPorts } from './propose.js';

/** There is nothing left to propose: closes our own pull request, if there is one and it holds no work of others. */
export async function closeOwn(
  { branch, autoClose, runUrl }: ProposalSettings,
  { github, repository, viewer }: ProposalPorts,
  own: OwnBranch,
): Promise<ProposalOutcome> {
  if (!autoClose || own.kind !== 'ours') return { kind: 'nothing' };
  const open = await openPullRequests(github, repository, branch);
  const ours = open.find(({ author, body }) => author === viewer && body.startsWith(proposalMarker(branch)));
  if (ours === undefined || open.length > 1) return { kind: 'nothing' };
  // First: it is refused where somebody has pushed meanwhile, and then the pull request stays open.
  await deleteBranch(github, repository, branch, own.head);
  const run = runUrl === '' ? 'The latest run' : `[The latest run](${runUrl})`;
  await addComment(
    github,
    repository,
    ours.number,
    `${run} of the agent left nothing to change, so this is closed.`,
  );
  await updatePullRequest(github, repository, ours.number, { state: 'closed' });
  return { kind: 'closed', pullRequest: { number: ours.number, url: ours.url } };
}
