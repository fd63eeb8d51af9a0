import { type AddressBlock, containsBlock, formatIPv4, parseIPv4, subtractBlocks } from './address.js';
import {
  ADDRESS_RANGES,
  type AddressKind,
  CLOSED_RANGES,
  KIND_REASONS,
  kindOf,
  PRIVATE_RANGES,
} from './address-ranges.js';
import { allow, type Decision, deny } from './decide.js';
import type { EgressPolicy, EgressRule, PortRule } from './policy.js';
import { NO_RULE } from './reasons.js';

/** One ACCEPT of the packet filter: `address/prefix` on one port. */
export interface DirectRule {
  readonly address: string;
  readonly prefix: number;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Text of the rule it comes from. */
  readonly rule: string;
}

/** What the address and CIDR rules open, without the addresses that no rule can open. */
export function directRules(policy: EgressPolicy): readonly DirectRule[] {
  if (policy.mode === 'none') return [];
  return policy.rules.flatMap((rule) =>
    openBlocks(rule).flatMap((block) =>
      rule.ports.map(({ protocol, port }) => ({ ...formatted(block), protocol, port, rule: rule.text })),
    ),
  );
}

/**
 * The verdict on a packet to an address that is no synthetic one: what the packet filter did, in the record's words.
 * @param attempt.port absent for protocols without ports
 */
export function directVerdict(
  policy: EgressPolicy,
  attempt: { readonly address: string; readonly protocol: 'tcp' | 'udp' | 'icmp'; readonly port?: number },
): Decision {
  const value = parseIPv4(attempt.address);
  if (value === undefined) return { verdict: 'blocked', reason: 'ipv6-address', rule: NO_RULE };
  const block = { base: value, prefix: 32 };
  const kind = kindOf(block);
  const covering = policy.mode === 'none' ? [] : policy.rules.filter((rule) => covers(rule, block, kind));
  const granting = covering.find((rule) => rule.ports.some((open) => isPort(open, attempt)));
  if (granting !== undefined) return allow(granting);
  if (kind !== 'public') {
    const reason = covering.length > 0 ? 'port-not-allowed' : KIND_REASONS[kind];
    return { verdict: 'blocked', reason, rule: NO_RULE };
  }
  return deny(policy, covering.length > 0 ? 'port-not-allowed' : 'direct-address');
}

/** Every public address: what the packet filter of audit mode lets pass, and logs. */
export function publicBlocks(): readonly { readonly address: string; readonly prefix: number }[] {
  return subtractBlocks({ base: 0, prefix: 0 }, ADDRESS_RANGES).map(formatted);
}

/**
 * The addresses that an address rule opens. Those that no rule can open are cut out, and private ones too unless
 * the rule consents; nothing for name rules.
 */
export function openBlocks(rule: Pick<EgressRule, 'target' | 'private'>): readonly AddressBlock[] {
  if (rule.target.kind !== 'cidr') return [];
  const block = { base: parseIPv4(rule.target.address) as number, prefix: rule.target.prefix };
  return subtractBlocks(block, rule.private ? CLOSED_RANGES : [...CLOSED_RANGES, ...PRIVATE_RANGES]);
}

/** The same as being in one of the rule's {@link openBlocks}, without computing them for every packet. */
function covers(rule: EgressRule, block: AddressBlock, kind: AddressKind): boolean {
  if (rule.target.kind !== 'cidr' || !(kind === 'public' || (kind === 'private' && rule.private)))
    return false;
  return containsBlock({ base: parseIPv4(rule.target.address) as number, prefix: rule.target.prefix }, block);
}

function isPort(open: PortRule, attempt: { readonly protocol: string; readonly port?: number }): boolean {
  return open.protocol === attempt.protocol && open.port === attempt.port;
}

function formatted(block: AddressBlock): { readonly address: string; readonly prefix: number } {
  return { address: formatIPv4(block.base), prefix: block.prefix };
}
