import type { AllowEntry } from '../../../src/config/run-spec.js';
import { planEgress } from '../../../src/egress/plan-egress.js';
import type { EgressPolicy } from '../../../src/egress/policy.js';

/** The policy of an allow list, without an agent. */
export function policyOf(allow: readonly AllowEntry[], mode: 'block' | 'audit' = 'block'): EgressPolicy {
  return planEgress({ mode, allow }, { agentHosts: [] });
}
