import type { GitStore } from './git-store.js';
import type { State, TokenOwner } from './state.js';

/** What a handler is given. */
export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Of the route's template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly store: GitStore;
  readonly state: State;
  readonly owner: TokenOwner;
  readonly url: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A handler's answer: a body with 200, or all of it. */
export type Handler = (request: RouteRequest) => Answer | object;

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handle: Handler;
}

/** `GET /repos/{owner}/{repo}/git/ref/{ref...}`; a placeholder with dots may hold slashes. */
export function route(template: string, handle: Handler): Route {
  const [method = '', path = ''] = template.split(' ');
  const names = [...path.matchAll(/\{(\w+)(?:\.\.\.)?\}/g)].map((match) => match[1] as string);
  const pattern = path.replace(/\{\w+\.\.\.\}/g, '(.+)').replace(/\{\w+\}/g, '([^/]+)');
  return { method, pattern: new RegExp(`^${pattern}$`), names, handle };
}

export function answer(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return { status, body, ...(headers === undefined ? {} : { headers }), [ANSWER]: true } as Answer;
}

/** Thrown by a handler that says no. */
export class GitHubRefusal extends Error {
  readonly answer: Answer;
  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.answer = { status, body: { message, ...(errors === undefined ? {} : { errors }) } };
  }
}

const ANSWER = Symbol('answer');

export function answerOf(value: Answer | object): Answer {
  return ANSWER in value ? (value as Answer) : { status: 200, body: value };
}

/** One page of a listing, as `per_page` and `page` ask. */
export function pageOf<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? 30);
  const page = Number(query.get('page') ?? 1);
  return items.slice((page - 1) * size, page * size);
}

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new GitHubRefusal(404, 'Not Found');
  return value;
}
