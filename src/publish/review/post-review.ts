import { CagentError } from '../../core/errors.js';
import { allPages } from '../../github/answers.js';
import type { GitHub } from '../../github/client.js';
import { fetchPullRequest } from '../../github/repository-facts.js';
import { commentMarker, hasMarker, printsIn } from '../comment-marker.js';
import type { CommentPlace } from '../sticky-comment.js';
import { type ChangedFileOfDiff, planReview, type ReviewPlan } from './plan-review.js';
import type { Review } from './review.js';
import {
  type ReviewRequest,
  type ReviewSettings,
  type ReviewState,
  reviewRequest,
  withoutLines,
} from './review-request.js';
import type { ReviewFrame } from './review-text.js';

/** As many as GitHub lists of one pull request, and more earlier comments than a reader would bear. */
const MOST_FILES = 3_000;
const MOST_EARLIER = 1_000;

export interface ReviewOrder extends ReviewFrame {
  readonly review: Review;
  /** The commit that was reviewed; `undefined`: whatever is the head now. */
  readonly headSha: string | undefined;
  readonly mayApprove: boolean;
  /** Whether an earlier demand of ours for changes is lifted when this review has none. */
  readonly mayLift: boolean;
}

export type PostedReview =
  | { readonly kind: 'posted'; readonly url: string; readonly event: string; readonly notice?: string }
  /** Everything was said by an earlier review. */
  | { readonly kind: 'nothing-new' };

/**
 * Posts one review, with comments on the lines that the diff shows. Earlier reviews of ours are not repeated, and one
 * that asked for changes is dismissed when there is nothing left to change, if that may be.
 * @throws CagentError `github.*`
 */
export async function postReview(
  github: GitHub,
  place: CommentPlace,
  order: ReviewOrder,
): Promise<PostedReview> {
  const { repository, number, viewer } = place;
  const pull = await fetchPullRequest(github, repository, number);
  const moved = order.headSha !== undefined && order.headSha !== pull.head.sha;
  const [files, earlier] = await Promise.all([
    moved ? [] : changedFiles(github, place),
    earlierReviews(github, place, order.key),
  ]);
  const plan = planReview(order.review, files, earlier.prints);
  const settings: ReviewSettings = {
    ...order,
    isOwnPullRequest: pull.author?.login === viewer,
    latest: earlier.latest?.state,
    remark: moved ? 'The pull request has new commits since, so no finding is shown on its line.' : undefined,
  };
  const request = reviewRequest(plan, settings);
  if (request === undefined) return { kind: 'nothing-new' };
  const commit = order.headSha ?? pull.head.sha;
  const posted = await postAsFarAsAllowed(github, place, commit, { plan, settings, request });
  if (
    order.mayLift &&
    earlier.latest?.state === 'CHANGES_REQUESTED' &&
    posted.event === 'COMMENT' &&
    order.review.verdict !== 'request-changes'
  ) {
    await dismiss(github, place, earlier.latest.id);
  }
  return { kind: 'posted', ...posted };
}

interface Attempt {
  readonly plan: ReviewPlan;
  readonly settings: ReviewSettings;
  readonly request: ReviewRequest;
}

/** GitHub refuses a whole review for one line that it does not know, or for an approval that is switched off. */
async function postAsFarAsAllowed(
  github: GitHub,
  place: CommentPlace,
  commit: string,
  { plan, settings, request }: Attempt,
): Promise<{ readonly url: string; readonly event: string; readonly notice?: string }> {
  try {
    return { url: await post(github, place, commit, request), event: request.event };
  } catch (thrown) {
    if (!(thrown instanceof CagentError && thrown.code === 'github.refused')) throw thrown;
    const plain = reviewRequest(withoutLines(plan), { ...settings, mayApprove: false, latest: undefined });
    if (plain === undefined) throw thrown;
    const event = request.event === 'APPROVE' ? 'COMMENT' : request.event;
    const url = await post(github, place, commit, { ...plain, event });
    return { url, event, notice: `GitHub did not take the review as it was: ${thrown.message}` };
  }
}

async function post(
  github: GitHub,
  { repository, number }: CommentPlace,
  commit: string,
  { event, body, comments }: ReviewRequest,
): Promise<string> {
  const { data } = await github.call('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
    ...repository,
    pull_number: number,
    commit_id: commit,
    event,
    body,
    comments: [...comments],
  });
  return data.html_url;
}

async function changedFiles(
  github: GitHub,
  { repository, number }: CommentPlace,
): Promise<readonly ChangedFileOfDiff[]> {
  const files = await allPages(
    (range) =>
      github.call('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
        ...repository,
        pull_number: number,
        ...range,
      }),
    MOST_FILES,
  );
  return files.map(({ filename, patch }) => ({ path: filename, patch }));
}

interface EarlierReviews {
  readonly prints: ReadonlySet<string>;
  readonly latest: { readonly id: number; readonly state: ReviewState } | undefined;
}

/** What we have said before: only what our own login wrote counts. */
async function earlierReviews(
  github: GitHub,
  { repository, number, viewer }: CommentPlace,
  key: string,
): Promise<EarlierReviews> {
  const pull = { ...repository, pull_number: number };
  const [reviews, comments] = await Promise.all([
    allPages(
      (range) => github.call('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { ...pull, ...range }),
      MOST_EARLIER,
    ),
    allPages(
      (range) => github.call('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', { ...pull, ...range }),
      MOST_EARLIER,
    ),
  ]);
  const ours = reviews.filter(
    ({ user, body }) => user?.login === viewer && hasMarker(body, commentMarker('review', key)),
  );
  const bodies = [...ours, ...comments.filter(({ user }) => user?.login === viewer)].map(({ body }) => body);
  const latest = ours.at(-1);
  return {
    prints: new Set(bodies.flatMap((body) => printsIn(body, key))),
    latest: latest === undefined ? undefined : { id: Number(latest.id), state: latest.state as ReviewState },
  };
}

/** A review that only comments leaves an earlier demand for changes in force. Not every token may lift it. */
async function dismiss(github: GitHub, { repository, number }: CommentPlace, id: number): Promise<void> {
  try {
    await github.call('PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals', {
      ...repository,
      pull_number: number,
      review_id: id,
      message: 'The latest review of cagent asks for no change.',
    });
  } catch {
    // Somebody who may will do it.
  }
}
