import type { Changes } from '../changes/changes.js';
import { formatDuration } from '../core/duration.js';
import { ERROR_CATALOGUE, type ErrorCode } from '../core/error-catalogue.js';
import { codeCell, prose, table } from '../report/markdown-text.js';
import type { Conclusion, Report } from '../report/report.js';
import { agentWords, changedFiles, MARK, needsCloseLook } from '../report/summary-markdown.js';
import { networkSections, type SummaryCut } from '../report/summary-network.js';
import { egressWords, groupDigits, outcomeSentence, plural, usageWords } from '../report/wording.js';
import { commentMarker } from './comment-marker.js';
import type { RunLinks } from './run-links.js';

/** GitHub takes 65,536 characters in a comment. */
const LONGEST = 60_000;

const CUTS: readonly SummaryCut[] = [
  { rows: 20, items: 10, words: 4_000 },
  { rows: 5, items: 5, words: 1_000 },
  { rows: 2, items: 2, words: 200 },
];

export interface CommentContent {
  /** See `commentKey`. */
  readonly key: string;
  /** The agent, and what tells its job from others. */
  readonly title: string;
  readonly report: Report;
  readonly changes: Changes | undefined;
  readonly links: RunLinks;
  /** What the agent said last. */
  readonly finalMessage: string | undefined;
}

/**
 * The comment that is kept on a pull request: outcome, changes, what was blocked, cost, links. Short enough for
 * GitHub. Everything from the agent or the repository is shown, never acted on: no link, image, mention or reference
 * in it is of their making.
 */
export function renderComment(content: CommentContent): string {
  let body = '';
  for (const cut of CUTS) {
    body = renderCut(content, cut);
    if (body.length <= LONGEST) break;
  }
  return body;
}

function renderCut(
  { key, title, report, changes, links, finalMessage }: CommentContent,
  cut: SummaryCut,
): string {
  const sections = [
    heading(key, report.conclusion, title),
    `${outcomeSentence(report)}.${failure(report)}`,
    facts(report),
    ...agentWords(finalMessage, cut),
    ...changedFiles(report, changes, cut),
    ...needsCloseLook(report, cut),
    ...networkSections(report.egress, cut),
    ...footer(links, report.runId),
  ];
  return `${sections.join('\n\n')}\n`;
}

export interface UnfinishedContent extends Pick<CommentContent, 'key' | 'title' | 'links'> {
  /**
   * What kept cagent from running the agent; `undefined` when the step was cut off. The code alone: a message may quote
   * a secret that stands in the wrong place, and what the runner masks in its log nobody masks in a comment.
   */
  readonly error?: ErrorCode | undefined;
}

/** The same comment after a step that has no report, so that it does not go on telling how an earlier run ended. */
export function renderUnfinished({ key, title, links, error }: UnfinishedContent): string {
  const sections = [
    heading(key, error === undefined ? 'cancelled' : 'error', title),
    error === undefined
      ? 'The step was cut off before it could report. Nothing is known of what the agent did.'
      : `cagent could not run the agent: ${codeCell(error)}. ${ERROR_CATALOGUE[error].meaning} The log of the step says more.`,
    ...footer(links, ''),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** In one paragraph with the marker: GitHub shows an empty one for a comment alone. */
function heading(key: string, conclusion: Conclusion, title: string): string {
  return `${commentMarker('comment', key)}\n### ${MARK[conclusion]} cagent: ${conclusion} · ${prose(title, 120)}`;
}

function failure({ error }: Report): string {
  return error === undefined ? '' : ` ${codeCell(error.code)} ${prose(error.message)}`;
}

function facts(report: Report): string {
  const { agent, changes } = report;
  const model = agent.model === undefined ? [] : [codeCell(agent.model, 80)];
  const usage = [...model, ...usageWords(agent.usage)];
  const rows: readonly (readonly [string, string])[] = [
    [
      'Changes',
      `${plural(changes.files, 'file')}, +${groupDigits(changes.added)} −${groupDigits(changes.deleted)}`,
    ],
    ['Network', egressWords(report)],
    ...(usage.length === 0 ? [] : [['Model', usage.join(' · ')] as const]),
    ['Time', formatDuration(report.durationMs)],
  ];
  return table(['', ''], rows);
}

function footer({ run, artifact }: RunLinks, runId: string): readonly string[] {
  const links = [
    ...(run === '' ? [] : [`[Workflow run](${run})`]),
    ...(artifact === '' ? [] : [`[Patch, report and logs](${artifact})`]),
    ...(runId === '' ? [] : [codeCell(runId)]),
  ];
  return links.length === 0 ? [] : [`<sub>${links.join(' · ')}</sub>`];
}
