import type { NetworkSpec } from '../config/run-spec.js';
import { compileEntry } from './compile-entry.js';
import { nameVerdict } from './decide.js';
import { knownBlockedWarnings, planKnownBlocked } from './known-blocked.js';
import type { EgressPolicy } from './policy.js';
import { isProblem, ruleError } from './rule-error.js';
import { type PlacedRule, warnAbout } from './rule-warnings.js';

/** Hosts that the agent itself needs, above all its model API: part of the preset `defaults`. */
export interface EgressContext {
  readonly agentHosts: readonly string[];
}

/** What applies when nobody wrote a `network.allow`; a list that is written and empty opens nothing. */
const DEFAULT_ALLOW: readonly string[] = ['defaults'];

/**
 * Compiles the network settings into the policy of a run.
 * @throws CagentError `egress.rule` for an entry that is not valid or cannot be enforced
 */
export function planEgress(
  network: Pick<NetworkSpec, 'mode' | 'allow' | 'allowPlaces' | 'knownBlocked'>,
  context: EgressContext,
): EgressPolicy {
  if (network.mode === 'none') return { mode: 'none', rules: [], warnings: [] };
  const placed = (network.allow ?? DEFAULT_ALLOW).flatMap((entry, index): readonly PlacedRule[] => {
    const rules = compileEntry(entry, context);
    if (isProblem(rules)) throw ruleError(network.allowPlaces?.[index] ?? `network.allow[${index}]`, rules);
    return rules.map((rule) => ({ index, rule }));
  });
  const policy: EgressPolicy = {
    mode: network.mode,
    rules: placed.map(({ rule }) => rule),
    warnings: [],
    knownBlocked: planKnownBlocked(network.knownBlocked ?? []),
  };
  const warnings = [
    ...warnAbout(placed),
    ...missingAgentHosts(policy, context),
    ...knownBlockedWarnings(policy),
  ];
  return { ...policy, warnings };
}

/** A list that forgets the model API is the likeliest reason for an agent that does nothing. */
function missingAgentHosts(policy: EgressPolicy, context: EgressContext): readonly string[] {
  if (policy.mode === 'audit') return [];
  const missing = context.agentHosts.filter((host) => {
    const sample = host.replace(/^\*+\./, 'x.');
    return !host.includes('/') && nameVerdict(policy, sample).verdict !== 'allowed';
  });
  if (missing.length === 0) return [];
  return [
    `No rule allows ${missing.join(', ')}, which the agent itself uses; add it or the preset defaults.`,
  ];
}
