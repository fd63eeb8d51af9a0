import { quote } from '../config/found.js';
import type { PortRule } from './policy.js';
import type { RuleProblem } from './rule-error.js';

export const DEFAULT_PORTS: readonly PortRule[] = [
  { protocol: 'tcp', port: 80 },
  { protocol: 'tcp', port: 443 },
];

/** `443`, `"5432"`, `"5432/tcp"`, `"53/udp"`; a bare number is TCP. Sorted, without repetition. */
export function parsePorts(written: readonly (number | string)[]): readonly PortRule[] | RuleProblem {
  if (written.length === 0)
    return {
      problem: 'ports is empty, so the rule can never match',
      hint: 'Name at least one port, or leave ports out for 80 and 443.',
    };
  const ports = new Map<string, PortRule>();
  for (const text of written.map(String)) {
    const match = /^(\d{1,5})(?:\/(tcp|udp))?$/i.exec(text);
    const port = Number(match?.[1]);
    if (match === null || port < 1 || port > 65_535) {
      return {
        problem: `${quote(text)} is no port: a number from 1 to 65535, with /udp or /tcp behind it if need be`,
        hint: 'Ranges have to be written out, e.g. ports: [8000, 8001, 53/udp].',
      };
    }
    const protocol = match[2]?.toLowerCase() === 'udp' ? 'udp' : 'tcp';
    ports.set(`${port}/${protocol}`, { protocol, port });
  }
  return [...ports.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** A port as people write it. */
export function formatPort({ port, protocol }: PortRule): string {
  return protocol === 'udp' ? `${port}/udp` : String(port);
}
