import { existsSync } from 'node:fs';
import { CagentError } from '../../core/errors.js';
import { runCommand } from '../start/commands.js';
import type { FloorRules } from './floor-rules.js';

/**
 * Loads the packet filter of both families and reads it back: a filter that the kernel took only in part must not
 * pass for one.
 */
export async function loadFloor(rules: FloorRules): Promise<void> {
  // On a kernel without IPv6 there is nothing to filter, and ip6tables would fail.
  const families = existsSync('/proc/net/if_inet6')
    ? (['iptables', 'ip6tables'] as const)
    : (['iptables'] as const);
  await Promise.all(
    families.map(async (family) => {
      const text = family === 'iptables' ? rules.ipv4 : rules.ipv6;
      // Without flushing: on user-defined networks Docker's own resolver lives in the nat table.
      await runCommand(`${family}-restore`, ['--noflush', '--wait', '5'], text);
      const problem = floorProblem(text, await runCommand(`${family}-save`, []));
      if (problem !== undefined)
        throw new CagentError('gateway.failed', `the packet filter (${family}) ${problem}`);
    }),
  );
}

/** What is wrong with the filter that the kernel reports, given the one that was loaded; completes "the filter …". */
export function floorProblem(loaded: string, saved: string): string | undefined {
  for (const chain of ['INPUT', 'FORWARD', 'OUTPUT']) {
    if (!new RegExp(`^:${chain} DROP `, 'm').test(filterTable(saved)))
      return `does not drop by default in ${chain}`;
  }
  const expected = countRules(filterTable(loaded));
  const found = countRules(filterTable(saved));
  return expected === found ? undefined : `has ${found} rules instead of ${expected}`;
}

function filterTable(text: string): string {
  return text.slice(Math.max(0, text.indexOf('*filter'))).split('COMMIT', 1)[0] as string;
}

function countRules(text: string): number {
  return text.match(/^-A /gm)?.length ?? 0;
}
