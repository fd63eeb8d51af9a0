import { shortHash } from '../comment-marker.js';
import { type DiffLines, diffLines } from './diff-lines.js';
import { type Finding, type Review, SEVERITIES } from './review.js';

/** Where a finding can be shown: below lines of the diff. */
export interface InlineFinding {
  readonly finding: Finding;
  readonly prints: readonly string[];
  readonly side: 'LEFT' | 'RIGHT';
  readonly line: number;
  /** For several lines of one hunk. */
  readonly startLine: number | undefined;
}

export interface ReviewPlan {
  readonly summary: string;
  readonly verdict: Review['verdict'];
  readonly inline: readonly InlineFinding[];
  /** Findings that have no place in the diff, or are too many; worst first. */
  readonly others: readonly { readonly finding: Finding; readonly prints: readonly string[] }[];
  /** How many were left out because an earlier review has them. */
  readonly known: number;
}

/** GitHub's limits against floods set in somewhere above this, and so does the reader's. */
export const MOST_INLINE = 30;
/** Shorter lines, such as a closing brace, are on every page. */
const SHORTEST_PLACE = 6;

export interface ChangedFileOfDiff {
  readonly path: string;
  /** Absent for a binary file and for one that is too large for GitHub to show. */
  readonly patch?: string | undefined;
}

/**
 * Puts each finding where it belongs. Pure.
 * @param files the files of the pull request's diff; none when its commits are not those that were reviewed
 * @param known prints of findings in earlier reviews
 */
export function planReview(
  review: Review,
  files: readonly ChangedFileOfDiff[],
  known: ReadonlySet<string>,
): ReviewPlan {
  const diffs = new Map(files.map(({ path, patch }) => [path, diffLines(patch ?? '')] as const));
  const words = new Set<string>();
  const inline: InlineFinding[] = [];
  const others: { finding: Finding; prints: readonly string[] }[] = [];
  let repeated = 0;
  for (const finding of worstFirst(review.findings)) {
    const diff = diffs.get(finding.path);
    const prints = printsOf(finding, diff);
    // In one review only the same words count: a line may have two things wrong.
    if (prints.some((print) => known.has(print)) || words.has(prints[0])) {
      repeated += 1;
      continue;
    }
    words.add(prints[0]);
    const place = inline.length < MOST_INLINE && diff !== undefined ? placeOf(finding, diff) : undefined;
    if (place === undefined) others.push({ finding, prints });
    else inline.push({ finding, prints, ...place });
  }
  return { summary: review.summary, verdict: review.verdict, inline, others, known: repeated };
}

function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

/**
 * What makes two findings the same: file and words, or file and text of the line, since models choose other words
 * each time and lines move.
 */
function printsOf(
  { path, title, line, side }: Finding,
  diff: DiffLines | undefined,
): readonly [string, ...string[]] {
  const words = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  const text = side === 'new' && line !== null ? (diff?.text.get(line)?.trim() ?? '') : '';
  return [
    shortHash(['words', path, words]),
    ...(text.length < SHORTEST_PLACE ? [] : [shortHash(['line', path, text])]),
  ];
}

function placeOf(
  { line, startLine, side }: Finding,
  diff: DiffLines,
): Pick<InlineFinding, 'side' | 'line' | 'startLine'> | undefined {
  if (line === null) return undefined;
  const shown = side === 'new' ? diff.newLines : diff.oldLines;
  const hunk = shown.get(line);
  if (hunk === undefined) return undefined;
  const several = startLine !== null && startLine < line && shown.get(startLine) === hunk;
  return { side: side === 'new' ? 'RIGHT' : 'LEFT', line, startLine: several ? startLine : undefined };
}
