import { allPages } from './answers.js';
import type { GitHub } from './client.js';
import type { RepositoryName } from './repository-name.js';

/** Pull requests from branches of the repository itself. All throw CagentError `github.*`. */

export interface OpenPullRequest {
  readonly number: number;
  readonly url: string;
  readonly author: string;
  readonly body: string;
  readonly base: string;
  readonly isDraft: boolean;
}

const MOST = 100;

export async function openPullRequests(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
): Promise<readonly OpenPullRequest[]> {
  const pulls = await allPages(
    (range) =>
      github.call('GET /repos/{owner}/{repo}/pulls', {
        ...repository,
        state: 'open',
        head: `${repository.owner}:${branch}`,
        ...range,
      }),
    MOST,
  );
  return pulls.map((pull) => ({
    number: pull.number,
    url: pull.html_url,
    author: pull.user?.login ?? '',
    body: pull.body ?? '',
    base: pull.base.ref,
    isDraft: pull.draft === true,
  }));
}

export async function openPullRequest(
  github: GitHub,
  repository: RepositoryName,
  given: {
    readonly title: string;
    readonly body: string;
    readonly head: string;
    readonly base: string;
    readonly draft: boolean;
  },
): Promise<{ readonly number: number; readonly url: string }> {
  const { data } = await github.call('POST /repos/{owner}/{repo}/pulls', { ...repository, ...given });
  return { number: data.number, url: data.html_url };
}

export async function updatePullRequest(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  changes: { readonly body?: string; readonly base?: string; readonly state?: 'closed' },
): Promise<void> {
  const route = 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}';
  await github.call(route, { ...repository, pull_number: number, ...changes });
}

export async function addLabels(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  labels: readonly string[],
): Promise<void> {
  const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
  await github.call(route, { ...repository, issue_number: number, labels: [...labels] });
}

export async function requestReviews(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  {
    reviewers,
    teamReviewers,
  }: { readonly reviewers: readonly string[]; readonly teamReviewers: readonly string[] },
): Promise<void> {
  const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers';
  await github.call(route, {
    ...repository,
    pull_number: number,
    reviewers: [...reviewers],
    team_reviewers: [...teamReviewers],
  });
}

export async function addComment(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  body: string,
): Promise<void> {
  const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
  await github.call(route, { ...repository, issue_number: number, body });
}
