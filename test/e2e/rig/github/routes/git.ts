import type { GitStore } from '../git-store.js';
import { answer, found, GitHubRefusal, type RouteRequest, route } from '../route.js';

const GIT = '/repos/{owner}/{repo}/git';

interface Identity {
  readonly name: string;
  readonly email: string;
}

/** What GitHub signs as, for an app that names no identity of its own. */
const GITHUB: Identity = { name: 'GitHub', email: 'noreply@github.com' };

export const GIT_ROUTES = [
  route(`GET ${GIT}/ref/{ref...}`, ({ store, parameters }) => {
    const ref = `refs/${parameters.ref}`;
    return refBody(ref, found(store.resolve(ref)));
  }),
  route(`POST ${GIT}/refs`, (request) => {
    const { store } = request;
    const { ref, sha } = request.body as { ref: string; sha: string };
    if (!/^refs\/heads\/.+/.test(ref) || !isRefName(store, ref))
      throw new GitHubRefusal(422, 'Reference name is not valid');
    if (store.resolve(ref) !== undefined) throw new GitHubRefusal(422, 'Reference already exists');
    if (store.resolve(`${sha}^{commit}`) === undefined) throw new GitHubRefusal(422, 'Object does not exist');
    refuseWorkflows(request, sha);
    store.git(['update-ref', ref, sha]);
    return answer(201, refBody(ref, sha));
  }),
  route(`PATCH ${GIT}/refs/{ref...}`, (request) => {
    const { store, parameters } = request;
    const { sha, force = false } = request.body as { sha: string; force?: boolean };
    const ref = `refs/${parameters.ref}`;
    const before = store.resolve(ref);
    if (before === undefined) throw new GitHubRefusal(422, 'Reference does not exist');
    if (store.resolve(`${sha}^{commit}`) === undefined) throw new GitHubRefusal(422, 'Object does not exist');
    if (!force && mergeBase(store, before, sha) !== before)
      throw new GitHubRefusal(422, 'Update is not a fast forward');
    refuseWorkflows(request, sha);
    store.git(['update-ref', ref, sha]);
    return refBody(ref, sha);
  }),
  route(`DELETE ${GIT}/refs/{ref...}`, ({ store, state, parameters }) => {
    const ref = `refs/${parameters.ref}`;
    if (store.resolve(ref) === undefined) throw new GitHubRefusal(422, 'Reference does not exist');
    store.git(['update-ref', '-d', ref]);
    const branch = ref.replace('refs/heads/', '');
    for (const pull of state.pulls) if (pull.head === branch) pull.state = 'closed';
    return answer(204);
  }),
  route(`GET ${GIT}/commits/{sha}`, ({ store, parameters }) => {
    const sha = parameters.sha as string;
    if (store.resolve(`${sha}^{commit}`) !== sha) throw new GitHubRefusal(404, 'Not Found');
    return commitBody(store, sha);
  }),
  route(`POST ${GIT}/commits`, ({ store, owner, body }) => {
    const {
      message,
      tree,
      parents = [],
      author,
      committer,
    } = body as {
      message: string;
      tree: string;
      parents?: string[];
      author?: Identity;
      committer?: Identity;
    };
    if (store.resolve(`${tree}^{tree}`) === undefined)
      throw new GitHubRefusal(422, 'Tree SHA does not exist');
    const isSigned = author === undefined && committer === undefined && owner.type === 'Bot';
    const by: Identity = author ?? { name: owner.login, email: `${owner.login}@users.noreply.github.com` };
    const committed = committer ?? author ?? (isSigned ? GITHUB : by);
    const id = store
      .git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], message, {
        GIT_AUTHOR_NAME: by.name,
        GIT_AUTHOR_EMAIL: by.email,
        GIT_COMMITTER_NAME: committed.name,
        GIT_COMMITTER_EMAIL: committed.email,
      })
      .toString('utf8')
      .trim();
    return answer(201, {
      ...commitBody(store, id),
      verification: { verified: isSigned, reason: isSigned ? 'valid' : 'unsigned' },
    });
  }),
  route(`GET ${GIT}/trees/{sha}`, ({ store, parameters, query }) => {
    const sha = found(store.resolve(`${parameters.sha}^{tree}`));
    const recursive = query.has('recursive') ? ['-r', '-t'] : [];
    const entries = store
      .git(['ls-tree', '-z', '-l', ...recursive, sha])
      .toString('utf8')
      .split('\0')
      .filter(Boolean);
    return {
      sha,
      truncated: false,
      tree: entries.map((line) => {
        const [, mode, type, id, size, path] = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? [];
        return { mode, type, sha: id, path, ...(size === '-' ? {} : { size: Number(size) }) };
      }),
    };
  }),
  route(`POST ${GIT}/trees`, ({ store, body }) => {
    const { tree, base_tree: base } = body as { base_tree?: string; tree: TreeEntry[] };
    return answer(201, { sha: makeTree(store, base, tree), truncated: false, tree: [] });
  }),
  route(`GET ${GIT}/blobs/{sha}`, ({ store, parameters }) => {
    const sha = found(store.resolve(`${parameters.sha}^{blob}`));
    const content = store.git(['cat-file', 'blob', sha]);
    return { sha, size: content.length, encoding: 'base64', content: content.toString('base64') };
  }),
  route(`POST ${GIT}/blobs`, ({ store, body }) => {
    const { content, encoding } = body as { content: string; encoding?: string };
    const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
    return answer(201, { sha: store.git(['hash-object', '-w', '--stdin'], bytes).toString('utf8').trim() });
  }),
  route('GET /repos/{owner}/{repo}/compare/{basehead}', ({ store, parameters }) => {
    const [base = '', head = ''] = (parameters.basehead as string).split('...');
    const [from, to] = [found(commitOf(store, base)), found(commitOf(store, head))];
    const common = found(mergeBase(store, from, to));
    const count = (range: string): number => Number(store.text('rev-list', '--count', range));
    const [ahead, behind] = [count(`${from}..${to}`), count(`${to}..${from}`)];
    const commits = store.text('rev-list', '--reverse', `${from}..${to}`).split('\n').filter(Boolean);
    return {
      status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      merge_base_commit: { sha: common },
      commits: commits.slice(0, 250).map((sha) => {
        const commit = commitBody(store, sha);
        return { sha, commit, author: null, committer: { login: commit.committer.name } };
      }),
    };
  }),
];

interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly sha?: string | null;
  readonly content?: string;
}

/** As GitHub does it: entries over a base, `null` deletes, a file gives way to a directory without a word. */
function makeTree(store: GitStore, base: string | undefined, entries: readonly TreeEntry[]): string {
  const env = { GIT_INDEX_FILE: `${store.directory}/tree-index` };
  store.git(['read-tree', ...(base === undefined ? ['--empty'] : [base])], '', env);
  for (const { path, mode, sha, content } of entries) {
    if (
      path
        .split('/')
        .some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')
    )
      throw new GitHubRefusal(422, 'tree.path contains a malformed path component');
    if (sha === null) {
      if (store.git(['ls-files', '-z', '--', path], '', env).length === 0)
        throw new GitHubRefusal(422, 'GitRPC::BadObjectState');
      store.git(['update-index', '-z', '--index-info'], `0 ${'0'.repeat(40)}\t${path}\0`, env);
      continue;
    }
    const id =
      sha ??
      store
        .git(['hash-object', '-w', '--stdin'], content ?? '')
        .toString('utf8')
        .trim();
    if (mode !== '160000' && store.resolve(id) === undefined)
      throw new GitHubRefusal(422, 'tree.sha does not exist');
    store.git(['update-index', '--add', '--replace', '--cacheinfo', `${mode},${id},${path}`], '', env);
  }
  return store.git(['write-tree'], '', env).toString('utf8').trim();
}

/** A token without the permission `workflows` cannot bring a changed workflow onto a branch. */
export function refuseWorkflows({ store, state, owner }: RouteRequest, sha: string): void {
  if (owner.permissions === undefined || owner.permissions.workflows === 'write') return;
  const changed = store.text('diff-tree', '-r', '--name-only', state.defaultBranch, sha).split('\n');
  const workflow = changed.find((path) => path.startsWith('.github/workflows/'));
  if (workflow === undefined) return;
  throw new GitHubRefusal(
    403,
    `refusing to allow a GitHub App to create or update workflow \`${workflow}\` without \`workflows\` permission`,
  );
}

function commitOf(store: GitStore, name: string): string | undefined {
  return store.resolve(`refs/heads/${name}^{commit}`) ?? store.resolve(`${name}^{commit}`);
}

function mergeBase(store: GitStore, a: string, b: string): string | undefined {
  try {
    return store.text('merge-base', a, b);
  } catch {
    return undefined;
  }
}

function commitBody(store: GitStore, sha: string) {
  const format = ['%T', '%P', '%an', '%ae', '%cn', '%ce', '%aI', '%cI', '%B'].join('%x00');
  const [tree, parents = '', an, ae, cn, ce, at, ct, message = ''] = store
    .text('show', '-s', `--format=${format}`, sha)
    .split('\0');
  return {
    sha,
    message: message.replace(/\n$/, ''),
    tree: { sha: tree },
    parents: parents
      .split(' ')
      .filter(Boolean)
      .map((parent) => ({ sha: parent })),
    author: { name: an, email: ae, date: at },
    committer: { name: cn, email: ce, date: ct },
    verification: { verified: ce === GITHUB.email, reason: ce === GITHUB.email ? 'valid' : 'unsigned' },
  };
}

function refBody(ref: string, sha: string) {
  return { ref, object: { type: 'commit', sha } };
}

function isRefName(store: GitStore, ref: string): boolean {
  try {
    store.git(['check-ref-format', ref]);
    return true;
  } catch {
    return false;
  }
}
