import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../engine/run-host.js';
import { type Review, readReview } from '../publish/review/review.js';

/** Where a command leaves its review, in the scratch of its workspace. */
export const REVIEW_FILE = 'review.json';

/** No honest review is longer. */
const MOST_BYTES = 4 * 2 ** 20;

/** What the agent handed over as its review: the answer of a known agent, or a file that a command left. */
export function reviewOfRun({
  report,
  runDirectory,
}: Pick<RunResult, 'report' | 'runDirectory'>): { readonly review: Review } | { readonly problem: string } {
  if (report.agent.structuredOutput !== undefined) return readReview(report.agent.structuredOutput);
  if (report.agent.name !== 'command') return { problem: 'it gave no structured answer' };
  const text = contentOf(join(runDirectory, 'scratch', REVIEW_FILE));
  if (text === undefined) return { problem: `there is no file .agent-scratch/${REVIEW_FILE}` };
  try {
    return readReview(JSON.parse(text));
  } catch {
    return { problem: `.agent-scratch/${REVIEW_FILE} is not JSON` };
  }
}

/** Only a regular file: a link that the agent left could lead to any file of the runner. */
function contentOf(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(descriptor, 'utf8') : undefined;
  } finally {
    closeSync(descriptor);
  }
}
