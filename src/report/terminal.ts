import pc from 'picocolors';
import type { ChangedFile, Changes } from '../changes/changes.js';
import { clip, displayText } from '../core/display-text.js';
import { formatDuration } from '../core/duration.js';
import { formatSize } from '../core/memory-size.js';
import { displayPath } from '../core/path-text.js';
import type { Conclusion, HostSummary, Report } from './report.js';
import {
  destination,
  egressWords,
  formatCost,
  groupDigits,
  hiddenGroups,
  outcomeSentence,
  plural,
  usageWords,
} from './wording.js';

export interface TerminalStyle {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** Where the run directory is, if the last line shall say it. */
  readonly runDirectory?: string;
}

const ROWS = 8;
const LABEL = 10;
const NARROWEST = 40;

type Colours = ReturnType<typeof pc.createColors>;

/**
 * The end of a run for standard error, one element per line: what happened, what was blocked, what changed, what was
 * hidden. An error of cagent is a line of its own, uncut, that the command prints. Text from the agent cannot move
 * the cursor or forge a line.
 */
export function renderTerminalSummary(
  report: Report,
  changes: Changes | undefined,
  style: TerminalStyle,
): readonly string[] {
  const colours = pc.createColors(style.color);
  const width = Math.max(NARROWEST, style.width);
  return [
    headline(report, colours, width),
    ...labelled('agent', agentLines(report, width), colours),
    ...labelled('network', networkLines(report, width), colours),
    ...labelled('blocked', blockedLines(report, colours, width), colours),
    ...labelled('changed', changeLines(report, changes, colours, width), colours),
    ...labelled('look at', reasonLines(report.changes.sensitive, colours.yellow, width), colours),
    ...labelled('rejected', reasonLines(report.changes.rejected, colours.red, width), colours),
    ...labelled('hidden', hiddenLines(report, width), colours),
    ...labelled(
      'notice',
      capped(
        report.notices.map((notice) => oneLine(notice, width)),
        'notice',
        colours,
      ),
      colours,
    ),
    ...allowLines(report),
    ...labelled('report', reportLines(style), colours),
  ];
}

const MARK: Readonly<Record<Conclusion, readonly [string, 'green' | 'red' | 'yellow']>> = {
  success: ['✔', 'green'],
  failure: ['✖', 'red'],
  timeout: ['■', 'yellow'],
  cancelled: ['■', 'yellow'],
  limit: ['■', 'yellow'],
  error: ['✖', 'red'],
};

function headline(report: Report, colours: Colours, width: number): string {
  const [mark, colour] = MARK[report.conclusion];
  const { costUsd } = report.agent.usage;
  const words = [displayText(outcomeSentence(report)), formatDuration(report.durationMs)];
  const text = clip(
    [...words, ...(costUsd === undefined ? [] : [formatCost(costUsd)])].join(' · '),
    width - 2,
  );
  return `${colours[colour](mark)} ${colours.bold(text)}`;
}

function agentLines({ agent }: Report, width: number): readonly string[] {
  const { costUsd: _, ...usage } = agent.usage;
  const name = agent.version === undefined ? agent.name : `${agent.name} ${agent.version}`;
  const words = [...(agent.model === undefined ? [] : [agent.model]), ...usageWords(usage)];
  return words.length === 0 ? [] : [oneLine([name, ...words].join(' · '), width)];
}

function networkLines(report: Report, width: number): readonly string[] {
  const { bytesIn, bytesOut, hosts, mode } = report.egress;
  if (mode === 'none') return ['none'];
  if (hosts.length === 0) return ['nothing tried'];
  return [oneLine(`${egressWords(report)} · ${formatSize(bytesOut)} out, ${formatSize(bytesIn)} in`, width)];
}

/** Not cut: it is there to be copied. */
function reportLines({ runDirectory }: TerminalStyle): readonly string[] {
  return runDirectory === undefined ? [] : [displayText(`${runDirectory}/report.html`)];
}

/** In audit mode, for `cagent.yml`: at the start of the line and uncut, so that it can be copied as it is. */
function allowLines({ egress }: Report): readonly string[] {
  const rules = egress.suggestion ?? [];
  return rules.length === 0 ? [] : ['network:', '  allow:', ...rules.map((rule) => `    ${rule}`)];
}

function blockedLines({ egress }: Report, colours: Colours, width: number): readonly string[] {
  const rows = egress.hosts.filter((row) => row.verdict === 'blocked' && !row.expected);
  return capped(
    rows.map((row) => blockedLine(row, colours, width)),
    'destination',
    colours,
  );
}

function blockedLine(row: HostSummary, colours: Colours, width: number): string {
  const times = row.count === 1 ? '' : ` ×${groupDigits(row.count)}`;
  const why = displayText(row.reasons.join(', '));
  const place = middle(
    displayText(destination(row)),
    Math.max(20, width - LABEL - times.length - Math.min(why.length, 30) - 4),
  );
  const room = width - LABEL - place.length - times.length - 2;
  return `${colours.red(place)}${times}${room > 4 ? `  ${colours.dim(clip(why, room))}` : ''}`;
}

function changeLines(
  report: Report,
  changes: Changes | undefined,
  colours: Colours,
  width: number,
): readonly string[] {
  const files = changes?.files ?? [];
  if (files.length === 0) return [];
  const total = `${plural(files.length, 'file')} ${colours.green(`+${groupDigits(report.changes.added)}`)} ${colours.red(`−${groupDigits(report.changes.deleted)}`)}`;
  const masked =
    report.changes.patchMasked === true ? [colours.yellow('a secret value in the patch was masked')] : [];
  return [
    total,
    ...masked,
    ...capped(
      files.map((file) => changeLine(file, colours, width)),
      'file',
      colours,
    ),
  ];
}

const LETTER: Readonly<Record<ChangedFile['status'], string>> = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
  'mode-changed': 'X',
  'type-changed': 'T',
};

function changeLine(file: ChangedFile, colours: Colours, width: number): string {
  const letter = LETTER[file.status];
  const colour =
    file.status === 'added' ? colours.green : file.status === 'deleted' ? colours.red : colours.cyan;
  const lines = file.binary === true ? 'binary' : lineCounts(file);
  const place = middle(displayPath(file.path), width - LABEL - lines.length - 4);
  return `${colour(letter)} ${place}${lines === '' ? '' : `  ${colours.dim(lines)}`}`;
}

function lineCounts({ added = 0, deleted = 0 }: ChangedFile): string {
  const words = [added > 0 ? `+${groupDigits(added)}` : '', deleted > 0 ? `−${groupDigits(deleted)}` : ''];
  return words.filter((word) => word !== '').join(' ');
}

function reasonLines(
  paths: Report['changes']['rejected'],
  colour: (text: string) => string,
  width: number,
): readonly string[] {
  const lines = paths.slice(0, ROWS).map(({ path, reason }) => {
    const place = middle(displayPath(path), Math.floor((width - LABEL) * 0.6));
    return `${colour(place)}  ${clip(displayText(reason), Math.max(4, width - LABEL - place.length - 2))}`;
  });
  return paths.length > ROWS ? [...lines, `… and ${plural(paths.length - ROWS, 'more path')}`] : lines;
}

function hiddenLines({ workspace }: Report, width: number): readonly string[] {
  if (workspace.hidden.length === 0) return [];
  const groups = hiddenGroups(workspace.hidden, 0).map(
    (group) => `${groupDigits(group.count)} by ${group.source}`,
  );
  return [oneLine(`${plural(workspace.hidden.length, 'path')}: ${groups.join(', ')}`, width)];
}

function labelled(label: string, lines: readonly string[], colours: Colours): readonly string[] {
  return lines.map(
    (line, at) => `${at === 0 ? colours.dim(label.padStart(LABEL - 2)) : ' '.repeat(LABEL - 2)}  ${line}`,
  );
}

function capped(lines: readonly string[], what: string, colours: Colours): readonly string[] {
  if (lines.length <= ROWS + 1) return lines;
  return [...lines.slice(0, ROWS), colours.dim(`… and ${plural(lines.length - ROWS, `more ${what}`)}`)];
}

function oneLine(text: string, width: number): string {
  return clip(displayText(text), width - LABEL);
}

/** Cut in the middle: the end of a path says more than its middle. */
function middle(text: string, room: number): string {
  const points = [...text];
  const most = Math.max(8, room);
  if (points.length <= most) return text;
  const tail = Math.ceil((most - 1) * 0.6);
  return `${points.slice(0, most - 1 - tail).join('')}…${points.slice(-tail).join('')}`;
}
