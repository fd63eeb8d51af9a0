import { found, GitHubRefusal, route } from '../route.js';
import { accountOf } from '../state.js';

const REPO = '/repos/{owner}/{repo}';

export const REPOSITORY_ROUTES = [
  route(`GET ${REPO}`, ({ state }) => ({
    id: 1,
    full_name: state.fullName,
    name: state.fullName.split('/')[1],
    owner: { login: state.fullName.split('/')[0] },
    private: state.isPrivate,
    visibility: state.isPrivate ? 'private' : 'public',
    default_branch: state.defaultBranch,
    fork: false,
  })),
  route(`GET ${REPO}/collaborators/{username}/permission`, ({ state, parameters }) => {
    const username = parameters.username as string;
    if (username.endsWith('[bot]')) throw new GitHubRefusal(404, `${username} is not a user`);
    const role = state.collaborators[username] ?? (state.isPrivate ? 'none' : 'read');
    const permission = { maintain: 'write', triage: 'read' }[role] ?? role;
    return { permission, role_name: role, user: accountOf({ login: username, type: 'User' }) };
  }),
  route(`GET ${REPO}/contents/{path...}`, ({ store, state, parameters, query }) => {
    const revision = query.get('ref') ?? state.defaultBranch;
    const path = parameters.path as string;
    const content = found(store.file(revision, path));
    return {
      type: 'file',
      path,
      encoding: 'base64',
      size: Buffer.byteLength(content),
      sha: store.text('rev-parse', `${revision}:${path}`),
      content: Buffer.from(content).toString('base64'),
    };
  }),
];
