import { readFile } from 'node:fs/promises';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import { type EventPayload, eventPayload, type PayloadAccount } from './event-payload.js';
import { fullName, parseRepositoryName, type RepositoryName, sameRepository } from './repository-name.js';

/** What started the workflow. Readonly JSON. Everything marked untrusted is text that anybody may have written. */
export interface GitHubEvent {
  /** `push`, `schedule`, `pull_request` and so on. */
  readonly name: string;
  /** `opened`, `labeled` and so on, where the event has kinds. */
  readonly action?: string;
  readonly repository: RepositoryName;
  /** `undefined` when the event does not tell. */
  readonly isPrivate?: boolean;
  readonly defaultBranch?: string;
  /** Account that started the first attempt of the run. */
  readonly actor: string;
  /** Account that started this attempt: another one after a re-run. */
  readonly triggeringActor: string;
  /** Account that did what the event is about. */
  readonly sender?: Account;
  readonly pullRequest?: PullRequest;
  /** Issue or pull request that an issue event or a comment is about. */
  readonly issue?: Issue;
  readonly comment?: Comment;
  readonly review?: { readonly author: Account | undefined };
  /** The label that was set or taken off. Untrusted. */
  readonly label?: string;
  readonly workflowRun?: EventPayload['workflow_run'];
}

export interface Account {
  readonly login: string;
  readonly id: number;
  /** As GitHub says, never guessed from the name. */
  readonly isBot: boolean;
}

export interface PullRequest {
  readonly number: number;
  /** Untrusted. */
  readonly title: string;
  /** Untrusted. */
  readonly body: string;
  readonly isDraft: boolean;
  readonly author: Account | undefined;
  readonly head: PullRequestEnd;
  readonly base: PullRequestEnd;
  /** The head is in another repository, or in one that is gone. */
  readonly isFork: boolean;
  /** Untrusted. */
  readonly labels: readonly string[];
}

export interface PullRequestEnd {
  /** Branch without `refs/heads/`. Untrusted for the head. */
  readonly branch: string;
  readonly sha: string;
  /** `undefined` when the repository was deleted. */
  readonly repository: RepositoryName | undefined;
}

export interface Issue {
  readonly number: number;
  readonly isPullRequest: boolean;
  /** Untrusted. */
  readonly title: string;
  /** Untrusted. */
  readonly body: string;
  readonly author: Account | undefined;
  readonly labels: readonly string[];
}

export interface Comment {
  readonly id: number;
  /** Untrusted. */
  readonly body: string;
  readonly author: Account | undefined;
}

const MAX_BYTES = 32 * 2 ** 20;

/**
 * Reads the event that the runner hands over in GITHUB_EVENT_NAME and GITHUB_EVENT_PATH.
 * @throws CagentError `github.event` when it is not what GitHub sends
 */
export async function readEvent(environment: Environment): Promise<GitHubEvent> {
  const file = environment.GITHUB_EVENT_PATH ?? '';
  const text = file === '' ? '{}' : await readPayload(file);
  return parseEvent(text, environment);
}

/** The same from the text of the payload: pure. */
export function parseEvent(text: string, environment: Environment): GitHubEvent {
  const { data, error } = eventPayload.safeParse(jsonOf(text));
  if (error !== undefined) {
    const issue = error.issues[0];
    throw refused(`${issue?.path.join('.') || 'the payload'}: ${issue?.message ?? 'not as expected'}`);
  }
  const repository = parseRepositoryName(environment.GITHUB_REPOSITORY || (data.repository?.full_name ?? ''));
  if (repository === undefined) throw refused('GITHUB_REPOSITORY is not the name of a repository');
  const told = data.repository;
  if (told !== undefined && told.full_name.toLowerCase() !== fullName(repository).toLowerCase())
    throw refused(`it is about ${told.full_name}, and the workflow runs in ${fullName(repository)}`);
  const actor = environment.GITHUB_ACTOR ?? data.sender?.login ?? '';
  return dropUndefined({
    name: environment.GITHUB_EVENT_NAME ?? '',
    action: data.action,
    repository,
    isPrivate: told?.private ?? (told?.visibility === undefined ? undefined : told.visibility !== 'public'),
    defaultBranch: told?.default_branch,
    actor,
    triggeringActor: environment.GITHUB_TRIGGERING_ACTOR || actor,
    sender: accountOf(data.sender),
    pullRequest: pullRequestOf(data.pull_request),
    issue: issueOf(data.issue),
    comment:
      data.comment === undefined
        ? undefined
        : { id: data.comment.id, body: data.comment.body ?? '', author: accountOf(data.comment.user) },
    review: data.review === undefined ? undefined : { author: accountOf(data.review.user) },
    label: data.label?.name,
    workflowRun: data.workflow_run,
  });
}

/** A pull request as payloads and the API have it. */
export function pullRequestOf(payload: EventPayload['pull_request']): PullRequest | undefined {
  if (payload === undefined) return undefined;
  const [head, base] = [endOf(payload.head), endOf(payload.base)];
  return {
    number: payload.number,
    title: payload.title,
    body: payload.body ?? '',
    isDraft: payload.draft ?? false,
    author: accountOf(payload.user),
    head,
    base,
    isFork:
      head.repository === undefined ||
      base.repository === undefined ||
      !sameRepository(head.repository, base.repository),
    labels: payload.labels.map(({ name }) => name),
  };
}

function endOf({ ref, sha, repo }: NonNullable<EventPayload['pull_request']>['head']): PullRequestEnd {
  return { branch: ref, sha, repository: repo === null ? undefined : parseRepositoryName(repo.full_name) };
}

function issueOf(payload: EventPayload['issue']): Issue | undefined {
  if (payload === undefined) return undefined;
  return {
    number: payload.number,
    isPullRequest: payload.pull_request !== undefined,
    title: payload.title,
    body: payload.body ?? '',
    author: accountOf(payload.user),
    labels: payload.labels.map(({ name }) => name),
  };
}

function accountOf(payload: PayloadAccount | null | undefined): Account | undefined {
  if (payload === null || payload === undefined) return undefined;
  return { login: payload.login, id: payload.id, isBot: payload.type === 'Bot' };
}

async function readPayload(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw refused('it is too large');
    return bytes.toString('utf8');
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : refused(messageOf(thrown));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw refused(messageOf(thrown));
  }
}

function dropUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

function refused(why: string): CagentError {
  return new CagentError('github.event', `the event of the workflow cannot be read: ${why}`, {
    hint: 'GITHUB_EVENT_PATH has to name the payload that GitHub sent.',
  });
}
