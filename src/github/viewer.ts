import type { GitHub } from './client.js';

/** Whose token it is: a login, such as `github-actions[bot]`. Also an app's token, which has no user, is told this. */
export async function viewerLogin(github: GitHub): Promise<string> {
  const { viewer } = await github.graphql<{ viewer: { login: string } }>('query { viewer { login } }', {});
  return viewer.login;
}
