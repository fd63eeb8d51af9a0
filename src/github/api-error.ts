import { formatDuration } from '../core/duration.js';
import type { ErrorCode } from '../core/error-catalogue.js';
import { CagentError, messageOf } from '../core/errors.js';

/** The parts of what the client throws that are read here; nothing is known to be there. */
interface Thrown {
  readonly status?: number;
  readonly message?: string;
  readonly request?: { readonly method?: string; readonly url?: string };
  readonly response?: {
    readonly headers?: Readonly<Record<string, string | number | undefined>>;
    readonly data?: { readonly message?: string; readonly errors?: unknown };
  };
}

/**
 * What GitHub, or the way to it, answered as an error of the catalogue. The message names the request and what
 * GitHub said; a header of GitHub tells which permission would have been enough.
 */
export function asGitHubError(thrown: unknown, now: Date): CagentError {
  if (thrown instanceof CagentError) return thrown;
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Thrown;
  const { code, hint } = judge(error, now);
  return new CagentError(code, `${requestOf(error)}: ${wordsOf(error, thrown)}`, { hint, cause: thrown });
}

function judge(error: Thrown, now: Date): { readonly code: ErrorCode; readonly hint: string } {
  const headers = error.response?.headers ?? {};
  switch (error.status) {
    case 401:
      return {
        code: 'github.token',
        hint: 'Give a token that is valid for this host, such as secrets.GITHUB_TOKEN.',
      };
    case 403:
    case 429:
      if (isLimit(error)) return { code: 'github.rate-limit', hint: limitHint(headers, now) };
      return { code: 'github.permission', hint: permissionHint(headers) };
    case 404:
      return {
        code: 'github.not-found',
        hint: 'It does not exist, or the token may not see it.',
      };
    default:
      if (error.response !== undefined && (error.status ?? 500) < 500)
        return { code: 'github.refused', hint: 'GitHub did not take the request as it was.' };
      return {
        code: 'github.unreachable',
        hint: 'GitHub or the network has a problem; try again, and check GITHUB_API_URL and HTTPS_PROXY.',
      };
  }
}

function isLimit({ message = '', status, response }: Thrown): boolean {
  const remaining = response?.headers?.['x-ratelimit-remaining'];
  return status === 429 || String(remaining) === '0' || /\brate limit\b/i.test(message);
}

function limitHint(headers: Readonly<Record<string, string | number | undefined>>, now: Date): string {
  const after = Number(headers['retry-after']);
  const reset = Number(headers['x-ratelimit-reset']);
  const seconds = after > 0 ? after : reset > 0 ? reset - now.getTime() / 1_000 : 0;
  const when = seconds > 0 ? `in ${formatDuration(Math.ceil(seconds) * 1_000)}` : 'later';
  return `Try again ${when}, or use the token of an app, which has limits of its own.`;
}

function permissionHint(headers: Readonly<Record<string, string | number | undefined>>): string {
  const accepted = headers['x-accepted-github-permissions'];
  const needs = typeof accepted === 'string' && accepted !== '' ? ` It needs ${accepted}.` : '';
  return `The token may not do this.${needs} Set "permissions:" of the job, or give another token.`;
}

function requestOf({ request }: Thrown): string {
  if (request?.url === undefined) return 'GitHub';
  return `${request.method ?? 'GET'} ${request.url.replace(/\?.*$/s, '')}`;
}

function wordsOf({ response, status }: Thrown, thrown: unknown): string {
  const said = response?.data?.message ?? messageOf(thrown);
  const errors = Array.isArray(response?.data?.errors) ? response.data.errors.map(errorWords) : [];
  const details = errors.length === 0 ? '' : ` (${errors.join('; ')})`;
  return `${said}${details}${status === undefined || response === undefined ? '' : `, status ${status}`}`;
}

function errorWords(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, field, code } = error as Readonly<Record<string, unknown>>;
  return String(message ?? [field, code].filter((part) => part !== undefined).join(' '));
}
