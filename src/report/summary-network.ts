import { formatSize } from '../core/memory-size.js';
import { codeCell, fenced, more, table } from './markdown-text.js';
import type { EgressSummary, HostSummary } from './report.js';
import { destination, groupDigits, plural } from './wording.js';

/** How many table rows and list items of each kind are shown, and how many characters of what the agent said. */
export interface SummaryCut {
  readonly rows: number;
  readonly items: number;
  readonly words: number;
}

/** What was blocked, what passed, and in audit mode the rules that would allow it. */
export function networkSections(egress: EgressSummary, cut: SummaryCut): readonly string[] {
  const blocked = egress.hosts.filter((row) => row.verdict === 'blocked' && !row.expected);
  const expected = egress.hosts.filter((row) => row.expected);
  const passed = egress.hosts.filter((row) => row.verdict !== 'blocked');
  return [
    ...blockedSection(blocked, cut),
    ...folded(expected, 'blocked as expected', cut),
    ...folded(passed, 'let through', cut),
    ...suggestionSection(egress, cut),
  ];
}

function blockedSection(rows: readonly HostSummary[], cut: SummaryCut): readonly string[] {
  if (rows.length === 0) return [];
  return ['### Blocked', hostTable(rows, cut), ...more(rows.length - cut.rows, 'destination')];
}

function folded(rows: readonly HostSummary[], what: string, cut: SummaryCut): readonly string[] {
  if (rows.length === 0) return [];
  const summary = `<details><summary>${plural(rows.length, 'destination')} ${what}</summary>`;
  return [summary, hostTable(rows, cut), ...more(rows.length - cut.rows, 'destination'), '</details>'];
}

function suggestionSection(egress: EgressSummary, cut: SummaryCut): readonly string[] {
  const rules = egress.suggestion ?? [];
  if (rules.length === 0) return [];
  const shown = rules.slice(0, cut.rows * 2).map((rule) => `    ${rule}`);
  const block = fenced(['network:', '  allow:', ...shown].join('\n'), 'yaml');
  return ['### To allow what was seen', block, ...more(rules.length - shown.length, 'rule')];
}

function hostTable(rows: readonly HostSummary[], cut: SummaryCut): string {
  const head = ['Destination', 'Attempts', 'Why', 'Rule', 'Out', 'In'];
  return table(head, rows.slice(0, cut.rows).map(hostCells));
}

function hostCells(row: HostSummary): readonly string[] {
  const requests = (row.requests ?? []).map((request) => codeCell(request, 100));
  return [
    [codeCell(destination(row), 120), ...requests].join('<br>'),
    groupDigits(row.count),
    row.reasons.map((reason) => codeCell(reason, 60)).join(', '),
    codeCell(row.rule, 80),
    formatSize(row.bytesOut),
    formatSize(row.bytesIn),
  ];
}
