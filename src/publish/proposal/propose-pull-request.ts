import type { PlacedChanges } from '../../changes/patch-on-tree.js';
import { messageOf } from '../../core/errors.js';
import { setBranch } from '../../github/branches.js';
import {
  addLabels,
  openPullRequest,
  openPullRequests,
  requestReviews,
  updatePullRequest,
} from '../../github/pull-requests.js';
import { writeTree } from '../../github/tree/write-tree.js';
import type { OwnBranch } from './own-branch.js';
import type { ProposalOutcome, ProposalSettings, PullRequestLink, VerifiedRun } from './proposal.js';
import { commitMessage, proposalBody, proposalMarker, proposalTitle } from './proposal-text.js';
import type { Placed, ProposalPorts } from './propose.js';

interface Proposal extends Placed {
  readonly own: Exclude<OwnBranch, { readonly kind: 'foreign' }>;
  readonly changes: Pick<PlacedChanges, 'guarded' | 'excluded' | 'content'>;
  /** Entries of `network.allow` that this adds, where it is about these. */
  readonly allowed?: readonly string[];
}

/** Tree, commit, branch and pull request, in this order; each only where it is not there yet. */
export async function proposePullRequest(
  run: VerifiedRun,
  settings: ProposalSettings,
  ports: ProposalPorts,
  proposal: Proposal,
): Promise<ProposalOutcome> {
  const { github, repository, viewer } = ports;
  const { branch, baseBranch } = settings;
  const { edits, parent, own, changes } = proposal;
  const open = await openPullRequests(github, repository, branch);
  const ours = open.find(({ author, body }) => author === viewer && body.startsWith(proposalMarker(branch)));
  const foreign = open.find((pull) => pull !== ours);
  if (ours === undefined && foreign !== undefined) {
    const why = `the pull request ${foreign.number} of ${foreign.author} is open for the branch ${branch}`;
    return { kind: 'foreign', why };
  }
  const tree = await writeTree(github, repository, { base: parent.tree, edits, content: changes.content });
  const head = own.kind === 'free' ? undefined : own.head;
  const commit = await commitOnce(run, settings, ports, { tree, parent: parent.sha, head });
  const { guarded } = changes;
  // It may be approved already, and the approval would hold for protected files that nobody has seen.
  if (commit.isNew && ours !== undefined && !ours.isDraft && guarded.length > 0)
    return { kind: 'blocked', guarded, noDraft: ours.number };
  if (commit.isNew) await setBranch(github, repository, branch, { before: head, sha: commit.sha });
  const body = proposalBody(settings, run, {
    paths: [...edits.keys()].sort(),
    guarded,
    excluded: changes.excluded,
    base: proposal.base,
    allowed: proposal.allowed,
  });
  const result = {
    commit: commit.sha,
    tree,
    verified: commit.verified,
    changedFiles: edits.size,
    base: proposal.base,
    guarded,
  };
  if (ours !== undefined) {
    const link = { number: ours.number, url: ours.url };
    const moved = ours.base !== baseBranch;
    if (!commit.isNew && !moved) return { kind: 'unchanged', pullRequest: link, ...result };
    const base = moved ? { base: baseBranch } : {};
    await updatePullRequest(github, repository, ours.number, { body, ...base });
    if (guarded.length > 0) await askForReviews(settings, ports, link);
    return { kind: 'updated', pullRequest: link, ...result };
  }
  const link = await openPullRequest(github, repository, {
    title: proposalTitle(settings, run),
    body,
    head: branch,
    base: baseBranch,
    draft: settings.draft || guarded.length > 0,
  });
  await beside(ports, 'the labels', settings.labels.length > 0, () =>
    addLabels(github, repository, link.number, settings.labels),
  );
  await askForReviews(settings, ports, link);
  return { kind: 'created', pullRequest: link, ...result };
}

/** The commit with this tree on this parent: the one that the branch has already, or a new one. */
async function commitOnce(
  run: VerifiedRun,
  settings: ProposalSettings,
  { github, repository }: ProposalPorts,
  {
    tree,
    parent,
    head,
  }: { readonly tree: string; readonly parent: string; readonly head: string | undefined },
): Promise<{ readonly sha: string; readonly isNew: boolean; readonly verified: boolean }> {
  if (head !== undefined) {
    const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
    const { data } = await github.call(route, { ...repository, commit_sha: head });
    if (data.tree.sha === tree && data.parents.length === 1 && data.parents[0]?.sha === parent)
      return { sha: head, isNew: false, verified: data.verification.verified };
  }
  const { identity } = settings;
  const { data } = await github.call('POST /repos/{owner}/{repo}/git/commits', {
    ...repository,
    message: commitMessage(settings, run),
    tree,
    parents: [parent],
    ...(identity === undefined ? {} : { author: identity, committer: identity }),
  });
  return { sha: data.sha, isNew: true, verified: data.verification.verified };
}

async function askForReviews(
  settings: ProposalSettings,
  ports: ProposalPorts,
  { number }: PullRequestLink,
): Promise<void> {
  const wanted = settings.reviewers.length + settings.teamReviewers.length > 0;
  await beside(ports, 'the reviewers', wanted, () =>
    requestReviews(ports.github, ports.repository, number, settings),
  );
}

/** A pull request without its label is still a pull request. */
async function beside(
  { warn }: ProposalPorts,
  what: string,
  wanted: boolean,
  work: () => Promise<void>,
): Promise<void> {
  if (!wanted) return;
  try {
    await work();
  } catch (thrown) {
    warn(`${what} could not be set: ${messageOf(thrown)}`);
  }
}
