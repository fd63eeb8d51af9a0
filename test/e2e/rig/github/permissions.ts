import type { Answer } from './route.js';
import type { TokenOwner } from './state.js';

/** Which permission a write needs: the first pattern that fits. */
const WRITES: readonly (readonly [RegExp, string])[] = [
  [/\/git\/|\/contents\//, 'contents'],
  [/\/pulls(\/|$)/, 'pull_requests'],
  [/\/issues\/\d+\/(labels|comments)|\/issues\/comments\//, 'issues'],
  [/\/issues(\/|$)/, 'issues'],
];

/** GitHub's refusal when the token may not write there; it names the permission in a header. */
export function permissionRefusal(method: string, path: string, owner: TokenOwner): Answer | undefined {
  if (owner.permissions === undefined || method === 'GET' || method === 'HEAD') return undefined;
  const needed = WRITES.find(([pattern]) => pattern.test(path))?.[1];
  if (needed === undefined || owner.permissions[needed] === 'write') return undefined;
  // On a pull request, comments and labels are allowed with either permission.
  if (
    needed === 'issues' &&
    /\/issues\/(\d+|comments)/.test(path) &&
    owner.permissions.pull_requests === 'write'
  )
    return undefined;
  return {
    status: 403,
    body: { message: 'Resource not accessible by integration' },
    headers: { 'x-accepted-github-permissions': `${needed}=write` },
  };
}
