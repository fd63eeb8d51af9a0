import { isIPv6 } from 'node:net';
import { parseIPv4 } from './address.js';
import { KIND_REASONS, kindOf } from './address-ranges.js';
import type { EgressReason } from './reasons.js';

export interface AddressVerdict {
  readonly allowed: boolean;
  readonly reason: EgressReason;
}

/**
 * Whether the gateway may dial an address that its resolver gave for an allowed name.
 * @param address IPv4, or IPv6 where only the IPv4-mapped form has a chance
 * @param options.private whether the rule says that the name may be private
 */
export function addressVerdict(address: string, options: { readonly private: boolean }): AddressVerdict {
  const value = parseIPv4(address) ?? mappedIPv4(address);
  if (value === undefined)
    return { allowed: false, reason: isIPv6(address) ? 'ipv6-address' : 'reserved-address' };
  const kind = kindOf({ base: value, prefix: 32 });
  if (kind === 'public' || (kind === 'private' && options.private)) return { allowed: true, reason: 'rule' };
  return { allowed: false, reason: KIND_REASONS[kind] };
}

/** `::ffff:10.0.0.1` in any spelling to the number of 10.0.0.1. The URL parser brings all spellings to one. */
function mappedIPv4(address: string): number | undefined {
  const host = isIPv6(address) ? URL.parse(`http://[${address}]/`)?.hostname : undefined;
  const match = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host ?? '');
  return match === null
    ? undefined
    : Number.parseInt(`${match[1]}`, 16) * 65_536 + Number.parseInt(`${match[2]}`, 16);
}
