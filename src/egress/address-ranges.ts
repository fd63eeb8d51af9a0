import { type AddressBlock, containsBlock, parseBlock } from './address.js';
import type { EgressReason } from './reasons.js';

/** What an address is, by who can be behind it. */
export type AddressKind = 'public' | 'private' | 'metadata' | 'loopback' | 'multicast' | 'reserved' | 'own';

export interface AddressRange extends AddressBlock {
  readonly kind: Exclude<AddressKind, 'public'>;
}

/**
 * Everything that is not public, the most special first: the first match counts. `private` needs consent; the
 * others are never reachable. 198.51.100.0/24 and its like are for documentation and count as public.
 */
const RANGES: readonly (readonly [string, AddressRange['kind']])[] = [
  // The synthetic addresses of names, the link to the agent, and the address that proves the floor at start.
  ['198.18.0.0/15', 'own'],
  ['100.64.7.0/30', 'own'],
  ['100.127.255.254/32', 'own'],
  // Azure, Oracle and Alibaba have metadata services outside of 169.254.0.0/16.
  ['168.63.129.16/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['169.254.0.0/16', 'metadata'],
  ['127.0.0.0/8', 'loopback'],
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'private'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'multicast'],
  ['0.0.0.0/8', 'reserved'],
  ['192.0.0.0/24', 'reserved'],
  ['240.0.0.0/4', 'reserved'],
];

export const ADDRESS_RANGES: readonly AddressRange[] = RANGES.map(([text, kind]) => ({
  ...(parseBlock(text) as AddressBlock),
  kind,
}));

/** Never reachable, whatever a rule says. */
export const CLOSED_RANGES = ADDRESS_RANGES.filter((range) => range.kind !== 'private');
/** Reachable with consent. */
export const PRIVATE_RANGES = ADDRESS_RANGES.filter((range) => range.kind === 'private');

/** The kind of a block that lies within one range; `public` for all others, also for those that straddle. */
export function kindOf(block: AddressBlock): AddressKind {
  return ADDRESS_RANGES.find((range) => containsBlock(range, block))?.kind ?? 'public';
}

/** The word for the record when an address of this kind is refused. */
export const KIND_REASONS = {
  public: 'direct-address',
  private: 'private-address',
  metadata: 'metadata-address',
  loopback: 'loopback-address',
  multicast: 'multicast-address',
  reserved: 'reserved-address',
  own: 'own-address',
} as const satisfies Record<AddressKind, EgressReason>;
