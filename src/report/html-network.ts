import { formatSize } from '../core/memory-size.js';
import { more } from './html-changes.js';
import { timelineChart } from './html-charts.js';
import { type Html, html } from './html-text.js';
import type { EgressSummary, HostSummary } from './report.js';
import { destination, groupDigits, plural } from './wording.js';

const ROWS = 300;
const TONE = { allowed: 'green', blocked: 'red', audited: 'amber' } as const;

/** Attempts over time, every destination with its verdict, and in audit mode the rules that would allow them. */
export function networkSections(egress: EgressSummary): readonly Html[] {
  if (egress.mode === 'none') {
    return [html`<section><h2>Network</h2><p class="soft">The sandbox had no network.</p></section>`];
  }
  const head = html`<h2>Network <span>${formatSize(egress.bytesOut)} out, ${formatSize(egress.bytesIn)} in</span></h2>`;
  if (egress.hosts.length === 0) {
    return [html`<section>${head}<p class="soft">The agent did not try to reach anything.</p></section>`];
  }
  return [
    html`<section>${head}${egress.timeline === undefined ? undefined : timelineChart(egress.timeline)}</section>`,
    html`<section><h2>Destinations <span>${plural(egress.hosts.length, 'row')}; every attempt is in <code>egress.jsonl</code></span></h2>
<table><tr><th>Verdict</th><th>Destination</th><th>Rule</th><th>Why</th><th class="n">Attempts</th><th class="n">Out</th><th class="n">In</th></tr>${egress.hosts.slice(0, ROWS).map(hostRow)}</table>${more(egress.hosts.length - ROWS, 'row')}</section>`,
    suggestionSection(egress),
  ];
}

function hostRow(row: HostSummary): Html {
  const requests = (row.requests ?? []).map((request) => html`<small><code>${request}</code></small>`);
  const tone = row.expected ? 'soft' : TONE[row.verdict];
  return html`<tr><td><span class="pill small ${tone}">${row.verdict}${row.expected ? ', as expected' : ''}</span></td><td><code>${destination(row)}</code> <span class="soft">${row.protocols.join(', ')}</span>${requests}</td><td><code>${row.rule}</code></td><td>${row.reasons.join(', ')}</td><td class="n">${groupDigits(row.count)}</td><td class="n">${bytes(row.bytesOut)}</td><td class="n">${bytes(row.bytesIn)}</td></tr>`;
}

function bytes(count: number): string {
  return count === 0 ? '' : formatSize(count);
}

function suggestionSection(egress: EgressSummary): Html {
  const rules = egress.suggestion ?? [];
  if (rules.length === 0) return html``;
  const lines = ['network:', '  allow:', ...rules.map((rule) => `    ${rule}`)];
  return html`<section><h2>To allow what was seen <span>for <code>cagent.yml</code></span></h2><pre>${lines.map((line) => html`<span>${line}</span>`)}</pre></section>`;
}
