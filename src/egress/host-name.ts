import { domainToASCII } from 'node:url';

const LONGEST_NAME = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What the URL standard takes for an address: `127.1`, `0x7f.1` and `2130706433` are one, whatever they look like. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/**
 * A host name as it came over the wire (DNS question, SNI, Host) in the form that rules are compared in: lower
 * case, no trailing dot. `undefined` when it is not a host name; addresses are not.
 */
export function normalizeName(name: string): string | undefined {
  // Before lower-casing: U+212A (Kelvin sign) becomes a plain "k".
  if (/[^\x21-\x7e]/.test(name)) return undefined;
  const lower = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
  if (lower.length === 0 || lower.length > LONGEST_NAME || ENDS_IN_NUMBER.test(lower)) return undefined;
  return lower.split('.').every((label) => LABEL.test(label)) ? lower : undefined;
}

/** A host name as people write it, international ones included, in the form of {@link normalizeName}. */
export function normalizeWrittenName(name: string): string | undefined {
  // The URL parser behind domainToASCII decodes percent signs and cuts at separators; neither belongs in a name.
  if (/[\s%/\\?#@:<>[\]^|*]/.test(name)) return undefined;
  return normalizeName(domainToASCII(name));
}

/** Names that mean the asking machine itself (RFC 6761). */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}
