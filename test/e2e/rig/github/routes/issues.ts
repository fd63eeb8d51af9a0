import { answer, found, GitHubRefusal, pageOf, type RouteRequest, route } from '../route.js';
import { accountOf, type Comment, type Issue } from '../state.js';

const ISSUES = '/repos/{owner}/{repo}/issues';
const LONGEST_BODY = 65_536;

export const ISSUE_ROUTES = [
  route(`GET ${ISSUES}`, (request) => {
    const { state, query } = request;
    const wanted = query.get('state') ?? 'open';
    const labels = query.get('labels')?.split(',') ?? [];
    const issues = state.issues.filter(
      (issue) =>
        (wanted === 'all' || issue.state === wanted) && labels.every((label) => issue.labels.includes(label)),
    );
    return pageOf(issues.toReversed(), query).map((issue) => issueBody(request, issue));
  }),
  route(`POST ${ISSUES}`, (request) => {
    const { state, owner } = request;
    const {
      title,
      body = '',
      labels = [],
    } = request.body as { title: string; body?: string; labels?: string[] };
    refuseLong(body);
    const issue: Issue = { number: state.next(), title, body, state: 'open', labels, user: accountOf(owner) };
    state.issues.push(issue);
    return answer(201, issueBody(request, issue));
  }),
  route(`PATCH ${ISSUES}/comments/{comment_id}`, (request) => {
    const comment = commentOf(request);
    const { body } = request.body as { body: string };
    refuseLong(body);
    comment.body = body;
    return commentBody(request, comment);
  }),
  route(`DELETE ${ISSUES}/comments/{comment_id}`, (request) => {
    request.state.comments.splice(request.state.comments.indexOf(commentOf(request)), 1);
    return answer(204);
  }),
  route(`PATCH ${ISSUES}/{issue_number}`, (request) => {
    const issue = found(
      request.state.issues.find(({ number }) => number === Number(request.parameters.issue_number)),
    );
    const { title, body, state, labels } = request.body as Partial<Issue>;
    refuseLong(body ?? '');
    Object.assign(issue, JSON.parse(JSON.stringify({ title, body, state, labels })));
    return issueBody(request, issue);
  }),
  route(`GET ${ISSUES}/{issue_number}/comments`, (request) =>
    pageOf(
      request.state.comments.filter(({ issue }) => issue === labelled(request).number),
      request.query,
    ).map((comment) => commentBody(request, comment)),
  ),
  route(`POST ${ISSUES}/{issue_number}/comments`, (request) => {
    const { state, owner } = request;
    const { body } = request.body as { body: string };
    refuseLong(body);
    const comment = { id: state.next(), issue: labelled(request).number, body, user: accountOf(owner) };
    state.comments.push(comment);
    return answer(201, commentBody(request, comment));
  }),
  route(`POST ${ISSUES}/{issue_number}/labels`, (request) => {
    const target = labelled(request);
    const { labels = [] } = request.body as { labels?: string[] };
    target.labels = [...new Set([...target.labels, ...labels])];
    return target.labels.map((name) => ({ name }));
  }),
];

/** An issue or a pull request: GitHub numbers them together. */
function labelled({ state, parameters }: RouteRequest): { readonly number: number; labels: string[] } {
  const number = Number(parameters.issue_number);
  return found<{ readonly number: number; labels: string[] }>(
    state.issues.find((issue) => issue.number === number) ??
      state.pulls.find((pull) => pull.number === number),
  );
}

function commentOf({ state, parameters }: RouteRequest): Comment {
  return found(state.comments.find(({ id }) => id === Number(parameters.comment_id)));
}

function issueBody({ state }: RouteRequest, issue: Issue) {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    labels: issue.labels.map((name) => ({ name })),
    user: issue.user,
    html_url: `https://github.com/${state.fullName}/issues/${issue.number}`,
  };
}

function commentBody({ state }: RouteRequest, { id, issue, body, user }: Comment) {
  return {
    id,
    body,
    user,
    html_url: `https://github.com/${state.fullName}/issues/${issue}#issuecomment-${id}`,
  };
}

function refuseLong(body: string): void {
  if (body.length <= LONGEST_BODY) return;
  throw new GitHubRefusal(422, 'Validation Failed', [
    { field: 'body', message: `body is too long (maximum is ${LONGEST_BODY} characters)` },
  ]);
}
