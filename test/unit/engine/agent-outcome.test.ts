import { describe, expect, it } from 'vitest';
import type { ModelTraffic } from '../../../src/core/model-endpoint.js';
import { agentOutcome } from '../../../src/engine/agent-outcome.js';
import { createTranscript } from '../../../src/engine/agent-transcript.js';
import { concludeRun } from '../../../src/engine/conclusion.js';

const TRAFFIC: ModelTraffic = {
  provider: 'anthropic',
  requests: 3,
  failed: 0,
  lastStatus: 200,
  model: 'claude-seen',
  inputTokens: 100,
  outputTokens: 20,
  cacheReadTokens: 5,
  cacheWriteTokens: 6,
  uncounted: 0,
};
const SUCCESS = `${JSON.stringify({ type: 'result', subtype: 'success', is_error: false, num_turns: 2, total_cost_usd: 0.5, usage: { input_tokens: 1 } })}\n`;
const claude = { name: 'claude', exitCode: 0, stdout: SUCCESS, stderr: '', traffic: TRAFFIC };
const never = new AbortController().signal;
const end = (exitCode: number) =>
  ({ exitCode, cause: 'exited', limitsHit: [], resources: {}, startError: undefined }) as const;

describe('the outcome of an agent', () => {
  it('has the tokens and the model that the broker saw, and the cost and turns that the agent tells', () => {
    expect(agentOutcome(claude)).toMatchObject({
      failure: undefined,
      model: 'claude-seen',
      usage: {
        inputTokens: 100,
        outputTokens: 20,
        cacheReadTokens: 5,
        cacheWriteTokens: 6,
        costUsd: 0.5,
        turns: 2,
      },
    });
  });

  it('has the tokens that the agent tells when the answers told none, and says that the sum is too low', () => {
    const traffic = {
      ...TRAFFIC,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      uncounted: 3,
    };
    const { usage, notices } = agentOutcome({ ...claude, traffic });
    expect(usage).toEqual({ inputTokens: 1, costUsd: 0.5, turns: 2 });
    expect(notices.join(' ')).toContain('3 answer(s)');
  });

  it('is a failure when the key was refused at the end, whatever the agent says', () => {
    const refused = { ...TRAFFIC, keyRefused: true, lastStatus: 400 } as const;
    expect(agentOutcome({ ...claude, traffic: refused }).failure).toBe(
      'Claude Code: the model provider refused the key',
    );
    expect(agentOutcome({ ...claude, traffic: { ...refused, lastStatus: 200 } }).failure).toBeUndefined();
  });

  it('names the bound that was reached', () => {
    expect(agentOutcome({ ...claude, traffic: { ...TRAFFIC, exhausted: 'max-tokens' } }).limitsHit).toEqual([
      'max-tokens',
    ]);
  });

  it('of a command is its exit code alone', () => {
    expect(agentOutcome({ ...claude, name: 'command', stdout: '', traffic: undefined })).toMatchObject({
      failure: undefined,
      usage: {},
      notices: [],
    });
  });
});

describe('the conclusion', () => {
  it.each([
    [0, undefined, 'success', 0],
    [0, 'it failed', 'failure', 1],
    [3, undefined, 'failure', 3],
    [3, 'it failed', 'failure', 3],
  ] as const)('exit code %d and %s give %s and %d', (own, failure, conclusion, exitCode) => {
    expect(concludeRun(end(own), undefined, never, failure)).toEqual({ conclusion, exitCode });
  });
});

describe('the transcript', () => {
  it('is all of a short output', () => {
    const transcript = createTranscript(10, 10);
    for (const text of ['one\n', 'two\n', 'three\n']) transcript.add(Buffer.from(text));
    expect(transcript.text()).toBe('one\ntwo\nthree\n');
  });

  it('is the beginning and the end of a long one, without cut lines', () => {
    const transcript = createTranscript(20, 50);
    for (let line = 0; line < 1_000; line++) transcript.add(Buffer.from(`line ${line}\n`));
    const lines = transcript.text().split('\n').filter(Boolean);
    expect(lines[0]).toBe('line 0');
    expect(lines.at(-1)).toBe('line 999');
    expect(lines.every((line) => /^line \d+$/.test(line))).toBe(true);
    expect(lines.length).toBeLessThan(20);
  });
});
