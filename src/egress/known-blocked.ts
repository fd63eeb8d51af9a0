import { quote } from '../config/found.js';
import type { EgressRecord } from '../core/egress-record.js';
import { sampleName } from './coverage.js';
import { normalizeName } from './host-name.js';
import { matchesName, rulesForName } from './matching.js';
import { parseDestination } from './parse-destination.js';
import type { EgressPolicy, KnownBlocked } from './policy.js';
import { TELEMETRY } from './presets/telemetry.js';
import { isProblem, type RuleProblem, ruleError } from './rule-error.js';

const LIST = 'network.known-blocked';

/**
 * Compiles `network.known-blocked`, and adds the telemetry of known agents.
 * @throws CagentError `egress.rule` for an entry that is not a host or pattern
 */
export function planKnownBlocked(written: readonly string[]): readonly KnownBlocked[] {
  const own = written.map((text, index) => {
    const compiled = compile(text, `${LIST}[${index}]`);
    if (isProblem(compiled)) throw ruleError(`${LIST}[${index}]`, compiled);
    return compiled;
  });
  const builtIn = TELEMETRY.flatMap(({ host, reason }) => {
    const compiled = compile(host, reason);
    return isProblem(compiled) ? [] : [compiled];
  });
  return [...own, ...builtIn];
}

/** Hosts that are expected to be blocked although a rule allows them. */
export function knownBlockedWarnings(policy: EgressPolicy): readonly string[] {
  return (policy.knownBlocked ?? []).flatMap(({ text, target, reason }) => {
    if (target.kind === 'cidr' || !reason.startsWith(LIST)) return [];
    const rule = rulesForName(policy, sampleName(target))[0];
    return rule === undefined ? [] : [`${reason}: ${text} is not blocked, because ${rule.text} allows it.`];
  });
}

/** Whether an attempt is no news: it was refused, and somebody said that it would be. */
export function isExpectedBlock(policy: EgressPolicy, { verdict, host }: EgressRecord): boolean {
  return verdict === 'blocked' && isKnownBlocked(policy, host);
}

/** What the summary of the record has to know about hosts. */
export function knownHosts(policy: EgressPolicy): {
  readonly isExpected: (record: EgressRecord) => boolean;
  readonly isUnwanted: (record: EgressRecord) => boolean;
} {
  return {
    isExpected: (record) => isExpectedBlock(policy, record),
    isUnwanted: (record) => isKnownBlocked(policy, record.host),
  };
}

export function isKnownBlocked({ knownBlocked = [] }: EgressPolicy, host: string | undefined): boolean {
  const name = host === undefined ? undefined : normalizeName(host);
  return name !== undefined && knownBlocked.some(({ target }) => matchesName(target, name));
}

function compile(text: string, reason: string): KnownBlocked | RuleProblem {
  const destination = parseDestination(text);
  if (isProblem(destination)) return destination;
  const { target, port, prefix } = destination;
  const isName =
    port === undefined && prefix === undefined && target.kind !== 'cidr' && target.kind !== 'any';
  if (isName) return { text: text.trim(), target, reason };
  return {
    problem: `${quote(text)} is no host name, and only names can be expected to be blocked`,
    hint: 'Write a host, *.host or **.host.',
  };
}
