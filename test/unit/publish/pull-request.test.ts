import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CagentError } from '../../../src/core/errors.js';
import { createGitHub, type GitHub } from '../../../src/github/client.js';
import { commentMarker } from '../../../src/publish/comment-marker.js';
import { postReview, type ReviewOrder } from '../../../src/publish/review/post-review.js';
import type { Review } from '../../../src/publish/review/review.js';
import { type CommentPlace, keepComment } from '../../../src/publish/sticky-comment.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';
import { newPull } from '../../e2e/rig/github/routes/pulls.js';
import { accountOf, type Pull } from '../../e2e/rig/github/state.js';

const BOT = { login: 'github-actions[bot]', type: 'Bot' } as const;
const MONA = accountOf({ login: 'mona', type: 'User' });
const MARKER = commentMarker('comment', '0123456789abcdef');

let fake: FakeGitHub;
let github: GitHub;
let pull: Pull;
let place: CommentPlace;

beforeEach(async () => {
  fake = await startFakeGitHub({
    tokens: { ghs_test: BOT, ghs_read: { ...BOT, permissions: { contents: 'read' } } },
  });
  fake.store.commit('main', { 'a.ts': 'one\ntwo\nthree\nfour\n', 'b.ts': 'b\n' });
  const from = fake.store.resolve('main') as string;
  fake.store.commit('feature', { 'a.ts': 'one\nTWO words\nthree\nfour\n' }, { from, onTop: true });
  pull = newPull(fake.state, { title: 'A', body: '', head: 'feature', base: 'main', user: MONA });
  github = client();
  place = { repository: { owner: 'acme', repo: 'widget' }, number: pull.number, viewer: BOT.login };
});
afterEach(async () => {
  // Every request is one that GitHub describes.
  expect(fake.problems).toEqual([]);
  await fake.close();
});

function client(token = 'ghs_test'): GitHub {
  return createGitHub({ token, apiUrl: fake.url, secondMs: 1 });
}

function comments(): readonly string[] {
  return fake.state.comments.map(({ body }) => body);
}

function say(login: string, body: string): void {
  const account = accountOf({ login, type: login.endsWith('[bot]') ? 'Bot' : 'User' });
  fake.state.comments.push({ id: fake.state.next(), issue: pull.number, body, user: account });
}

describe('the comment on a pull request', () => {
  it('is made once and then edited in place', async () => {
    const first = await keepComment(github, place, MARKER, `${MARKER}\none`);
    const second = await keepComment(github, place, MARKER, `${MARKER}\ntwo`);
    expect(comments()).toEqual([`${MARKER}\ntwo`]);
    expect(second).toBe(first);
  });

  it('of somebody else is left alone, whatever marker it has', async () => {
    say('outsider', `${MARKER}\nforged`);
    say('evil[bot]', `${MARKER}\nforged by a bot`);
    await keepComment(github, place, MARKER, `${MARKER}\nours`);
    expect(comments()).toEqual([`${MARKER}\nforged`, `${MARKER}\nforged by a bot`, `${MARKER}\nours`]);
  });

  it('of another agent or job of ours is left alone', async () => {
    const other = commentMarker('comment', 'ffffffffffffffff');
    say(BOT.login, `${other}\nother`);
    say(BOT.login, `A quotation:\n${MARKER}`);
    await keepComment(github, place, MARKER, `${MARKER}\nours`);
    expect(comments()).toHaveLength(3);
  });

  it('is found behind hundreds of others', async () => {
    await keepComment(github, place, MARKER, `${MARKER}\none`);
    const ours = fake.state.comments.splice(0, 1);
    for (let at = 0; at < 250; at += 1) say('outsider', `flood ${at}`);
    fake.state.comments.push(...ours);
    await keepComment(github, place, MARKER, `${MARKER}\ntwo`);
    expect(fake.state.comments).toHaveLength(251);
    expect(fake.writes()).toHaveLength(2);
  });

  it('is made anew when somebody deletes it at that moment', async () => {
    say(BOT.login, `${MARKER}\nold`);
    fake.inject({
      method: 'PATCH',
      path: /comments/,
      answer: { status: 404, body: { message: 'Not Found' } },
    });
    await keepComment(github, place, MARKER, `${MARKER}\nnew`);
    expect(comments()).toContain(`${MARKER}\nnew`);
  });

  it('without the permission says which one is missing', async () => {
    const error = await keepComment(client('ghs_read'), place, MARKER, MARKER).catch(
      (thrown: CagentError) => thrown,
    );
    expect(error).toMatchObject({ code: 'github.permission', hint: expect.stringContaining('issues=write') });
  });
});

describe('the review of a pull request', () => {
  const finding = {
    path: 'a.ts',
    line: 2,
    startLine: null,
    side: 'new',
    severity: 'major',
    title: 'Loud',
    body: null,
    suggestion: 'two words',
  } as const;

  function order(part: Partial<Review> = {}, rest: Partial<ReviewOrder> = {}): ReviewOrder {
    return {
      key: '0123456789abcdef',
      agent: 'claude',
      links: { run: '', artifact: '' },
      review: { summary: 'Fine.', verdict: 'comment', findings: [finding], ...part },
      headSha: fake.store.resolve('feature'),
      mayApprove: false,
      mayLift: true,
      ...rest,
    };
  }

  it('has its findings on the lines of the diff', async () => {
    const posted = await postReview(github, place, order());
    expect(posted).toMatchObject({ kind: 'posted', event: 'COMMENT' });
    expect(pull.reviewComments).toMatchObject([{ path: 'a.ts', line: 2, side: 'RIGHT' }]);
    expect(pull.reviewComments[0]?.body).toContain('```suggestion\ntwo words\n```');
    expect(pull.reviews[0]?.commitId).toBe(fake.store.resolve('feature'));
  });

  it('is not repeated by the next run', async () => {
    await postReview(github, place, order());
    expect(await postReview(github, place, order())).toEqual({ kind: 'nothing-new' });
    expect(pull.reviews).toHaveLength(1);
  });

  it('is told from reviews that others make look like it', async () => {
    await postReview(github, place, order());
    const [real] = pull.reviews;
    const [comment] = pull.reviewComments;
    const outsider = accountOf({ login: 'outsider', type: 'User' });
    pull.reviews.splice(0, 1, { ...(real as NonNullable<typeof real>), user: outsider });
    pull.reviewComments.splice(0, 1, { ...(comment as NonNullable<typeof comment>), user: outsider });
    expect((await postReview(github, place, order())).kind).toBe('posted');
  });

  it('of commits that are not the head any more has every finding in its text', async () => {
    const reviewed = fake.store.resolve('feature') as string;
    fake.store.commit('feature', { 'a.ts': 'zero\none\n' }, { onTop: true });
    await postReview(github, place, order({}, { headSha: reviewed }));
    expect(pull.reviewComments).toEqual([]);
    expect(pull.reviews[0]?.body).toContain('new commits since');
    expect(pull.reviews[0]?.body).toContain('Loud');
    expect(pull.reviews[0]?.commitId).toBe(reviewed);
  });

  it('that GitHub does not take for a line is posted without lines', async () => {
    const body = { message: 'Unprocessable Entity', errors: ['Line could not be resolved'] };
    fake.inject({ method: 'POST', path: /reviews$/, answer: { status: 422, body } });
    expect(await postReview(github, place, order())).toMatchObject({
      notice: expect.stringContaining('Line could'),
    });
    expect(pull.reviews[0]?.body).toContain('Loud');
    expect(pull.reviewComments).toEqual([]);
  });

  it.each([
    ['an approval is a comment unless told otherwise', 'approve', {}, 'COMMENTED'],
    ['an approval is one when told so', 'approve', { mayApprove: true }, 'APPROVED'],
    ['a demand for changes is one', 'request-changes', {}, 'CHANGES_REQUESTED'],
  ] as const)('%s', async (_, verdict, rest, state) => {
    await postReview(github, place, order({ verdict, findings: [] }, rest));
    expect(pull.reviews.map((review) => review.state)).toEqual([state]);
  });

  it('of our own pull request is a comment, since GitHub takes nothing else', async () => {
    const own = newPull(fake.state, {
      title: 'A',
      body: '',
      head: 'feature',
      base: 'main',
      user: accountOf(BOT),
    });
    await postReview(github, { ...place, number: own.number }, order({ verdict: 'request-changes' }));
    expect(own.reviews.map(({ state }) => state)).toEqual(['COMMENTED']);
  });

  it('lifts an earlier demand for changes when there is none any more', async () => {
    await postReview(github, place, order({ verdict: 'request-changes' }));
    await postReview(github, place, order({ verdict: 'approve', findings: [] }));
    expect(pull.reviews.map(({ state }) => state)).toEqual(['DISMISSED', 'COMMENTED']);
  });

  it('lifts none where the author of the code may have talked the agent into it', async () => {
    await postReview(github, place, order({ verdict: 'request-changes' }));
    await postReview(github, place, order({ verdict: 'approve', findings: [] }, { mayLift: false }));
    expect(pull.reviews.map(({ state }) => state)).toEqual(['CHANGES_REQUESTED', 'COMMENTED']);
  });

  it('is there also when the demand cannot be lifted', async () => {
    await postReview(github, place, order({ verdict: 'request-changes' }));
    fake.inject({
      method: 'PUT',
      path: /dismissals/,
      answer: { status: 403, body: { message: 'Forbidden' } },
    });
    const posted = await postReview(github, place, order({ verdict: 'approve', findings: [] }));
    expect(posted.kind).toBe('posted');
  });
});
