import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reviewOfRun } from '../../../src/action/review-of-run.js';
import { sampleReport } from '../report/samples.js';

const REVIEW = { summary: 'Fine.', verdict: 'comment', findings: [] };
const sample = sampleReport();
const COMMAND = { ...sample, agent: { name: 'command', usage: {} } };

let runDirectory: string;
let file: string;

beforeEach(() => {
  runDirectory = mkdtempSync(join(tmpdir(), 'review-of-run-'));
  mkdirSync(join(runDirectory, 'scratch'));
  file = join(runDirectory, 'scratch/review.json');
});
afterEach(() => rmSync(runDirectory, { recursive: true }));

describe('the review of a run', () => {
  it('is the structured answer of a known agent', () => {
    const report = { ...sample, agent: { ...sample.agent, structuredOutput: REVIEW } };
    expect(reviewOfRun({ report, runDirectory })).toEqual({ review: REVIEW });
  });

  it('is the file that a command left', () => {
    writeFileSync(file, JSON.stringify(REVIEW));
    expect(reviewOfRun({ report: COMMAND, runDirectory })).toEqual({ review: REVIEW });
  });

  it('of a known agent is never a file, which the code under review could have left', () => {
    writeFileSync(file, JSON.stringify(REVIEW));
    const { structuredOutput: _, ...agent } = sample.agent;
    expect(reviewOfRun({ report: { ...sample, agent }, runDirectory })).toEqual({
      problem: 'it gave no structured answer',
    });
  });

  it.each<[string, () => void, string]>([
    ['nothing', () => {}, 'there is no file'],
    ['text', () => writeFileSync(file, 'LGTM'), 'not JSON'],
    ['another form', () => writeFileSync(file, '{}'), 'summary'],
    ['a directory', () => mkdirSync(file), 'there is no file'],
    ['a very large file', () => writeFileSync(file, ' '.repeat(5 * 2 ** 20)), 'there is no file'],
    ['a pipe', () => execFileSync('mkfifo', [file]), 'there is no file'],
    [
      'a link to a file of the runner',
      () => {
        writeFileSync(join(runDirectory, 'secret.json'), JSON.stringify(REVIEW));
        symlinkSync('../secret.json', file);
      },
      'there is no file',
    ],
  ])('is none when a command left %s', (_, leave, problem) => {
    leave();
    expect(reviewOfRun({ report: COMMAND, runDirectory })).toEqual({
      problem: expect.stringContaining(problem),
    });
  });
});
