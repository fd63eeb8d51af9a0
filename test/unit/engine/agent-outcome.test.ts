import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import type { ModelTraffic } from '../../../src/core/model-endpoint.js';
import { type AgentEvidence, agentOutcome } from '../../../src/engine/agent-outcome.js';
import { createTranscript } from '../../../src/engine/agent-transcript.js';
import { concludeRun } from '../../../src/engine/conclusion.js';
import { AGENT_OUTCOMES, type AgentOutcomeKind } from '../../../src/report/report.js';
import type { AgentEnd } from '../../../src/sandbox/agent-run.js';

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
const never = new AbortController().signal;
const end = (exitCode: number, more: Partial<AgentEnd> = {}): AgentEnd => ({
  exitCode,
  cause: 'exited',
  limitsHit: [],
  resources: {},
  startError: undefined,
  ...more,
});
const claude: AgentEvidence = {
  agent: KNOWN_AGENTS.claude,
  end: end(0),
  stdout: SUCCESS,
  stderr: '',
  traffic: TRAFFIC,
  mode: 'overlay',
  leftSomething: true,
};
const said = (fields: object): string =>
  `${JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'Done.', session_id: 's1', ...fields })}\n`;

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
      'Claude Code: the model provider refused the key (ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN)',
    );
    expect(agentOutcome({ ...claude, traffic: { ...refused, lastStatus: 200 } }).failure).toBeUndefined();
  });

  it('names the bound that was reached', () => {
    const traffic = { ...TRAFFIC, exhausted: 'max-tokens' } as const;
    expect(agentOutcome({ ...claude, traffic }).limitsHit).toEqual(['max-tokens']);
    expect(agentOutcome({ ...claude, stdout: said({ is_error: true }), traffic }).failure).toBe(
      'Claude Code: the budget of this run is used up (max-tokens)',
    );
  });

  it('says that the model never answered when the agent tried until its time was over', () => {
    const late = { ...claude, end: end(124, { cause: 'timeout', limitsHit: ['timeout'] }) };
    const traffic = { ...TRAFFIC, requests: 7, failed: 7, lastStatus: 502 };
    expect(agentOutcome({ ...late, traffic }).notices).toEqual([
      'No request of Claude Code to its model was answered: 7 were sent, and the last one ended with HTTP 502.',
    ]);
    expect(agentOutcome({ ...late, traffic: { ...traffic, failed: 6 } }).notices).toEqual([]);
  });

  it('of a command is its exit code alone', () => {
    expect(agentOutcome({ ...claude, agent: undefined, stdout: '', traffic: undefined })).toMatchObject({
      failure: undefined,
      usage: {},
      notices: [],
    });
  });
});

describe('the kind of the outcome', () => {
  const kindOf = (evidence: Partial<AgentEvidence>) =>
    agentOutcome({ ...claude, ...evidence }).words.outcome.kind;
  const failed = said({ is_error: true, result: 'API Error: 529' });

  it.each([
    ['work that was done', {}, 'done'],
    ['no change', { leftSomething: false }, 'nothing-changed'],
    ['neither a request nor a change', { leftSomething: false, traffic: undefined }, 'nothing-done'],
    [
      'refused tools and no change',
      { leftSomething: false, stdout: said({ permission_denials: [{}] }) },
      'tools-denied',
    ],
    [
      'refused tools in a workspace to read',
      { leftSomething: false, mode: 'read-only', stdout: said({ permission_denials: [{}] }) },
      'nothing-changed',
    ],
    ['refused tools and a change all the same', { stdout: said({ permission_denials: [{}] }) }, 'done'],
    ['an error of the model', { stdout: failed }, 'api-error'],
    [
      'an error that only the broker saw for what it was',
      { stdout: said({ subtype: 'error_during_execution' }), traffic: { ...TRAFFIC, lastStatus: 529 } },
      'api-error',
    ],
    [
      'a refused key',
      { stdout: failed, traffic: { ...TRAFFIC, keyRefused: true, lastStatus: 400 } },
      'refused-key',
    ],
    ['a budget', { stdout: failed, traffic: { ...TRAFFIC, exhausted: 'max-requests' } }, 'budget'],
    ['the end of its turns', { stdout: said({ subtype: 'error_max_turns' }) }, 'agent-limit'],
    ['an end without a result', { stdout: '' }, 'no-result'],
    ['an exit code', { end: end(3) }, 'failed'],
    ['a program that is not there', { end: end(127, { startError: 'not found' }) }, 'not-started'],
    ['a program that the init process could not find', { agent: undefined, end: end(127) }, 'not-started'],
    [
      'a known agent that is not in the image',
      { end: end(127), stdout: '', traffic: undefined },
      'not-started',
    ],
    ['a known agent that ends with 127 after its work began', { end: end(127), stdout: '' }, 'no-result'],
    ['the time limit', { end: end(124, { cause: 'timeout', limitsHit: ['timeout'] }) }, 'timeout'],
    ['silence', { end: end(124, { cause: 'timeout', limitsHit: ['idle-timeout'] }) }, 'idle'],
    ['a limit', { end: end(137, { cause: 'limit', limitsHit: ['memory'] }) }, 'limit'],
    ['an end by the user', { end: end(130, { cause: 'cancelled' }) }, 'cancelled'],
    ['a command that fails', { agent: undefined, end: end(2) }, 'failed'],
    ['a command that changes nothing', { agent: undefined, leftSomething: false }, 'nothing-changed'],
  ] as const satisfies readonly (readonly [string, Partial<AgentEvidence>, AgentOutcomeKind])[])(
    'of %s',
    (_, evidence, kind) => {
      expect(kindOf(evidence)).toBe(kind);
    },
  );

  it('is one that the published schema knows, and the schema knows no other', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../../docs/schemas/cagent.report.schema.json', import.meta.url), 'utf8'),
    );
    expect(schema.$defs.agentOutcome.enum).toEqual(AGENT_OUTCOMES);
  });

  it('comes with the last words and the session of the agent, which may be long', () => {
    const long = agentOutcome({ ...claude, stdout: said({ result: 'x'.repeat(200_000) }) }).words;
    expect(long).toMatchObject({ sessionId: 's1', outcome: { message: 'Claude Code: it finished' } });
    expect(long.finalMessage).toHaveLength(100_000);
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
