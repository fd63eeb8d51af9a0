import { containsBlock, parseIPv4 } from './address.js';
import { matchesName } from './matching.js';
import type { EgressRule, RuleTarget } from './policy.js';

/** Whether every destination of `inner` is one of `outer`. */
export function coversTarget(outer: RuleTarget, inner: RuleTarget): boolean {
  if (outer.kind === 'cidr' || inner.kind === 'cidr') return coversAddresses(outer, inner);
  if (outer.kind === 'any') return inner.kind === 'any' || matchesName(outer, sampleName(inner));
  switch (inner.kind) {
    case 'any':
      return false;
    case 'name':
      return matchesName(outer, inner.name);
    case 'one-label':
      if (outer.kind === 'one-label') return outer.suffix === inner.suffix;
      return outer.kind === 'any-depth' && isAtOrUnder(inner.suffix, outer.suffix);
    case 'any-depth':
      return outer.kind === 'any-depth' && isAtOrUnder(inner.suffix, outer.suffix);
  }
}

/** Whether `outer` opens one of the ports of `inner`. */
export function sharesPort(outer: EgressRule, inner: EgressRule): boolean {
  return inner.ports.some((port) => hasPort(outer, port));
}

/** Whether everything that `inner` opens is open by `outer` already. */
export function coversRule(outer: EgressRule, inner: EgressRule): boolean {
  if (!coversTarget(outer.target, inner.target)) return false;
  if (inner.private && !outer.private) return false;
  if (!inner.ports.every((port) => hasPort(outer, port))) return false;
  if (outer.budget !== undefined && JSON.stringify(outer.budget) !== JSON.stringify(inner.budget))
    return false;
  return outer.http.length === 0 || JSON.stringify(outer.http) === JSON.stringify(inner.http);
}

function hasPort(rule: EgressRule, wanted: EgressRule['ports'][number]): boolean {
  return rule.ports.some(({ port, protocol }) => port === wanted.port && protocol === wanted.protocol);
}

function coversAddresses(outer: RuleTarget, inner: RuleTarget): boolean {
  if (outer.kind !== 'cidr' || inner.kind !== 'cidr') return false;
  return containsBlock(
    { base: parseIPv4(outer.address) as number, prefix: outer.prefix },
    { base: parseIPv4(inner.address) as number, prefix: inner.prefix },
  );
}

/** A name that the target means, and that every target which covers it means too. */
export function sampleName(target: Exclude<RuleTarget, { readonly kind: 'cidr' }>): string {
  if (target.kind === 'any') return 'any.name';
  return target.kind === 'name' ? target.name : `x.${target.suffix}`;
}

function isAtOrUnder(name: string, suffix: string): boolean {
  return name === suffix || name.endsWith(`.${suffix}`);
}
