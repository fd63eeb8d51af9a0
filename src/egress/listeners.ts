import type { EgressPolicy, RuleTarget } from './policy.js';

/**
 * TCP ports that audit mode can forward by name besides those of the rules: web, SSH, Git, mail, databases, queues.
 * A connection to another port of a name is refused also in audit mode, and recorded.
 */
const AUDIT_PORTS: readonly number[] = [
  21, 22, 25, 80, 389, 443, 465, 587, 636, 873, 993, 995, 1433, 1521, 1883, 3000, 3128, 3306, 4222, 4317,
  4318, 5000, 5432, 5671, 5672, 6379, 6443, 8000, 8008, 8080, 8081, 8088, 8443, 8883, 8888, 9000, 9090, 9092,
  9200, 9418, 11211, 11371, 27017,
];

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
