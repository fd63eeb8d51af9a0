import { displayLines } from '../../core/display-text.js';
import { code, fenced, paragraphs, prose } from '../../report/markdown-text.js';
import { plural } from '../../report/wording.js';
import { commentMarker, printsMarker } from '../comment-marker.js';
import type { RunLinks } from '../run-links.js';
import type { InlineFinding, ReviewPlan } from './plan-review.js';
import type { Finding, Review } from './review.js';

/** The texts of a review. Everything from the agent is shown, never acted on. */

/** GitHub takes 65,536 characters; a reader takes far fewer. */
const LONGEST_INLINE = 8_000;
const LONGEST_BODY = 60_000;
const LONGEST_SUMMARY = 6_000;

const VERDICTS: Readonly<Record<Review['verdict'], string>> = {
  approve: '✅ cagent: nothing against it',
  comment: '💬 cagent: comments',
  'request-changes': '🛑 cagent: changes needed',
};

const SEVERITY_WORDS: Readonly<Record<Finding['severity'], string>> = {
  critical: '🔴 Critical',
  major: '🟠 Major',
  minor: '🟡 Minor',
  info: '🔵 Info',
};

/** The comment below lines of the diff. */
export function inlineText({ finding, prints, side, startLine }: InlineFinding, key: string): string {
  // A suggestion replaces the lines that the comment is about, so these must be the ones that were meant.
  const replaces = side === 'RIGHT' && (finding.startLine === null || startLine === finding.startLine);
  const sections = [
    `${printsMarker(key, prints)}\n**${SEVERITY_WORDS[finding.severity]}** ${prose(finding.title)}`,
    ...(finding.body === null ? [] : [paragraphs(finding.body, LONGEST_INLINE)]),
    ...suggestion(finding, replaces),
  ];
  return sections.join('\n\n');
}

export interface ReviewFrame {
  /** See `commentKey`. */
  readonly key: string;
  readonly agent: string;
  readonly links: RunLinks;
  /** Why no finding is shown on its line, where that is so for all. One sentence. */
  readonly remark?: string | undefined;
}

/** The text at the head of the review, with the findings that have no place in the diff. */
export function reviewText(plan: ReviewPlan, { key, agent, links, remark }: ReviewFrame): string {
  const { verdict, summary, others, known } = plan;
  const head = [
    [
      commentMarker('review', key),
      printsMarker(
        key,
        others.flatMap(({ prints }) => prints),
      ),
    ].join('\n'),
    `### ${VERDICTS[verdict]} · ${prose(agent, 80)}`,
    ...(summary.trim() === '' ? [] : [paragraphs(summary, LONGEST_SUMMARY)]),
    ...(remark === undefined ? [] : [remark]),
  ];
  const foot = [
    ...(known === 0 ? [] : [`${plural(known, 'finding')} of earlier reviews not repeated.`]),
    ...(links.run === '' ? [] : [`<sub>[Workflow run](${links.run})</sub>`]),
  ];
  const room = LONGEST_BODY - [...head, ...foot].join('\n\n').length;
  return `${[...head, ...otherFindings(others, room), ...foot].join('\n\n')}\n`;
}

function otherFindings(others: ReviewPlan['others'], room: number): readonly string[] {
  if (others.length === 0) return [];
  const shown: string[] = [];
  let length = 0;
  for (const { finding } of others) {
    const text = otherText(finding);
    length += text.length + 2;
    if (length > room - 200) break;
    shown.push(text);
  }
  const rest = others.length - shown.length;
  const more = rest > 0 ? [`… and ${plural(rest, 'more finding')}; see \`report.json\`.`] : [];
  return ['#### Outside of the diff', ...shown, ...more];
}

function otherText(finding: Finding): string {
  const { path, line, startLine, side, severity, title, body } = finding;
  const lines = line === null ? '' : `:${startLine === null ? '' : `${startLine}-`}${line}`;
  const place = code(`${path}${lines}${side === 'old' ? ' (before)' : ''}`);
  const sections = [
    `**${SEVERITY_WORDS[severity]}** ${place} ${prose(title)}`,
    ...(body === null ? [] : [paragraphs(body, 1_000)]),
    ...suggestion(finding, false),
  ];
  return sections.join('\n\n');
}

/** What cannot be seen must not get into a file by one click: such a text is shown instead of offered. */
function suggestion({ suggestion: text }: Finding, replaces: boolean): readonly string[] {
  if (text === null || text.length > LONGEST_INLINE) return [];
  const lines = text.replaceAll('\r\n', '\n').replace(/\n$/, '');
  return replaces && displayLines(lines) === lines
    ? [fenced(lines, 'suggestion')]
    : ['Proposed instead:', fenced(lines, '')];
}
