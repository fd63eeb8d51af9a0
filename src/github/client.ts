import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { formatDuration } from '../core/duration.js';
import { CagentError } from '../core/errors.js';
import { asGitHubError } from './api-error.js';
import { fetchThrough } from './proxied-fetch.js';

/** The API of GitHub. Everything that it throws is a CagentError `github.*`. */
export interface GitHub {
  /** One request by its route, typed: `call('GET /repos/{owner}/{repo}', { owner, repo })`. */
  readonly call: Octokit['request'];
  /** One GraphQL query or mutation. */
  graphql<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T>;
}

export interface GitHubOptions {
  /** Kept in memory, and sent to `apiUrl` only. */
  readonly token: string;
  /** See {@link readApiUrl}. */
  readonly apiUrl: string;
  /** HTTP proxy on the way there, such as `http://proxy.corp.example:3128`. */
  readonly proxy?: string | undefined;
  /** Told when GitHub makes us wait. */
  readonly notice?: (message: string) => void;
  readonly signal?: AbortSignal;
  /** How long a second of waiting lasts, in milliseconds, for tests; then writes are not spaced either. */
  readonly secondMs?: number;
}

const REQUEST_TIMEOUT_MS = 60_000;
/** GitHub's wait for the secondary limits is a minute where it does not say. A job should not sit longer than this. */
const LONGEST_WAIT_SECONDS = 300;
const MOST_WAITS = 3;
const API_VERSION = '2022-11-28';

const CagentOctokit = Octokit.plugin(throttling, retry);

/**
 * A client that keeps to GitHub's rules: one write at a time and a second apart, waiting as long as a limit asks
 * for, and trying again when the server fails. Never prints.
 */
export function createGitHub(options: GitHubOptions): GitHub {
  const { token, apiUrl, signal } = options;
  if (token === '') {
    throw new CagentError('github.token', 'there is no token for GitHub', {
      hint: 'Set the input github-token, such as to secrets.GITHUB_TOKEN.',
    });
  }
  const octokit = new CagentOctokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'cagent',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: boundedFetch(fetchThrough(options.proxy), signal) },
    throttle: throttleOptions(options),
    retry: options.secondMs === undefined ? {} : { retryAfterBaseValue: options.secondMs },
  });
  // Registered last, so outermost: what comes out has been tried again and is final.
  octokit.hook.wrap('request', async (request, parameters) => {
    try {
      parameters.headers['x-github-api-version'] ??= API_VERSION;
      return await request(parameters);
    } catch (thrown) {
      throw asGitHubError(thrown, new Date());
    }
  });
  return {
    call: octokit.request,
    async graphql<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
      try {
        return await octokit.graphql<T>(query, { ...variables });
      } catch (thrown) {
        throw graphqlError(thrown);
      }
    },
  };
}

function boundedFetch(send: typeof fetch, signal: AbortSignal | undefined): typeof fetch {
  return (input, init) => {
    const signals = [init?.signal, signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)];
    return send(input, {
      ...init,
      signal: AbortSignal.any(signals.filter((one) => one !== undefined && one !== null)),
    });
  };
}

function throttleOptions({ notice = () => {}, signal, secondMs }: GitHubOptions) {
  const wait = (why: string) => (seconds: number, _request: unknown, _octokit: unknown, waits: number) => {
    if (seconds > LONGEST_WAIT_SECONDS || waits >= MOST_WAITS || signal?.aborted === true) return false;
    notice(`GitHub asks to wait ${formatDuration(seconds * 1_000)} (${why}).`);
    return true;
  };
  const handlers = { onRateLimit: wait('rate limit'), onSecondaryRateLimit: wait('secondary rate limit') };
  if (secondMs === undefined) return handlers;
  return { ...handlers, retryAfterBaseValue: secondMs, write: AT_ONCE, notifications: AT_ONCE };
}

/** The one method of a limiter's group that the throttling calls. */
const AT_ONCE = {
  key: () => ({ schedule: (_options: unknown, work: () => Promise<void>) => work() }),
} as never;

function graphqlError(thrown: unknown): CagentError {
  if (thrown instanceof CagentError) return thrown;
  const errors = (thrown as { errors?: readonly { type?: string; message?: string }[] }).errors ?? [];
  const type = errors[0]?.type ?? '';
  const words = errors.map(({ message }) => message ?? '').join('; ');
  const code =
    type === 'NOT_FOUND' ? 'github.not-found' : type === 'FORBIDDEN' ? 'github.permission' : 'github.refused';
  return new CagentError(code, `POST /graphql: ${words || String(thrown)}`, {
    hint: 'See what GitHub says; the token may lack a permission.',
    cause: thrown,
  });
}
