import { allow, type Decision, deny, grantingRules, withoutBudget } from './decide.js';
import type { EgressPolicy, EgressRule, HttpRule } from './policy.js';
import { NO_RULE } from './reasons.js';
import { isUnderPrefix, normalizePath, type RequestPath } from './request-path.js';

export interface RequestDecision extends Decision {
  /** The request target to send on. It may differ from the one that came: then this is what was judged. */
  readonly target: string;
  /** For `ambiguous-path`: completes the sentence "the path …". */
  readonly problem?: string;
}

/**
 * Whether one HTTP request may pass.
 * @param request.method as on the wire, case-sensitive
 * @param request.path request target in origin form, query included (it has no say)
 */
export function requestVerdict(
  policy: EgressPolicy,
  request: { readonly name: string; readonly port: number; readonly method: string; readonly path: string },
): RequestDecision {
  const { method, path: target } = request;
  // A tunnel would make every later byte invisible, so there is no rule for it, and audit mode makes no exception.
  if (method === 'CONNECT')
    return { verdict: 'blocked', reason: 'method-not-allowed', rule: NO_RULE, target };
  const rules = grantingRules(policy, request.name, request.port);
  const first = rules[0];
  if (first === undefined) return { ...deny(policy, 'no-rule'), target };
  const open = withoutBudget(rules.filter((rule) => rule.http.length === 0));
  if (open !== undefined && open.budget === undefined) return { ...allow(open), target };

  const path = normalizePath(target);
  const granting: EgressRule[] = open === undefined ? [] : [open];
  let nearest: string | undefined;
  for (const rule of rules) {
    for (const http of rule.http) {
      const pathFits = allowsPath(http, path);
      if (pathFits && allowsMethod(http, method)) granting.push(rule);
      else if (pathFits) nearest ??= rule.text;
    }
  }
  const chosen = withoutBudget(granting);
  if (chosen !== undefined)
    return { ...allow(chosen), target: chosen.http.length > 0 && path.ok ? path.target : target };
  if (nearest !== undefined) return { ...deny(policy, 'method-not-allowed', nearest), target };
  if (!path.ok) return { ...deny(policy, 'ambiguous-path', first.text), target, problem: path.problem };
  return { ...deny(policy, 'path-not-allowed', first.text), target };
}

function allowsMethod(http: HttpRule, method: string): boolean {
  if (http.methods.length === 0 || http.methods.includes(method)) return true;
  return method === 'HEAD' && http.methods.includes('GET');
}

/** A rule without paths does not care how the path reads. */
function allowsPath(http: HttpRule, path: RequestPath): boolean {
  return (
    http.paths.length === 0 || (path.ok && http.paths.some((prefix) => isUnderPrefix(path.path, prefix)))
  );
}
