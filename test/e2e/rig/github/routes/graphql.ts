import { GitHubRefusal, route } from '../route.js';

/** The one question that is asked by GraphQL, since only there an app's token is told whose it is. */
export const GRAPHQL_ROUTES = [
  route('POST /graphql', ({ body, owner }) => {
    const { query } = body as { query: string };
    if (!/^query \{ viewer \{ login \} \}$/.test(query))
      throw new GitHubRefusal(400, `not known here: ${query}`);
    return { data: { viewer: { login: owner.login } } };
  }),
];
