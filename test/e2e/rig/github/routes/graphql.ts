import { answer, GitHubRefusal, type RouteRequest, route } from '../route.js';
import { refuseWorkflows } from './git.js';

const NOWHERE = '0'.repeat(40);

interface RefUpdate {
  readonly name: string;
  readonly beforeOid?: string;
  readonly afterOid: string;
  readonly force?: boolean;
}

/** What is asked by GraphQL, since only there GitHub has it: whose an app's token is, and moving a branch from where it is. */
const OPERATIONS: readonly (readonly [RegExp, (request: RouteRequest) => object])[] = [
  [/^query \{ viewer \{ login \} \}$/, ({ owner }) => ({ viewer: { login: owner.login } })],
  [/\{ repository\(owner: \$owner, name: \$name\) \{ id \} \}$/, () => ({ repository: { id: 'R_widget' } })],
  [/\{ updateRefs\(input: \$input\) \{ clientMutationId \} \}$/, updateRefs],
];

export const GRAPHQL_ROUTES = [
  route('POST /graphql', (request) => {
    const { query } = request.body as { query: string };
    const operation = OPERATIONS.find(([pattern]) => pattern.test(query))?.[1];
    if (operation === undefined) throw new GitHubRefusal(400, `not known here: ${query}`);
    try {
      return { data: operation(request) };
    } catch (thrown) {
      if (!(thrown instanceof GitHubRefusal)) throw thrown;
      const type = thrown.answer.status === 403 ? 'FORBIDDEN' : 'UNPROCESSABLE';
      return answer(200, { data: null, errors: [{ type, message: thrown.message }] });
    }
  }),
];

/** All of the updates or none. */
function updateRefs(request: RouteRequest): object {
  const { store, state, owner, body } = request;
  const { input } = (body as { variables: { input: { repositoryId: string; refUpdates: RefUpdate[] } } })
    .variables;
  if (input.repositoryId !== 'R_widget') throw new GitHubRefusal(404, 'Could not resolve to a node');
  if (owner.permissions !== undefined && owner.permissions.contents !== 'write')
    throw new GitHubRefusal(403, 'Resource not accessible by integration');
  for (const { name, beforeOid, afterOid } of input.refUpdates) {
    if (beforeOid !== undefined && (store.resolve(name) ?? NOWHERE) !== beforeOid)
      throw new GitHubRefusal(422, `${name}: reference was updated in the meantime`);
    if (afterOid !== NOWHERE) refuseWorkflows(request, afterOid);
  }
  for (const { name, afterOid } of input.refUpdates) {
    if (afterOid !== NOWHERE) {
      store.git(['update-ref', name, afterOid]);
      continue;
    }
    store.git(['update-ref', '-d', name]);
    for (const pull of state.pulls) if (`refs/heads/${pull.head}` === name) pull.state = 'closed';
  }
  return { updateRefs: { clientMutationId: null } };
}
