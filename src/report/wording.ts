import { formatDuration } from '../core/duration.js';
import type { HostSummary, Report } from './report.js';

/** The words that summary, page and terminal share. Text from outside is returned raw: the renderer escapes it. */

/** What happened, one sentence without a full stop. */
export function outcomeSentence(report: Report): string {
  switch (report.conclusion) {
    case 'success':
      return 'The agent finished';
    case 'failure':
      return report.exitCode === 0
        ? 'The agent exited with code 0 but reported a failure'
        : `The agent failed with exit code ${report.exitCode}`;
    case 'timeout':
      if (report.limits.hit.includes('idle-timeout') && !report.limits.hit.includes('timeout'))
        return `The agent was ended because it was silent${lengthOf(report.limits.set?.idleTimeoutMs)}`;
      return report.limits.set === undefined
        ? 'The agent was ended at the time limit'
        : `The agent was ended at the time limit of ${formatDuration(report.limits.set.timeoutMs)}`;
    case 'cancelled':
      return 'The run was cancelled';
    case 'limit':
      return `The agent was ended at a limit: ${report.limits.hit.join(', ') || 'unnamed'}`;
    case 'error':
      return 'cagent itself failed';
  }
}

function lengthOf(ms: number | undefined): string {
  return ms === undefined ? '' : ` for ${formatDuration(ms)}`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${groupDigits(count)} ${count === 1 ? one : many}`;
}

/** `1234567` to `1,234,567`. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Tokens, turns and cost as the agent told them; empty when it told nothing. */
export function usageWords(usage: Report['agent']['usage']): readonly string[] {
  const words: string[] = [];
  if (usage.turns !== undefined) words.push(plural(usage.turns, 'turn'));
  if (usage.inputTokens !== undefined) words.push(`${groupDigits(usage.inputTokens)} tokens in`);
  if (usage.outputTokens !== undefined) words.push(`${groupDigits(usage.outputTokens)} out`);
  const cached = (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
  if (cached > 0) words.push(`${groupDigits(cached)} cached`);
  if (usage.costUsd !== undefined) words.push(formatCost(usage.costUsd));
  return words;
}

/** Small sums keep the digits that matter: `$0.0042`, `$1.25`. */
export function formatCost(usd: number): string {
  return `$${usd > 0 && usd < 0.01 ? Number(usd.toPrecision(2)) : usd.toFixed(2)}`;
}

/** `3 allowed, 2 blocked`, with `audited` in audit mode. */
export function egressWords({ egress }: Report): string {
  const words = [`${groupDigits(egress.allowed)} allowed`, `${groupDigits(egress.blocked)} blocked`];
  if (egress.audited > 0 || egress.mode === 'audit') words.push(`${groupDigits(egress.audited)} audited`);
  return words.join(', ');
}

/** `host:port`, or the host alone for a lookup and where there is no port. IPv6 addresses get brackets. */
export function destination(row: Pick<HostSummary, 'host' | 'port' | 'protocols'>): string {
  // Of a lookup the name is the news, not the port of the resolver.
  const lookup = row.protocols.every((protocol) => protocol === 'dns');
  if (row.port === undefined || lookup) return row.host;
  return row.host.includes(':') ? `[${row.host}]:${row.port}` : `${row.host}:${row.port}`;
}

export interface HiddenGroup {
  /** `.agentignore`, `built-in`, `secret scan`: the reason up to its first colon. */
  readonly source: string;
  readonly count: number;
  readonly examples: readonly { readonly path: string; readonly reason: string }[];
}

/** Hidden paths by where the reason comes from, the largest group first. */
export function hiddenGroups(
  hidden: Report['workspace']['hidden'],
  examples: number,
): readonly HiddenGroup[] {
  const groups = new Map<string, { count: number; examples: { path: string; reason: string }[] }>();
  for (const { path, reason } of hidden) {
    const source = reason.split(':', 1)[0] as string;
    const group = groups.get(source) ?? { count: 0, examples: [] };
    group.count += 1;
    if (group.examples.length < examples) group.examples.push({ path, reason });
    groups.set(source, group);
  }
  return [...groups].map(([source, group]) => ({ source, ...group })).sort((a, b) => b.count - a.count);
}
