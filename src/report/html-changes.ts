import type { ChangedFile, Changes } from '../changes/changes.js';
import { formatSize } from '../core/memory-size.js';
import { type Html, html } from './html-text.js';
import { excerptPatch, type PatchLine, type PatchSection } from './patch-excerpt.js';
import type { Report } from './report.js';
import { groupDigits, plural } from './wording.js';

const FILES = 400;
const REASONS = 200;
/** A short first diff is open: it is what most readers came for. */
const OPEN_LINES = 60;

/** What changed, what needs a close look, what was rejected, and the patch in excerpts. */
export function changesSections(
  report: Report,
  changes: Changes | undefined,
  patch: string | undefined,
): readonly Html[] {
  return [
    fileSection(report, changes),
    reasonSection(
      'Needs a close look',
      'Something will trust these files later.',
      'warn',
      report.changes.sensitive,
    ),
    reasonSection('Rejected', 'Not in the patch.', 'bad', report.changes.rejected),
    patchSection(patch),
  ];
}

function fileSection(report: Report, changes: Changes | undefined): Html {
  const files = changes?.files ?? [];
  if (files.length === 0)
    return html`<section><h2>Changes</h2><p class="soft">No file was changed.</p></section>`;
  const title = changes?.source === 'scratch' ? 'Proposed changes' : 'Changes';
  const masked =
    report.changes.patchMasked === true
      ? html`<p class="amber">The patch held a secret value. It was replaced by <code>***</code>, so the patch is not what the agent wrote.</p>`
      : undefined;
  return html`<section><h2>${title} <span>${plural(files.length, 'file')}, patch of ${formatSize(report.changes.patchBytes)}</span></h2>${masked}
<table><tr><th>File</th><th>Change</th><th class="n">Added</th><th class="n">Deleted</th></tr>${files.slice(0, FILES).map(fileRow)}</table>${more(files.length - FILES, 'file')}</section>`;
}

const PILL: Readonly<Record<ChangedFile['status'], string>> = {
  added: 'green',
  modified: 'blue',
  deleted: 'red',
  renamed: 'blue',
  'mode-changed': 'amber',
  'type-changed': 'amber',
};

function fileRow(file: ChangedFile): Html {
  const from =
    file.oldPath === undefined
      ? undefined
      : html`<small class="soft">from <code>${file.oldPath}</code></small>`;
  const modes =
    file.oldMode !== undefined && file.newMode !== undefined && file.oldMode !== file.newMode
      ? html` <span class="soft">${file.oldMode} to ${file.newMode}</span>`
      : undefined;
  const lines =
    file.binary === true
      ? html`<td class="n soft" colspan="2">binary</td>`
      : html`<td class="n green">${count('+', file.added)}</td><td class="n red">${count('−', file.deleted)}</td>`;
  return html`<tr><td><code>${file.path}</code>${from}</td><td><span class="pill small ${PILL[file.status]}">${file.status}</span>${modes}</td>${lines}</tr>`;
}

function count(sign: string, lines: number | undefined): string {
  return lines === undefined || lines === 0 ? '' : `${sign}${groupDigits(lines)}`;
}

function reasonSection(
  title: string,
  meaning: string,
  tone: string,
  paths: Report['changes']['rejected'],
): Html {
  if (paths.length === 0) return html``;
  const rows = paths
    .slice(0, REASONS)
    .map(({ path, reason }) => html`<tr><td><code>${path}</code></td><td>${reason}</td></tr>`);
  return html`<section class="${tone}"><h2>${title} <span>${plural(paths.length, 'path')}. ${meaning}</span></h2><table>${rows}</table>${more(paths.length - REASONS, 'path')}</section>`;
}

function patchSection(patch: string | undefined): Html {
  if (patch === undefined || patch === '') return html``;
  const excerpt = excerptPatch(patch);
  return html`<section><h2>Patch <span>in excerpts; <code>changes.patch</code> has all of it</span></h2>${excerpt.sections.map(patchFile)}${more(excerpt.cut, 'file')}</section>`;
}

function patchFile(section: PatchSection, index: number): Html {
  const body = html`<pre>${section.lines.map(patchLine)}</pre>${more(section.cut, 'line')}`;
  const summary = html`<summary><code>${section.title}</code></summary>`;
  return index === 0 && section.lines.length <= OPEN_LINES
    ? html`<details open>${summary}${body}</details>`
    : html`<details>${summary}${body}</details>`;
}

const LINE_CLASS: Readonly<Record<PatchLine['kind'], string>> = {
  added: 'a',
  deleted: 'd',
  hunk: 'h',
  header: 'm',
  context: 'c',
};

function patchLine({ kind, text }: PatchLine): Html {
  // Tabs are layout in a diff, not something hidden.
  return html`<span class="${LINE_CLASS[kind]}">${text.replaceAll('\t', '    ')}</span>`;
}

/** The line below a list that was cut. */
export function more(cut: number, what: string): Html {
  return cut > 0 ? html`<p class="soft">… and ${plural(cut, `more ${what}`)}</p>` : html``;
}
