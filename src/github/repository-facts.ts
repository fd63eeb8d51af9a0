import { CagentError } from '../core/errors.js';
import { orNotFound } from './answers.js';
import type { GitHub } from './client.js';
import { type PullRequest, pullRequestOf } from './event.js';
import { pullRequest as pullRequestPayload } from './event-payload.js';
import type { RepositoryName } from './repository-name.js';
import type { Permission } from './trigger-gate.js';

/** Questions about a repository and its people. All throw CagentError `github.*`. */

/** What a person may do. GitHub counts `maintain` as `write` and `triage` as `read` here. */
export async function permissionOf(
  github: GitHub,
  repository: RepositoryName,
  username: string,
): Promise<Permission> {
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
  const answer = await orNotFound(github.call(route, { ...repository, username }));
  const permission = answer?.data.permission;
  return permission === 'admin' || permission === 'write' || permission === 'read' ? permission : 'none';
}

export async function fetchPullRequest(
  github: GitHub,
  repository: RepositoryName,
  number: number,
): Promise<PullRequest> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
  const { data } = await github.call(route, { ...repository, pull_number: number });
  const parsed = pullRequestPayload.safeParse(data);
  const pull = parsed.success ? pullRequestOf(parsed.data) : undefined;
  if (pull !== undefined) return pull;
  throw new CagentError('github.refused', `the pull request ${number} is not as GitHub describes one`, {
    hint: 'Check GITHUB_API_URL.',
  });
}

/** Whose token it is: a login, such as `github-actions[bot]`. Also an app's token, which has no user, is told this. */
export async function viewerLogin(github: GitHub): Promise<string> {
  const { viewer } = await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }', {});
  return viewer.login;
}

/** The id of a repository for GraphQL. */
export async function nodeIdOf(github: GitHub, { owner, repo }: RepositoryName): Promise<string> {
  const query = 'query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }';
  const { repository } = await github.graphql<{ repository: { id: string } }>(query, { owner, name: repo });
  return repository.id;
}
