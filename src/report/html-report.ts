import { createHash } from 'node:crypto';
import type { Changes } from '../changes/changes.js';
import { clip } from '../core/display-text.js';
import { formatDuration } from '../core/duration.js';
import { formatSize } from '../core/memory-size.js';
import { changesSections, more } from './html-changes.js';
import { meter, phasesChart } from './html-charts.js';
import { networkSections } from './html-network.js';
import { STYLE } from './html-style.js';
import { type Html, html, trusted } from './html-text.js';
import type { Conclusion, Report } from './report.js';
import { formatCost, groupDigits, hiddenGroups, outcomeSentence, plural, usageWords } from './wording.js';

const HIDDEN_PER_GROUP = 300;
const LONGEST_WORDS = 20_000;
const TONE: Readonly<Record<Conclusion, string>> = {
  success: 'green',
  failure: 'red',
  timeout: 'amber',
  cancelled: 'amber',
  limit: 'amber',
  error: 'red',
};

/**
 * `report.html`: one file that loads nothing, runs nothing and sends nothing; its policy allows its own style sheet
 * by hash and forbids all else. `patch` is the text of `changes.patch` or its beginning.
 */
export function renderHtml(report: Report, changes: Changes | undefined, patch?: string): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>cagent: ${report.agent.name}, ${report.conclusion}</title><style>${trusted(STYLE)}</style></head><body><main>
${pageHead(report)}
${tiles(report)}
${errorSection(report)}
${noticesSection(report)}
${wordsSection(report)}
${changesSections(report, changes, patch)}
${networkSections(report.egress)}
${hiddenSection(report)}
<section><h2>Phases <span>${formatDuration(report.durationMs)} in all</span></h2>${phasesChart(report.phases)}</section>
<div class="two">${agentSection(report)}${limitsSection(report)}</div>
<footer>Run <code>${report.runId}</code>, schema <code>${report.schema}</code>. Everything on this page is also in <code>report.json</code>.</footer>
</main></body></html>
`.markup;
}

function pageHead(report: Report): Html {
  return html`<header><h1>cagent</h1><span class="pill ${TONE[report.conclusion]}">${report.conclusion}</span>
<span class="meta">${report.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</span>
<p class="lead">${outcomeSentence(report)}. <code>${report.agent.name}</code>${report.agent.model === undefined ? undefined : html` with <code>${report.agent.model}</code>`}</p></header>`;
}

function tiles(report: Report): Html {
  const { changes, egress, workspace, agent } = report;
  const cost = agent.usage.costUsd;
  return html`<div class="tiles">
${tile(formatDuration(report.durationMs), `exit code ${report.exitCode}`)}
${tile(groupDigits(changes.files), html`${changes.files === 1 ? 'file changed' : 'files changed'} <span class="green">+${groupDigits(changes.added)}</span> <span class="red">−${groupDigits(changes.deleted)}</span>`)}
${tile(html`<span class="${egress.blocked > 0 ? 'red' : 'soft'}">${groupDigits(egress.blocked)}</span>`, 'attempts blocked')}
${tile(groupDigits(egress.allowed + egress.audited), egress.mode === 'audit' ? `let through, ${groupDigits(egress.audited)} audited` : 'attempts allowed')}
${tile(groupDigits(workspace.hidden.length), `hidden paths, ${plural(workspace.files, 'file')} visible`)}
${cost === undefined ? undefined : tile(formatCost(cost), 'as the agent told')}
</div>`;
}

function tile(value: string | Html, caption: string | Html): Html {
  return html`<div class="tile"><b>${value}</b><i>${caption}</i></div>`;
}

function errorSection({ error }: Report): Html {
  if (error === undefined) return html``;
  const hint = error.hint === undefined ? undefined : html`<p class="soft">${error.hint}</p>`;
  return html`<section class="bad"><h2>cagent failed <code>${error.code}</code></h2><p>${error.message}</p>${hint}</section>`;
}

function noticesSection({ notices }: Report): Html {
  if (notices.length === 0) return html``;
  const items = notices.slice(0, 100).map((notice) => html`<li>${notice}</li>`);
  return html`<section class="warn"><h2>Notices</h2><ul>${items}</ul>${more(notices.length - 100, 'notice')}</section>`;
}

function wordsSection({ agent: { finalMessage } }: Report): Html {
  if (finalMessage === undefined || finalMessage.trim() === '') return html``;
  const lines = clip(finalMessage.trim(), LONGEST_WORDS).split(/\r?\n/);
  return html`<section><h2>What the agent said</h2><p class="said">${lines.map((line) => html`${line}<br>`)}</p></section>`;
}

function hiddenSection({ workspace }: Report): Html {
  const groups = hiddenGroups(workspace.hidden, HIDDEN_PER_GROUP);
  if (groups.length === 0)
    return html`<section><h2>Hidden</h2><p class="soft">Nothing was hidden.</p></section>`;
  const scan =
    workspace.secretsFound === 0 ? '' : `; the secret scan found ${plural(workspace.secretsFound, 'place')}`;
  const parts = groups.slice(0, 50).map((group) => {
    const rows = group.examples.map(
      ({ path, reason }) => html`<tr><td><code>${path}</code></td><td class="soft">${reason}</td></tr>`,
    );
    return html`<details><summary>${group.source} <span class="soft">${plural(group.count, 'path')}</span></summary><table>${rows}</table>${more(group.count - group.examples.length, 'path')}</details>`;
  });
  return html`<section><h2>Hidden <span>${plural(workspace.hidden.length, 'path')} did not exist for the agent${scan}</span></h2>${parts}${more(groups.length - 50, 'reason')}</section>`;
}

function agentSection({ agent, image, workspace, secretsPassed }: Report): Html {
  const owner = workspace.owner === undefined ? undefined : `${workspace.owner.uid}:${workspace.owner.gid}`;
  return html`<section><h2>Agent</h2><table>
${fact('Name', agent.name)}${fact('Version', agent.version)}${fact('Model', agent.model)}${fact('Image', image.ref)}${fact('Digest', image.digest)}
${fact('User', owner)}${fact('Workspace', workspace.mode)}${fact('Secrets passed', secretsPassed.join(', ') || undefined)}
${agent.usage.turns === undefined && usageWords(agent.usage).length === 0 ? undefined : html`<tr><td class="soft">Usage</td><td>${usageWords(agent.usage).join(', ')}</td></tr>`}
</table></section>`;
}

function fact(name: string, value: string | undefined): Html {
  return value === undefined
    ? html``
    : html`<tr><td class="soft">${name}</td><td><code>${value}</code></td></tr>`;
}

function limitsSection({ limits, resources, durationMs }: Report): Html {
  const { set } = limits;
  const hit = limits.hit.map((name) => html` <span class="pill small amber">${name} hit</span>`);
  const rows = [
    limit('Memory', resources.peakMemoryBytes, set?.memoryBytes, formatSize),
    limit('Processes', resources.peakPids, set?.pids, groupDigits),
    limit('Time', durationMs, set?.timeoutMs, formatDuration),
    limit(
      'CPU time',
      resources.cpuSeconds === undefined ? undefined : resources.cpuSeconds * 1_000,
      undefined,
      formatDuration,
    ),
    limit('CPUs', undefined, set?.cpus, groupDigits),
    limit('Disk', undefined, set?.diskBytes, formatSize),
  ];
  return html`<section><h2>Limits${hit}</h2><table><tr><th></th><th>Used</th><th>Limit</th></tr>${rows}</table></section>`;
}

function limit(
  name: string,
  used: number | undefined,
  most: number | undefined,
  format: (value: number) => string,
): Html {
  if (used === undefined && most === undefined) return html``;
  const bar = used === undefined || most === undefined ? undefined : meter(used, most);
  return html`<tr><td class="soft">${name}</td><td>${used === undefined ? '' : format(used)}${bar}</td><td>${most === undefined ? '' : format(most)}</td></tr>`;
}
