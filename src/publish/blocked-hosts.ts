import { clip, displayText } from '../core/display-text.js';
import type { HostSummary } from '../report/report.js';
import { groupDigits, plural } from '../report/wording.js';

/** GitHub shows ten warnings of a step. */
const MOST = 10;
const LONGEST_HOST = 120;

/** One line for each blocked host that is news, most attempts first; at most ten lines, the last of which counts the rest. */
export function blockedHostLines(rows: readonly HostSummary[]): readonly string[] {
  const hosts = [
    ...Map.groupBy(
      rows.filter(({ verdict, expected }) => verdict === 'blocked' && !expected),
      ({ host }) => host,
    ),
  ]
    .map(([host, ofHost]) => ({ host, rows: ofHost, count: ofHost.reduce((sum, row) => sum + row.count, 0) }))
    .sort((a, b) => b.count - a.count);
  const shown = hosts.length > MOST ? hosts.slice(0, MOST - 1) : hosts;
  const rest = hosts.slice(shown.length);
  const lines = shown.map(({ host, rows: ofHost, count }) => {
    const reasons = [...new Set(ofHost.flatMap((row) => row.reasons))].join(', ');
    const why = reasons === '' ? '' : ` (${displayText(reasons)})`;
    return `Blocked: ${clip(displayText(host), LONGEST_HOST)}${portWords(ofHost)}, ${plural(count, 'attempt')}${why}`;
  });
  if (rest.length === 0) return lines;
  const attempts = rest.reduce((sum, { count }) => sum + count, 0);
  return [
    ...lines,
    `Blocked: ${groupDigits(rest.length)} more hosts, ${plural(attempts, 'attempt')}; see egress.jsonl`,
  ];
}

function portWords(rows: readonly HostSummary[]): string {
  const ports = [...new Set(rows.flatMap(({ port }) => (port === undefined ? [] : [port])))].sort(
    (a, b) => a - b,
  );
  if (ports.length === 0) return '';
  return ` ${ports.length === 1 ? 'port' : 'ports'} ${ports.slice(0, 5).join(', ')}${ports.length > 5 ? ', …' : ''}`;
}
