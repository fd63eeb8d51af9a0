import type { GitHubEvent } from '../../../src/github/event.js';
import { parseEvent } from '../../../src/github/event.js';

/** Payloads as GitHub sends them, cut to what is read. */

export const BASE_SHA = 'b'.repeat(40);
export const HEAD_SHA = 'a'.repeat(40);

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: string;
}

export function user(login: string, type = login.endsWith('[bot]') ? 'Bot' : 'User'): Account {
  return { login, id: 7, type };
}

export function repository(fullName = 'acme/widget', isPrivate = false) {
  return { full_name: fullName, id: 1, private: isPrivate, default_branch: 'main' };
}

export interface PullOptions {
  readonly from?: string | null;
  readonly labels?: readonly string[];
  readonly author?: string;
  readonly number?: number;
  /** Commits of head and base. */
  readonly head?: string;
  readonly base?: string;
}

export function pullRequest(options: PullOptions = {}) {
  const { from = 'acme/widget', labels = [], author = 'mona', number = 3 } = options;
  const { head = HEAD_SHA, base = BASE_SHA } = options;
  return {
    number,
    title: 'A change',
    body: null,
    user: user(author),
    head: { ref: 'feature', sha: head, repo: from === null ? null : repository(from) },
    base: { ref: 'main', sha: base, repo: repository() },
    labels: labels.map((name) => ({ name })),
  };
}

/** An event as the runner hands it over. */
export function eventOf(
  name: string,
  payload: object = {},
  options: { readonly actor?: string; readonly triggeringActor?: string; readonly isPrivate?: boolean } = {},
): GitHubEvent {
  const { actor = 'mona', triggeringActor = actor, isPrivate = false } = options;
  const full = {
    repository: repository('acme/widget', isPrivate),
    ...(actor === '' ? {} : { sender: user(actor) }),
    ...payload,
  };
  return parseEvent(JSON.stringify(full), {
    GITHUB_EVENT_NAME: name,
    GITHUB_REPOSITORY: 'acme/widget',
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: triggeringActor,
  });
}
