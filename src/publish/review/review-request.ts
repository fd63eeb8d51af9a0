import type { InlineFinding, ReviewPlan } from './plan-review.js';
import { inlineText, type ReviewFrame, reviewText } from './review-text.js';

export type ReviewEvent = 'APPROVE' | 'COMMENT' | 'REQUEST_CHANGES';
/** What GitHub says that a review is, once it is there. */
export type ReviewState = 'APPROVED' | 'COMMENTED' | 'CHANGES_REQUESTED' | 'DISMISSED' | 'PENDING';

/** The request that makes a review, in the words of GitHub's API. */
export interface ReviewRequest {
  readonly event: ReviewEvent;
  readonly body: string;
  readonly comments: readonly ReviewComment[];
}

export interface ReviewComment {
  readonly path: string;
  readonly body: string;
  readonly line: number;
  readonly side: 'LEFT' | 'RIGHT';
  readonly start_line?: number;
  readonly start_side?: 'LEFT' | 'RIGHT';
}

export interface ReviewSettings extends ReviewFrame {
  /** Only when the user says so: an agent that can be talked into it must not open the way to a merge. */
  readonly mayApprove: boolean;
  /** Nobody can approve or refuse a pull request of one's own. */
  readonly isOwnPullRequest: boolean;
  /** What our latest review here is. */
  readonly latest: ReviewState | undefined;
}

/** @returns `undefined` when it would say nothing that our earlier reviews do not say. Pure. */
export function reviewRequest(plan: ReviewPlan, settings: ReviewSettings): ReviewRequest | undefined {
  const event = eventOf(plan, settings);
  const news = plan.inline.length > 0 || plan.others.length > 0;
  if (!news && settings.latest !== undefined && settings.latest === STATE[event]) return undefined;
  return {
    event,
    body: reviewText(plan, settings),
    comments: plan.inline.map((finding) => comment(finding, settings.key)),
  };
}

/** The same with every finding in the text, for when GitHub takes no comment on a line. */
export function withoutLines(plan: ReviewPlan): ReviewPlan {
  return { ...plan, inline: [], others: [...plan.inline, ...plan.others] };
}

export const STATE: Readonly<Record<ReviewEvent, ReviewState>> = {
  APPROVE: 'APPROVED',
  COMMENT: 'COMMENTED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
};

function eventOf({ verdict }: ReviewPlan, { mayApprove, isOwnPullRequest }: ReviewSettings): ReviewEvent {
  if (isOwnPullRequest) return 'COMMENT';
  if (verdict === 'request-changes') return 'REQUEST_CHANGES';
  return verdict === 'approve' && mayApprove ? 'APPROVE' : 'COMMENT';
}

function comment(inline: InlineFinding, key: string): ReviewComment {
  const { finding, line, side, startLine } = inline;
  return {
    path: finding.path,
    body: inlineText(inline, key),
    line,
    side,
    ...(startLine === undefined ? {} : { start_line: startLine, start_side: side }),
  };
}
