import type { EgressPolicy, RuleTarget } from './policy.js';

/** What audit mode listens on by itself; the floor brings the connections to other ports of names. */
const AUDIT_PORTS: readonly number[] = [80, 443];

/** TCP ports on which the gateway has to listen, ascending. */
export function listenPorts(policy: EgressPolicy): readonly number[] {
  if (policy.mode === 'none') return [];
  const ports = policy.rules
    .filter((rule) => rule.target.kind !== 'cidr')
    .flatMap((rule) => rule.ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port));
  return [...new Set(policy.mode === 'audit' ? [...ports, ...AUDIT_PORTS] : ports)].sort((a, b) => a - b);
}

/** A UDP port that is open for a name. */
export interface UdpNameRule {
  readonly target: Exclude<RuleTarget, { readonly kind: 'cidr' }>;
  readonly port: number;
  readonly private: boolean;
  /** Text of the rule it comes from. */
  readonly rule: string;
}

export function udpNameRules(policy: EgressPolicy): readonly UdpNameRule[] {
  if (policy.mode === 'none') return [];
  return policy.rules.flatMap((rule) => {
    const { target } = rule;
    if (target.kind === 'cidr') return [];
    return rule.ports
      .filter(({ protocol }) => protocol === 'udp')
      .map(({ port }) => ({ target, port, private: rule.private, rule: rule.text }));
  });
}
