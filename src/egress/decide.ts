import type { Verdict } from '../core/egress-record.js';
import { normalizeName } from './host-name.js';
import { isPublicName, rulesForName } from './matching.js';
import type { EgressPolicy, EgressRule } from './policy.js';
import { type EgressReason, NO_RULE } from './reasons.js';

/** A decision, in the words of `egress.jsonl`. `audited` means: forward it, and record why block mode would not. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: EgressReason;
  /** Text of the rule that decided, or `default`. */
  readonly rule: string;
}

/** What the first bytes of a connection turned out to be; `tcp` is everything that is neither TLS nor HTTP. */
export type ConnectionProtocol = 'tls' | 'http' | 'tcp' | 'udp';

export interface ConnectionDecision extends Decision {
  /** Every request has to be judged by `requestVerdict`: TLS ends in the gateway. */
  readonly inspect: boolean;
  /** The name may resolve to a private address; see `addressVerdict`. */
  readonly private: boolean;
}

/** Well-known ports carry their protocol and nothing else, unless it is what the rule's http restrictions need. */
const PORT_PROTOCOLS: ReadonlyMap<
  number,
  { readonly protocol: ConnectionProtocol; readonly reason: EgressReason }
> = new Map([
  [80, { protocol: 'http', reason: 'not-http' }],
  [443, { protocol: 'tls', reason: 'not-tls' }],
]);

/**
 * Whether a name may be looked up, that is, gets a synthetic address. A name under an exactly allowed one does not.
 * @param name as asked: any case, with or without the trailing dot
 */
export function nameVerdict(policy: EgressPolicy, name: string): Decision {
  const normalized = normalizeName(name);
  if (normalized === undefined) return BLOCKED_NAME;
  const rule = rulesForName(policy, normalized)[0];
  if (rule !== undefined && policy.mode !== 'none') return allow(rule);
  return isPublicName(normalized) ? deny(policy, 'dns-no-rule') : BLOCKED_NAME;
}

/** Whether a connection to a name and port may be made, and how. Several rules for one name add up. */
export function connectionVerdict(
  policy: EgressPolicy,
  attempt: { readonly name: string; readonly port: number; readonly protocol: ConnectionProtocol },
): ConnectionDecision {
  const { port, protocol } = attempt;
  const named = namedRules(policy, attempt.name);
  const granting = rulesForPort(named, port, protocol === 'udp' ? 'udp' : 'tcp');
  const first = granting[0];
  if (first === undefined) return closed(deny(policy, named.length === 0 ? 'no-rule' : 'port-not-allowed'));
  const expected = protocol === 'udp' ? undefined : PORT_PROTOCOLS.get(port);
  const open = granting.filter((rule) => rule.http.length === 0);
  const mayBePrivate = (open.length > 0 ? open : granting).some((rule) => rule.private);
  if (expected !== undefined && expected.protocol !== protocol) {
    return { ...deny(policy, expected.reason, first.text), inspect: false, private: mayBePrivate };
  }
  const chosen = withoutBudget(open);
  if (chosen !== undefined) return { ...allow(chosen), inspect: false, private: mayBePrivate };
  if (protocol === 'tcp')
    return { ...deny(policy, 'not-http', first.text), inspect: false, private: mayBePrivate };
  return { ...allow(first), inspect: true, private: mayBePrivate };
}

/** The rules for a name and port, in order; those of other names and ports have no say. */
export function grantingRules(policy: EgressPolicy, name: string, port: number): readonly EgressRule[] {
  return rulesForPort(namedRules(policy, name), port, 'tcp');
}

/** Of rules that all allow the same, one that lets it pass without counting; else the first. */
export function withoutBudget(rules: readonly EgressRule[]): EgressRule | undefined {
  return rules.find((rule) => rule.budget === undefined) ?? rules[0];
}

export function allow(rule: EgressRule): Decision {
  return { verdict: 'allowed', reason: 'rule', rule: rule.text };
}

/** The verdict on what no rule allows: audit mode lets it pass. */
export function deny(policy: EgressPolicy, reason: EgressReason, rule: string = NO_RULE): Decision {
  return { verdict: policy.mode === 'audit' ? 'audited' : 'blocked', reason, rule };
}

const BLOCKED_NAME: Decision = { verdict: 'blocked', reason: 'dns-no-rule', rule: NO_RULE };

function namedRules(policy: EgressPolicy, name: string): readonly EgressRule[] {
  const normalized = normalizeName(name);
  return normalized === undefined || policy.mode === 'none' ? [] : rulesForName(policy, normalized);
}

function rulesForPort(
  rules: readonly EgressRule[],
  port: number,
  protocol: 'tcp' | 'udp',
): readonly EgressRule[] {
  return rules.filter((rule) => rule.ports.some((open) => open.port === port && open.protocol === protocol));
}

function closed(decision: Decision): ConnectionDecision {
  return { ...decision, inspect: false, private: false };
}
