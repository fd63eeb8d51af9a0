import type { EgressSummary } from './report.js';

/** Ports that a plain host name opens. */
const DEFAULT_PORTS = new Set(['80', '443']);

/**
 * The entries of `network.allow` that would let through what audit mode let through: YAML list items, ready to be
 * pasted below `allow:`. Empty when nothing was audited.
 */
export function suggestAllow(egress: EgressSummary): readonly string[] {
  const ports = new Map<string, Set<string>>();
  for (const row of egress.hosts) {
    if (row.verdict !== 'audited' || !isDestination(row.host)) continue;
    const known = ports.get(row.host) ?? new Set<string>();
    ports.set(row.host, known);
    if (row.port !== undefined)
      known.add(row.protocols.includes('udp') ? `${row.port}/udp` : String(row.port));
  }
  return [...ports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, open]) => entry(host, [...open]));
}

function entry(host: string, ports: readonly string[]): string {
  const name = host.includes(':') ? JSON.stringify(host) : host;
  if (ports.every((port) => DEFAULT_PORTS.has(port))) return `- ${name}`;
  return `- { dest: ${name}, ports: [${[...ports].sort(byNumber).join(', ')}] }`;
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

/** Only what can be written as a rule; the agent chose these names. */
function isDestination(host: string): boolean {
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(host) || /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host);
}
