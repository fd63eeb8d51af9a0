import type { ChangedFile, Changes } from '../changes/changes.js';
import { formatDuration } from '../core/duration.js';
import { formatSize } from '../core/memory-size.js';
import { code, codeCell, more, prose, quoted, table } from './markdown-text.js';
import type { Conclusion, Report } from './report.js';
import { networkSections, type SummaryCut } from './summary-network.js';
import { egressWords, groupDigits, hiddenGroups, outcomeSentence, plural, usageWords } from './wording.js';

/** GitHub takes 65,536 characters in a comment. */
const LONGEST = 60_000;

const CUTS: readonly SummaryCut[] = [
  { rows: 40, items: 20, words: 4_000 },
  { rows: 12, items: 8, words: 1_000 },
  { rows: 4, items: 3, words: 200 },
];
export const MARK: Readonly<Record<Conclusion, string>> = {
  success: '✅',
  failure: '❌',
  timeout: '⏱️',
  cancelled: '⏹️',
  limit: '🛑',
  error: '⚠️',
};

/**
 * `summary.md`: the run on one page, for the job summary and for comments. At most 60,000 characters; what is cut is
 * counted. Everything from the agent or the repository is shown, never acted on.
 */
export function renderSummary(report: Report, changes: Changes | undefined): string {
  let summary = '';
  for (const cut of CUTS) {
    summary = renderCut(report, changes, cut);
    if (summary.length <= LONGEST) break;
  }
  return summary;
}

function renderCut(report: Report, changes: Changes | undefined, cut: SummaryCut): string {
  const sections = [
    `## ${MARK[report.conclusion]} cagent: ${report.conclusion}`,
    `${outcomeSentence(report)}.`,
    ...failure(report),
    facts(report),
    ...agentWords(report.agent.finalMessage, cut),
    ...changedFiles(report, changes, cut),
    ...needsCloseLook(report, cut),
    ...pathList('Rejected', 'Not in the patch.', report.changes.rejected, cut),
    ...networkSections(report.egress, cut),
    ...hidden(report, cut),
    ...notices(report, cut),
    ...applying(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function failure({ error }: Report): readonly string[] {
  if (error === undefined) return [];
  // What programs say often ends without a full stop.
  const stop = /[.!?]$/.test(error.message) ? '' : '.';
  const hint = error.hint === undefined ? '' : `${stop} ${prose(error.hint)}`;
  return [`> ${code(error.code)} ${prose(error.message)}${hint}`];
}

function facts(report: Report): string {
  const { agent, changes, limits, resources, workspace } = report;
  const version = agent.version === undefined ? '' : ` ${codeCell(agent.version, 40)}`;
  const model = agent.model === undefined ? [] : [codeCell(agent.model, 80)];
  const kind = agent.outcome?.kind ?? 'done';
  const outcome = kind === 'done' ? '' : ` · ${kind}`;
  const memory = limits.set === undefined ? '' : ` of ${formatSize(limits.set.memoryBytes)}`;
  const used = [
    ...(resources.cpuSeconds === undefined ? [] : [`${formatDuration(resources.cpuSeconds * 1_000)} of CPU`]),
    ...(resources.peakMemoryBytes === undefined
      ? []
      : [`${formatSize(resources.peakMemoryBytes)}${memory} memory`]),
    ...(resources.peakPids === undefined ? [] : [plural(resources.peakPids, 'process', 'processes')]),
  ];
  const rows: readonly (readonly [string, string])[] = [
    ['Agent', [`${codeCell(agent.name, 80)}${version}`, ...model, ...usageWords(agent.usage)].join(' · ')],
    ['Result', `exit code ${report.exitCode} after ${formatDuration(report.durationMs)}${outcome}`],
    [
      'Changes',
      `${plural(changes.files, 'file')}, +${groupDigits(changes.added)} −${groupDigits(changes.deleted)}`,
    ],
    ['Network', egressWords(report)],
    [
      'Workspace',
      `${plural(workspace.files, 'file')} visible, ${plural(workspace.hidden.length, 'path')} hidden`,
    ],
    ...(used.length === 0 ? [] : [['Used', used.join(' · ')] as const]),
    ...(limits.hit.length === 0
      ? []
      : [['Limits hit', limits.hit.map((name) => codeCell(name, 40)).join(', ')] as const]),
    ['Run', codeCell(report.runId)],
  ];
  return table(['', ''], rows);
}

/** What the agent said last, as a quotation; nothing when it said nothing. */
export function agentWords(text: string | undefined, { words }: SummaryCut): readonly string[] {
  if (text === undefined || text.trim() === '') return [];
  const rest = text.trim().length - words;
  const left = rest > 0 ? [`… and ${groupDigits(rest)} more characters; see \`report.json\`.`] : [];
  return ['### What the agent said', quoted(text, words), ...left];
}

/** The table of changed files; nothing when there are none. */
export function changedFiles(
  report: Report,
  changes: Changes | undefined,
  cut: SummaryCut,
): readonly string[] {
  if (changes === undefined || changes.files.length === 0) return [];
  const rows = changes.files
    .slice(0, cut.rows)
    .map((file) => [codeCell(file.path), changeWords(file), lineWords(file)]);
  const title = changes.source === 'scratch' ? 'Proposed changes' : 'What changed';
  return [
    `### ${title}`,
    table(['File', 'Change', 'Lines'], rows),
    ...more(changes.files.length - rows.length, 'file'),
    ...(report.changes.patchMasked === true
      ? ['The patch held a secret value. It was replaced by `***`, so the patch is not what the agent wrote.']
      : []),
  ];
}

function changeWords(file: ChangedFile): string {
  if (file.status === 'renamed' && file.oldPath !== undefined)
    return `renamed from ${codeCell(file.oldPath, 80)}`;
  const modes = file.status === 'mode-changed' && file.oldMode !== undefined && file.newMode !== undefined;
  return modes
    ? `mode ${codeCell(file.oldMode as string)} to ${codeCell(file.newMode as string)}`
    : file.status;
}

function lineWords(file: ChangedFile): string {
  if (file.binary === true) return 'binary';
  if (file.added === undefined && file.deleted === undefined) return '';
  return `+${groupDigits(file.added ?? 0)} −${groupDigits(file.deleted ?? 0)}`;
}

/** Changes of files that something will trust later. */
export function needsCloseLook({ changes }: Report, cut: SummaryCut): readonly string[] {
  return pathList('Needs a close look', 'Something will trust these files later.', changes.sensitive, cut);
}

function pathList(
  title: string,
  meaning: string,
  paths: Report['changes']['rejected'],
  cut: SummaryCut,
): readonly string[] {
  if (paths.length === 0) return [];
  const lines = paths.slice(0, cut.items).map(({ path, reason }) => `- ${code(path)}: ${prose(reason, 200)}`);
  return [`### ${title}`, meaning, lines.join('\n'), ...more(paths.length - lines.length, 'path')];
}

function hidden({ workspace }: Report, cut: SummaryCut): readonly string[] {
  if (workspace.hidden.length === 0) return [];
  const groups = hiddenGroups(workspace.hidden, 3);
  const rows = groups
    .slice(0, cut.items)
    .map((group) => [
      codeCell(group.source, 80),
      groupDigits(group.count),
      group.examples.map(({ path }) => codeCell(path, 80)).join(', '),
    ]);
  return [
    '### Hidden from the agent',
    table(['Because of', 'Paths', 'Such as'], rows),
    ...more(groups.length - rows.length, 'reason'),
  ];
}

function notices({ notices: all }: Report, cut: SummaryCut): readonly string[] {
  if (all.length === 0) return [];
  const lines = all.slice(0, cut.items).map((notice) => `- ${prose(notice)}`);
  return ['### Notices', lines.join('\n'), ...more(all.length - lines.length, 'notice')];
}

function applying(report: Report): readonly string[] {
  if (report.changes.patchBytes === 0) return [];
  return [
    '### To apply',
    `Check the patch policy and apply with \`cagent apply RUN_DIR\`, or by hand with \`git apply changes.patch\` (${formatSize(report.changes.patchBytes)}).`,
  ];
}
