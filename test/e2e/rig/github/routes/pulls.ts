import type { GitStore } from '../git-store.js';
import { answer, found, GitHubRefusal, pageOf, type RouteRequest, route } from '../route.js';
import { accountOf, type Pull, type State } from '../state.js';

const PULLS = '/repos/{owner}/{repo}/pulls';

export const PULL_ROUTES = [
  route(`GET ${PULLS}`, (request) => {
    const { state, query } = request;
    const wanted = query.get('state') ?? 'open';
    const head = query.get('head');
    const base = query.get('base');
    const pulls = state.pulls.filter(
      (pull) =>
        (wanted === 'all' || pull.state === wanted) &&
        (head === null || head === `${state.fullName.split('/')[0]}:${pull.head}`) &&
        (base === null || base === pull.base),
    );
    return pageOf(pulls.toReversed(), query).map((pull) => pullBody(request, pull));
  }),
  route(`POST ${PULLS}`, (request) => {
    const { state, store, owner } = request;
    const {
      title,
      body = '',
      head,
      base,
      draft = false,
    } = request.body as {
      title: string;
      body?: string;
      head: string;
      base: string;
      draft?: boolean;
    };
    const branch = head.replace(/^[^:]*:/, '');
    const [from, to] = [store.resolve(`refs/heads/${branch}`), store.resolve(`refs/heads/${base}`)];
    if (from === undefined) throw invalid('head');
    if (to === undefined) throw invalid('base');
    if (store.text('rev-list', '--count', `${to}..${from}`) === '0')
      throw new GitHubRefusal(422, 'Validation Failed', [
        { message: `No commits between ${base} and ${branch}` },
      ]);
    if (state.pulls.some((pull) => pull.state === 'open' && pull.head === branch && pull.base === base))
      throw new GitHubRefusal(422, 'Validation Failed', [
        { message: `A pull request already exists for ${head}.` },
      ]);
    if (body.length > 65_536 || title.length > 256) throw invalid(body.length > 65_536 ? 'body' : 'title');
    const pull = newPull(state, { title, body, head: branch, base, draft, user: accountOf(owner) });
    return answer(201, pullBody(request, pull));
  }),
  route(`GET ${PULLS}/{pull_number}`, (request) => pullBody(request, pullOf(request))),
  route(`PATCH ${PULLS}/{pull_number}`, (request) => {
    const pull = pullOf(request);
    const { title, body, state, base } = request.body as Partial<Pull>;
    if (state === 'open' && request.store.resolve(`refs/heads/${pull.head}`) === undefined)
      throw new GitHubRefusal(422, 'Validation Failed', [
        { message: 'state cannot be changed. The branch was deleted.' },
      ]);
    Object.assign(pull, JSON.parse(JSON.stringify({ title, body, state, base })));
    return pullBody(request, pull);
  }),
  route(`GET ${PULLS}/{pull_number}/files`, (request) => {
    const pull = pullOf(request);
    const range = `${pull.base}...${pull.head}`;
    const names = request.store
      .text('diff', '--name-status', '--no-renames', range)
      .split('\n')
      .filter(Boolean);
    const status: Readonly<Record<string, string>> = { A: 'added', M: 'modified', D: 'removed' };
    const files = names.map((line) => {
      const [letter = '', filename = ''] = line.split('\t');
      const patch = request.store
        .text('diff', '--no-renames', range, '--', filename)
        .replace(/^[\s\S]*?(?=^@@)/m, '');
      return { filename, status: status[letter] ?? 'changed', patch, sha: '' };
    });
    return pageOf(files, request.query);
  }),
  route(`POST ${PULLS}/{pull_number}/requested_reviewers`, (request) => {
    const pull = pullOf(request);
    const { reviewers = [], team_reviewers: teams = [] } = request.body as {
      reviewers?: string[];
      team_reviewers?: string[];
    };
    if (reviewers.includes(pull.user.login))
      throw new GitHubRefusal(422, 'Review cannot be requested from pull request author.');
    pull.reviewers = [...new Set([...pull.reviewers, ...reviewers])];
    pull.teamReviewers = [...new Set([...pull.teamReviewers, ...teams])];
    return answer(201, pullBody(request, pull));
  }),
];

/** A pull request as if somebody had opened it. */
export function newPull(
  state: State,
  given: Pick<Pull, 'title' | 'body' | 'head' | 'base' | 'user'> &
    Pick<Partial<Pull>, 'draft' | 'headRepository'>,
): Pull {
  const pull: Pull = {
    draft: false,
    ...given,
    number: state.next(),
    state: 'open',
    merged: false,
    labels: [],
    reviewers: [],
    teamReviewers: [],
    reviews: [],
    reviewComments: [],
  };
  state.pulls.push(pull);
  return pull;
}

export function pullOf({ state, parameters }: Pick<RouteRequest, 'state' | 'parameters'>): Pull {
  return found(state.pulls.find(({ number }) => number === Number(parameters.pull_number)));
}

function pullBody({ state, store }: { readonly state: State; readonly store: GitStore }, pull: Pull) {
  const end = (branch: string, from: string | null = state.fullName) => ({
    ref: branch,
    label: `${state.fullName.split('/')[0]}:${branch}`,
    sha: store.resolve(`refs/heads/${branch}`) ?? '0'.repeat(40),
    repo: from === null ? null : { full_name: from, id: 1, private: state.isPrivate },
  });
  return {
    number: pull.number,
    html_url: `https://github.com/${state.fullName}/pull/${pull.number}`,
    title: pull.title,
    body: pull.body,
    state: pull.state,
    draft: pull.draft,
    merged_at: pull.merged ? '2026-01-01T00:00:00Z' : null,
    user: pull.user,
    head: end(pull.head, pull.headRepository),
    base: end(pull.base),
    labels: pull.labels.map((name) => ({ name })),
    requested_reviewers: pull.reviewers.map((login) => ({ login })),
    requested_teams: pull.teamReviewers.map((slug) => ({ slug })),
  };
}

function invalid(field: string): GitHubRefusal {
  return new GitHubRefusal(422, 'Validation Failed', [{ resource: 'PullRequest', field, code: 'invalid' }]);
}
