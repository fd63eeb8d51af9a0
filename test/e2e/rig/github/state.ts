import type { FakeOptions } from './fake-github.js';

export interface TokenOwner {
  readonly login: string;
  readonly type: 'User' | 'Bot';
  /** `contents`, `pull_requests`, `issues`, `workflows` to `read` or `write`; absent: write everywhere. */
  readonly permissions?: Readonly<Record<string, 'read' | 'write'>>;
}

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: 'User' | 'Bot';
}

export interface Pull {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  draft: boolean;
  merged: boolean;
  /** Branch; that of a fork is kept here too. */
  readonly head: string;
  /** `owner/name` of a fork; `null` when it was deleted; absent: the repository itself. */
  readonly headRepository?: string | null;
  base: string;
  readonly user: Account;
  labels: string[];
  reviewers: string[];
  teamReviewers: string[];
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
}

export interface Review {
  readonly id: number;
  body: string;
  state: 'APPROVED' | 'COMMENTED' | 'CHANGES_REQUESTED' | 'DISMISSED' | 'PENDING';
  readonly commitId: string;
  readonly user: Account;
}

export interface ReviewComment {
  readonly id: number;
  readonly reviewId: number;
  body: string;
  readonly path: string;
  readonly line: number;
  readonly startLine?: number;
  readonly side: string;
  readonly user: Account;
}

export interface Issue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  labels: string[];
  readonly user: Account;
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly user: Account;
}

/** Everything but the objects of git. Tests read and change it. */
export interface State {
  readonly fullName: string;
  isPrivate: boolean;
  defaultBranch: string;
  readonly tokens: Record<string, TokenOwner>;
  readonly collaborators: Record<string, string>;
  readonly pulls: Pull[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  /** Number of the next issue or pull request, or id of the next comment. */
  next(): number;
}

export function createState(options: FakeOptions): State {
  let last = 0;
  return {
    fullName: `${options.owner ?? 'acme'}/${options.repo ?? 'widget'}`,
    isPrivate: options.isPrivate ?? false,
    defaultBranch: 'main',
    tokens: { ...(options.tokens ?? { ghs_test: { login: 'github-actions[bot]', type: 'Bot' } }) },
    collaborators: { ...options.collaborators },
    pulls: [],
    issues: [],
    comments: [],
    next: () => {
      last += 1;
      return last;
    },
  };
}

export function accountOf({
  login,
  type,
}: {
  readonly login: string;
  readonly type: 'User' | 'Bot';
}): Account {
  return {
    login,
    type,
    id: [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000,
  };
}
