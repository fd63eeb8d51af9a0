import type { VerifiedRun } from './verified-run.js';

/** What the apply action was told, checked for form. */
export interface ProposalSettings {
  /** Directory of the repository that the agent worked on; `''`: its root. No slash at the end. */
  readonly directory: string;
  /** Configuration file relative to that directory. */
  readonly config: string;
  readonly baseBranch: string;
  readonly branch: string;
  /** What the policy is read from: never what the agent or a pull request has made. */
  readonly policyFrom: { readonly branch: string } | { readonly commit: string };
  readonly title: string;
  readonly commitMessage: string;
  /** `undefined`: GitHub commits as the owner of the token and signs. */
  readonly identity: { readonly name: string; readonly email: string } | undefined;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
  readonly teamReviewers: readonly string[];
  readonly draft: boolean;
  readonly protectedFiles: 'blocked' | 'request-review' | 'issue';
  readonly baseMoved: 'rebase' | 'report';
  readonly autoClose: boolean;
  /** Pull request that the workflow runs for. */
  readonly eventPullRequest: number | undefined;
  /** Name of the artifact with the run directory, for telling how to apply by hand. */
  readonly artifact: string | undefined;
  /** Page of the workflow run and its id, where the runner tells. */
  readonly runUrl: string;
  readonly workflowRunId: string;
}

/** What came of a run. Everything here is expected; only what nobody could foresee is thrown. */
export type ProposalOutcome =
  | PullRequestOutcome
  | { readonly kind: 'nothing' }
  | { readonly kind: 'closed'; readonly pullRequest: PullRequestLink }
  | { readonly kind: 'issue'; readonly issue: PullRequestLink; readonly guarded: readonly string[] }
  /** `noDraft`: our pull request, which may be approved and so cannot take protected files. */
  | { readonly kind: 'blocked'; readonly guarded: readonly string[]; readonly noDraft?: number }
  | { readonly kind: 'over-cap'; readonly why: string; readonly howTo: string }
  | { readonly kind: 'conflict'; readonly why: string; readonly howTo: string }
  | { readonly kind: 'foreign'; readonly why: string };

export interface PullRequestOutcome {
  readonly kind: 'created' | 'updated' | 'unchanged';
  readonly pullRequest: PullRequestLink;
  readonly commit: string;
  readonly tree: string;
  readonly verified: boolean;
  readonly changedFiles: number;
  /** The base has moved on: the changes were put on its head, joined with it, or left where the agent started. */
  readonly base: 'same' | 'rebased' | 'merged' | 'behind';
  readonly guarded: readonly string[];
}

export interface PullRequestLink {
  readonly number: number;
  readonly url: string;
}

export type { VerifiedRun };
