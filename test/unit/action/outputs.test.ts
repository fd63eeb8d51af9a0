import { describe, expect, it } from 'vitest';
import { fitJson, fitOutput } from '../../../src/action/output-size.js';
import { outputsOf, outputsOfSkip } from '../../../src/action/outputs.js';
import { OUTPUTS } from '../../../src/config/outputs.js';
import type { Report } from '../../../src/report/report.js';

const REPORT: Report = {
  schema: 'cagent.report/1',
  runId: '20261122-101530-k3f9q2',
  conclusion: 'failure',
  exitCode: 3,
  startedAt: '2026-11-22T10:15:30.000Z',
  durationMs: 61_234,
  phases: {},
  agent: { name: 'command', usage: {} },
  image: { ref: 'node:24' },
  workspace: { mode: 'overlay', files: 1, hidden: [], secretsFound: 2, findings: [] },
  egress: { allowed: 4, blocked: 5, audited: 0, bytesOut: 0, bytesIn: 0, hosts: [] },
  changes: { files: 6, added: 0, deleted: 0, patchBytes: 0, rejected: [], sensitive: [] },
  limits: { hit: [] },
  resources: {},
  notices: [],
  secretsPassed: [],
};

describe('outputs', () => {
  const outputs = outputsOf(REPORT, '/run');

  it('say how the run ended and where everything is', () => {
    expect(outputs).toEqual({
      conclusion: 'failure',
      'exit-code': '3',
      'final-message': '',
      'structured-output': '',
      'session-id': '',
      'total-cost-usd': '',
      'input-tokens': '',
      'output-tokens': '',
      'cache-read-tokens': '',
      'cache-write-tokens': '',
      'patch-file': '/run/changes.patch',
      'patch-sha256': '',
      'report-file': '/run/report.json',
      'egress-report': '/run/egress.jsonl',
      'egress-allowed-count': '4',
      'egress-blocked-count': '5',
      'changed-files': '6',
      'secrets-detected': '2',
      'run-directory': '/run',
      'execution-time': '61.2',
    });
  });

  it('are those that action.yml promises; addresses follow later', () => {
    const later = ['artifact-url', 'comment-url', 'review-url', 'skip-reason'];
    expect([...Object.keys(outputs), ...later].sort()).toEqual(Object.keys(OUTPUTS).sort());
  });

  it('tell what the agent said, handed over and cost', () => {
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 3,
      cacheWriteTokens: 4,
      costUsd: 0.0421,
    };
    const agent = {
      ...REPORT.agent,
      usage,
      finalMessage: 'Done.',
      structuredOutput: { ok: true },
      sessionId: 's-1',
    };
    expect(outputsOf({ ...REPORT, agent }, '/run')).toMatchObject({
      'final-message': 'Done.',
      'structured-output': '{"ok":true}',
      'session-id': 's-1',
      'total-cost-usd': '0.0421',
      'input-tokens': '1',
      'output-tokens': '2',
      'cache-read-tokens': '3',
      'cache-write-tokens': '4',
    });
  });

  it('are short whatever a defined agent calls its session', () => {
    const agent = { ...REPORT.agent, finalMessage: 'x'.repeat(200_000), sessionId: 'x'.repeat(200_000) };
    const texts = Object.values(outputsOf({ ...REPORT, agent }, '/run'));
    expect(texts.filter((text) => Buffer.byteLength(text) > 100 * 1024)).toEqual([]);
  });

  it('a run that was not to be is told as skipped, with the reason', () => {
    expect(outputsOfSkip('because')).toEqual({
      conclusion: 'skipped',
      'exit-code': '0',
      'skip-reason': 'because',
    });
  });
});

describe('the size of an output', () => {
  it('is one that a later step can take as a variable, and what was cut is told', () => {
    for (const letter of ['x', 'é', '€', '😀']) {
      const cut = fitOutput(letter.repeat(200_000), '/run/report.json');
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(100 * 1024);
      expect(Buffer.byteLength(cut)).toBeGreaterThan(100 * 1024 - 8);
      expect(cut).toMatch(/… cut here, .* in all; the whole is in \/run\/report\.json$/);
      expect(cut).not.toContain('\ufffd');
    }
  });

  it('of what fits is left alone', () => {
    expect(fitOutput('€'.repeat(1_000), '/r')).toBe('€'.repeat(1_000));
    expect(fitJson({ a: 1 })).toBe('{"a":1}');
  });

  it('of JSON is never cut to something that is no JSON', () => {
    expect(fitJson({ text: 'x'.repeat(200_000) })).toBe('');
    expect(fitJson(undefined)).toBe('');
  });
});
