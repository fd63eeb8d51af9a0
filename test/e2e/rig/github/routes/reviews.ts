import { answer, found, GitHubRefusal, pageOf, route } from '../route.js';
import { accountOf, type Review, type ReviewComment } from '../state.js';
import { pullOf } from './pulls.js';

const PULL = '/repos/{owner}/{repo}/pulls/{pull_number}';

interface GivenComment {
  readonly path: string;
  readonly body: string;
  readonly line?: number;
  readonly start_line?: number;
  readonly side?: string;
}

export const REVIEW_ROUTES = [
  route(`GET ${PULL}/reviews`, (request) =>
    pageOf(pullOf(request).reviews, request.query).map(({ id, body, state, commitId, user }) => ({
      id,
      body,
      state,
      commit_id: commitId,
      user,
    })),
  ),
  route(`GET ${PULL}/files`, (request) => {
    const { store, query } = request;
    const { base, head } = pullOf(request);
    const names = store.text('diff', '--name-only', `${base}...${head}`).split('\n').filter(Boolean);
    return pageOf(names, query).map((filename) => {
      const diff = store.text('diff', `${base}...${head}`, '--', filename);
      const start = diff.indexOf('\n@@ ');
      return { filename, status: 'modified', ...(start < 0 ? {} : { patch: diff.slice(start + 1) }) };
    });
  }),
  route(`PUT ${PULL}/reviews/{review_id}/dismissals`, (request) => {
    const review = found(
      pullOf(request).reviews.find(({ id }) => id === Number(request.parameters.review_id)),
    );
    if (review.state === 'COMMENTED')
      throw new GitHubRefusal(422, 'Can not dismiss a commented pull request review');
    review.state = 'DISMISSED';
    return { id: review.id, state: review.state, body: review.body };
  }),
  route(`POST ${PULL}/reviews`, (request) => {
    const pull = pullOf(request);
    const { state, store, owner } = request;
    const {
      body = '',
      event = 'PENDING',
      comments = [],
      commit_id: commit,
    } = request.body as {
      body?: string;
      event?: string;
      commit_id?: string;
      comments?: GivenComment[];
    };
    const user = accountOf(owner);
    if (event !== 'COMMENT' && owner.login === pull.user.login)
      throw new GitHubRefusal(422, 'Unprocessable Entity', [`Can not ${event} your own pull request`]);
    const head = store.text('rev-parse', `refs/heads/${pull.head}`);
    const changed = store.text('diff', '--name-only', `${pull.base}...${pull.head}`).split('\n');
    for (const { path, line, side } of comments) {
      const inDiff =
        changed.includes(path) &&
        line !== undefined &&
        diffLines(store.text('diff', `${pull.base}...${pull.head}`, '--', path), side).has(line);
      if (!inDiff)
        throw new GitHubRefusal(422, 'Unprocessable Entity', [`Line could not be resolved: ${path}:${line}`]);
    }
    const review = {
      id: state.next(),
      body,
      state: STATES[event] ?? 'PENDING',
      commitId: commit ?? head,
      user,
    };
    pull.reviews.push(review);
    pull.reviewComments.push(...comments.map((comment) => toComment(comment, review.id, state.next(), user)));
    return answer(200, {
      id: review.id,
      body,
      state: review.state,
      user,
      html_url: `https://github.com/${state.fullName}/pull/${pull.number}#pullrequestreview-${review.id}`,
    });
  }),
  route(`GET ${PULL}/comments`, (request) =>
    pageOf(pullOf(request).reviewComments, request.query).map((comment) => ({
      id: comment.id,
      pull_request_review_id: comment.reviewId,
      body: comment.body,
      path: comment.path,
      line: comment.line,
      start_line: comment.startLine ?? null,
      side: comment.side,
      user: comment.user,
    })),
  ),
];

function toComment(
  given: GivenComment,
  reviewId: number,
  id: number,
  user: ReviewComment['user'],
): ReviewComment {
  const { path, body, line = 0, start_line: startLine, side = 'RIGHT' } = given;
  return { id, reviewId, body, path, line, side, user, ...(startLine === undefined ? {} : { startLine }) };
}

const STATES: Readonly<Record<string, Review['state']>> = {
  APPROVE: 'APPROVED',
  COMMENT: 'COMMENTED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
};

/** Lines of one side that a diff shows. */
function diffLines(diff: string, side = 'RIGHT'): ReadonlySet<number> {
  const lines = new Set<number>();
  let at = 0;
  for (const text of diff.split('\n')) {
    const hunk = /^@@ -(\d+)\S* \+(\d+)/.exec(text);
    if (hunk !== null) at = Number(hunk[side === 'LEFT' ? 1 : 2]);
    else if (at > 0 && (side === 'LEFT' ? /^[ -]/ : /^[ +]/).test(text)) lines.add(at++);
  }
  return lines;
}
