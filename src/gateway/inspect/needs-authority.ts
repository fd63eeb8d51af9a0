import type { EgressPolicy } from '../../egress/policy.js';

/** Whether TLS of some host has to end in the gateway: a name has HTTP rules on a port that is not plain HTTP's. */
export function needsAuthority({ rules }: EgressPolicy): boolean {
  return rules.some(
    (rule) =>
      rule.http.length > 0 &&
      rule.target.kind !== 'cidr' &&
      rule.ports.some(({ protocol, port }) => protocol === 'tcp' && port !== 80),
  );
}
