import { clip, displayLines, displayOnPage } from '../core/display-text.js';
import { plural } from './wording.js';

/** Text from outside as GitHub-flavoured Markdown that shows the text and does nothing else. */

/**
 * A code span: inside one nothing is parsed, no HTML, link, image, mention or reference. One line of at most
 * `limit` characters; backslashes are doubled. Not for table cells.
 */
export function code(text: string, limit = 160): string {
  return span(clip(escapedLine(text), limit));
}

/**
 * The same for a table cell, where a bare pipe ends the cell even within a code span. The doubled backslashes
 * matter here: no text can bring the backslash that would escape the escape.
 */
export function codeCell(text: string, limit = 160): string {
  return span(clip(escapedLine(text), limit).replaceAll('|', '\\|'));
}

/** Running text: everything that Markdown or GitHub acts on is disarmed. One line of at most `limit` characters. */
export function prose(text: string, limit = 500): string {
  return clip(displayOnPage(text), limit)
    .replace(ACTIVE, (match) => DISARMED[match] ?? `\\${match}`)
    .replace(/^(\s*\d+)(?=[.)])/, '$1\\')
    .replace(/^\s*(?=[-+=])/, '\\')
    .replace(/\b(www|gh)(?=[.-])/gi, `$1${BREAK}`)
    .replace(COMMIT, (hash) => hash.replace(/.{6}(?=.)/g, `$&${BREAK}`));
}

/**
 * Running text of several lines, each disarmed like {@link prose} and none of them the beginning of a block. At most
 * `limit` characters of the text are shown.
 */
export function paragraphs(text: string, limit: number): string {
  const lines = clip(text.trim(), limit).split(/\r\n|\r|\n/);
  return lines.map((line, at) => disarmedLine(line, lines[at + 1])).join('\n');
}

/** The same as a quotation. */
export function quoted(text: string, limit: number): string {
  return paragraphs(text, limit)
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

function disarmedLine(line: string, next: string | undefined): string {
  // Spaces at the beginning would make a block of code, in which escapes can be seen.
  const [, indent = '', rest = ''] = /^([ \t]*)(.*)$/s.exec(line) ?? [];
  const shown = '&nbsp;'.repeat(Math.min(indent.length, 12)) + prose(rest, Number.POSITIVE_INFINITY);
  return rest === '' ? '' : `${shown}${next === undefined || next.trim() === '' ? '' : '<br>'}`;
}

/** A fenced block that the text cannot close. */
export function fenced(text: string, language: string): string {
  const fence = '`'.repeat(Math.max(3, longestBackticks(text) + 1));
  return `${fence}${language}\n${displayLines(text)}\n${fence}`;
}

/** The line below a list that was cut; nothing when it is whole. */
export function more(count: number, what: string): readonly string[] {
  return count > 0
    ? [`… and ${plural(count, `more ${what}`)}; see \`report.json\` and \`changes.json\`.`]
    : [];
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A zero-width space: GitHub looks for mentions and references after Markdown is done, where escapes are gone. */
const BREAK = '&#8203;';
const ACTIVE = /:(?=\/\/|[\w+-]+:)|[\\`*_[\]<>#|~&$@]/g;
/** What GitHub makes a link when the name of a commit begins with it: from seven digits on. */
const COMMIT = /(?<![0-9a-z])[0-9a-f]{7,64}(?![0-9a-z])/gi;
const DISARMED: Readonly<Record<string, string>> = {
  ':': `:${BREAK}`,
  '@': `@${BREAK}`,
  '#': `\\#${BREAK}`,
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
};

function escapedLine(text: string): string {
  return displayOnPage(text.replaceAll('\\', '\\\\'));
}

function span(text: string): string {
  if (text.trim() === '') return '(empty)';
  const fence = '`'.repeat(longestBackticks(text) + 1);
  const pad = /^`|`$|^ .* $/.test(text) ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

function longestBackticks(text: string): number {
  let longest = 0;
  for (const run of text.matchAll(/`+/g)) longest = Math.max(longest, run[0].length);
  return longest;
}
