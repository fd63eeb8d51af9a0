import type { Account, GitHubEvent, PullRequest } from './event.js';
import { fullName, type RepositoryName } from './repository-name.js';

/** What started a workflow, as far as it matters for who may start an agent. Pure data. */
export interface Trigger {
  /** `push`, `pull_request`, ... */
  readonly event: string;
  /** For `workflow_run`: the event of the run that ended. */
  readonly origin: string | undefined;
  readonly repository: RepositoryName;
  /** Those whose word started this run. */
  readonly people: readonly Person[];
  /** The pull request that it is about. */
  readonly pullRequest: TriggerPullRequest | undefined;
}

export interface Person {
  readonly login: string;
  readonly isBot: boolean;
  /** `author of the comment` and the like. */
  readonly role: string;
}

export interface TriggerPullRequest {
  /** `undefined` where GitHub does not tell, as for the `workflow_run` of a fork. */
  readonly number: number | undefined;
  /** Whether its code comes from another repository; `undefined`: the event does not tell, it has to be asked. */
  readonly fork: boolean | undefined;
  /** Untrusted. */
  readonly labels: readonly string[];
  /** The label that the event is about. Untrusted. */
  readonly justLabelled: string | undefined;
  readonly baseSha: string | undefined;
  readonly headSha: string | undefined;
}

/** The facts that the event itself tells. */
export function triggerOf(event: GitHubEvent): Trigger {
  return {
    event: event.name,
    origin: event.workflowRun?.event,
    repository: event.repository,
    people: peopleOf(event),
    pullRequest: pullRequestOf(event),
  };
}

/** The facts once GitHub has been asked for the pull request. */
export function withPullRequest(trigger: Trigger, pullRequest: PullRequest): Trigger {
  const justLabelled = trigger.pullRequest?.justLabelled;
  return { ...trigger, pullRequest: { ...factsOf(pullRequest), justLabelled } };
}

/**
 * Whoever caused this attempt, and whoever wrote the text that it is about. In a re-run the first is the person who
 * re-runs, which GitHub grants only to those who can write.
 */
function peopleOf({ triggeringActor, sender, comment, review, workflowRun }: GitHubEvent): readonly Person[] {
  const before = workflowRun?.triggering_actor ?? workflowRun?.actor;
  const people = [
    ...person(
      { login: triggeringActor, isBot: sender?.login === triggeringActor && sender.isBot },
      'who started the run',
    ),
    ...person(comment?.author, 'author of the comment'),
    ...person(review?.author, 'author of the review'),
    ...person(before && { login: before.login, isBot: before.type === 'Bot' }, 'who started the run before'),
  ];
  return [...Map.groupBy(people, ({ login }) => login.toLowerCase()).values()].map((roles) => ({
    ...(roles[0] as Person),
    isBot: roles.some(({ isBot }) => isBot),
  }));
}

/** Nobody can register a name with brackets: it is GitHub's own mark of an app. */
function person(
  account: Pick<Account, 'login' | 'isBot'> | null | undefined,
  role: string,
): readonly Person[] {
  if (!account || account.login === '') return [];
  return [{ login: account.login, isBot: account.isBot || account.login.endsWith('[bot]'), role }];
}

function pullRequestOf(event: GitHubEvent): TriggerPullRequest | undefined {
  const { pullRequest, issue, workflowRun } = event;
  const justLabelled = event.action === 'labeled' ? event.label : undefined;
  if (pullRequest !== undefined) return { ...factsOf(pullRequest), justLabelled };
  const unknown = { justLabelled, baseSha: undefined, headSha: undefined };
  if (issue?.isPullRequest === true) {
    return { ...unknown, number: issue.number, fork: undefined, labels: issue.labels };
  }
  if (workflowRun === undefined) return undefined;
  const from = workflowRun.head_repository?.full_name.toLowerCase();
  const fork = from !== fullName(event.repository).toLowerCase();
  const [only, ...others] = workflowRun.pull_requests;
  const number = others.length === 0 ? only?.number : undefined;
  return fork || number !== undefined ? { ...unknown, number, fork, labels: [] } : undefined;
}

function factsOf({
  number,
  isFork,
  labels,
  base,
  head,
}: PullRequest): Omit<TriggerPullRequest, 'justLabelled'> {
  return { number, fork: isFork, labels, baseSha: base.sha, headSha: head.sha };
}
