import { describe, expect, it } from 'vitest';
import type { AgentOutput } from '../../../src/agents/agent.js';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import type { KnownAgentName } from '../../../src/config/agent-names.js';
import type { ModelTraffic } from '../../../src/core/model-endpoint.js';

const TRAFFIC: ModelTraffic = {
  provider: 'openai',
  requests: 2,
  failed: 0,
  lastStatus: 200,
  inputTokens: 1,
  outputTokens: 1,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  uncounted: 0,
};

function read(name: KnownAgentName, lines: readonly object[] | string, more: Partial<AgentOutput> = {}) {
  const stdout =
    typeof lines === 'string' ? lines : lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  return KNOWN_AGENTS[name].readOutput({ stdout, stderr: '', exitCode: 0, traffic: TRAFFIC, ...more });
}

const CLAUDE = {
  start: {
    type: 'system',
    subtype: 'init',
    session_id: 's1',
    model: 'claude-x',
    claude_code_version: '2.1.330',
  },
  result: {
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: 'Done.',
    session_id: 's1',
    num_turns: 3,
    total_cost_usd: 0.25,
    usage: {
      input_tokens: 10,
      output_tokens: 20,
      cache_read_input_tokens: 30,
      cache_creation_input_tokens: 40,
    },
    permission_denials: [],
  },
};

describe('claude', () => {
  it('tells message, session, version, model and usage', () => {
    expect(read('claude', [CLAUDE.start, CLAUDE.result])).toEqual({
      failure: undefined,
      finalMessage: 'Done.',
      sessionId: 's1',
      version: '2.1.330',
      model: 'claude-x',
      usage: {
        inputTokens: 10,
        outputTokens: 20,
        cacheReadTokens: 30,
        cacheWriteTokens: 40,
        costUsd: 0.25,
        turns: 3,
      },
      notices: [],
    });
  });

  it.each([
    [
      'an API error that calls itself a success',
      { is_error: true, result: 'API Error: 529' },
      'it reported an error: API Error: 529',
      'api-error',
    ],
    [
      'the end of its turns',
      { subtype: 'error_max_turns', is_error: true, result: undefined },
      'it ended with error_max_turns',
      'agent-limit',
    ],
    [
      'the end of its budget',
      { subtype: 'error_max_budget_usd', result: undefined, errors: ['spent'] },
      'it ended with error_max_budget_usd: spent',
      'agent-limit',
    ],
    [
      'an interruption with exit code 0',
      { subtype: 'error_during_execution', is_error: true, result: undefined },
      'it ended with error_during_execution',
      'failed',
    ],
  ])('%s is a failure of its kind', (_, changes, reason, kind) => {
    expect(read('claude', [CLAUDE.start, { ...CLAUDE.result, ...changes }]).failure).toEqual({
      kind,
      reason,
    });
  });

  it('an end without a result is a failure', () => {
    expect(read('claude', [CLAUDE.start]).failure?.reason).toBe('it ended without a result');
    expect(read('claude', '').failure?.reason).toBe('it ended without a result');
  });

  it('denied tools are counted', () => {
    const denied = { ...CLAUDE.result, permission_denials: [{ tool_name: 'Write' }, { tool_name: 'Bash' }] };
    expect(read('claude', [denied])).toMatchObject({
      failure: undefined,
      deniedTools: 2,
    });
  });
});

describe('codex', () => {
  const start = { type: 'thread.started', thread_id: 't1' };
  const message = { type: 'item.completed', item: { type: 'agent_message', text: 'Done.' } };
  const turn = {
    type: 'turn.completed',
    usage: { input_tokens: 100, cached_input_tokens: 40, output_tokens: 20 },
  };

  it('tells message, session and usage, cached input apart', () => {
    expect(read('codex', [start, message, turn, turn])).toMatchObject({
      failure: undefined,
      finalMessage: 'Done.',
      sessionId: 't1',
      usage: { inputTokens: 120, cacheReadTokens: 80, outputTokens: 40, turns: 2 },
    });
  });

  it.each([
    [
      'a failed turn',
      [start, { type: 'turn.failed', error: { message: 'stream cut' } }],
      'its turn failed: stream cut',
      'api-error',
    ],
    [
      'an error before a turn ends',
      [start, { type: 'error', message: 'no network' }],
      'it ended before its turn was complete: no network',
      'api-error',
    ],
    ['nothing', [], 'it ended before its turn was complete', 'no-result'],
  ])('%s is a failure of its kind', (_, lines, reason, kind) => {
    expect(read('codex', lines).failure).toEqual({ kind, reason });
  });

  it('an error that it got over is none', () => {
    expect(
      read('codex', [start, { type: 'error', message: 'Reconnecting... 1/5' }, message, turn]).failure,
    ).toBeUndefined();
  });
});

describe('gemini', () => {
  const start = { type: 'init', session_id: 'g1', model: 'auto' };
  const words = { type: 'message', role: 'assistant', content: 'Do', delta: true };
  const result = {
    type: 'result',
    status: 'success',
    stats: { input_tokens: 100, output_tokens: 20, cached: 30 },
  };

  it('tells message, session and usage', () => {
    expect(
      read('gemini', [
        start,
        { type: 'message', role: 'user', content: 'no' },
        words,
        { ...words, content: 'ne.' },
        result,
      ]),
    ).toMatchObject({
      failure: undefined,
      finalMessage: 'Done.',
      sessionId: 'g1',
      usage: { inputTokens: 70, outputTokens: 20, cacheReadTokens: 30 },
    });
  });

  it.each([
    [
      'an error in the result',
      [{ type: 'result', status: 'error', error: { message: 'quota' } }],
      '',
      1,
      'it reported an error: quota',
      'api-error',
    ],
    [
      'an error on standard error',
      [start],
      '{"session_id":"g1","error":{"type":"Error","message":"bad","code":41}}',
      41,
      'it ended without a result: bad',
      'failed',
    ],
    [
      'an exit code of its own',
      [],
      '',
      55,
      'it ended without a result: it does not trust the directory',
      'failed',
    ],
    [
      'the end of its turns',
      [],
      '',
      53,
      'it ended without a result: the limit of turns was reached',
      'agent-limit',
    ],
    ['nothing', [], '', 1, 'it ended without a result', 'no-result'],
  ])('%s is a failure of its kind', (_, lines, stderr, exitCode, reason, kind) => {
    expect(read('gemini', lines, { stderr, exitCode }).failure).toEqual({ kind, reason });
  });
});

describe('opencode', () => {
  const step = {
    type: 'step_finish',
    sessionID: 'o1',
    part: { cost: 0, tokens: { input: 10, output: 5, reasoning: 1, cache: { read: 2, write: 3 } } },
  };
  const text = { type: 'text', sessionID: 'o1', part: { text: 'Done.' } };

  it('sums its steps', () => {
    expect(read('opencode', [step, text, step])).toMatchObject({
      failure: undefined,
      finalMessage: 'Done.',
      sessionId: 'o1',
      usage: { inputTokens: 20, outputTokens: 12, cacheReadTokens: 4, cacheWriteTokens: 6, turns: 2 },
    });
    expect(read('opencode', [step]).usage.costUsd).toBeUndefined();
  });

  it('an error at the end, or no step at all, is a failure', () => {
    const error = { type: 'error', error: { name: 'APIError', data: { message: 'no' } } };
    expect(read('opencode', [step, error]).failure).toEqual({
      kind: 'api-error',
      reason: 'it reported an error: no',
    });
    expect(read('opencode', [error, step]).failure).toBeUndefined();
    expect(read('opencode', []).failure).toEqual({
      kind: 'no-result',
      reason: 'it ended without finishing a step',
    });
  });
});

describe('copilot', () => {
  it('that was told to stop did not finish, although it ends its lines with success', () => {
    const lines = [
      { type: 'abort', data: { reason: 'user_abort' } },
      { type: 'result', exitCode: 0 },
    ];
    expect(read('copilot', lines).failure?.kind).toBe('no-result');
  });

  it('tells message and session', () => {
    const lines = [
      { type: 'assistant.message', data: { content: 'Done.' } },
      { type: 'result', sessionId: 'c1', exitCode: 0 },
    ];
    expect(read('copilot', lines)).toMatchObject({
      failure: undefined,
      finalMessage: 'Done.',
      sessionId: 'c1',
    });
  });

  it('an exit code in its result or an end without one is a failure', () => {
    const error = { type: 'session.error', data: { message: 'no', statusCode: 400 } };
    expect(read('copilot', [error, { type: 'result', exitCode: 1 }]).failure?.reason).toBe(
      'it reported an error: no',
    );
    expect(read('copilot', [error]).failure?.reason).toBe('it reported an error: no');
    expect(read('copilot', []).failure?.reason).toBe('it ended without a result');
  });
});

describe('a tool that is refused', () => {
  const opencode = (error: string) => ({ type: 'tool_use', part: { state: { status: 'error', error } } });
  const copilot = (code: string) => ({ type: 'tool.execution_complete', data: { error: { code } } });
  const gemini = (output: string) => ({ type: 'tool_result', status: 'success', output });

  it.each([
    ['opencode', opencode('The user has specified a rule which prevents you from using this'), 1],
    ['opencode', opencode('No such file'), undefined],
    ['copilot', copilot('denied'), 1],
    ['copilot', copilot('failure'), undefined],
    ['gemini', gemini('Blocked: command substitution detected in shell command.'), 1],
    ['gemini', gemini('The door is Blocked: '), undefined],
  ] as const)('by %s is told from one that failed: %j', (name, event, count) => {
    expect(read(name, [event]).deniedTools).toBe(count);
  });
});

describe('aider', () => {
  const START =
    'Aider v0.86.2\nModel: x with diff edit format\nGit repo: .git with 1 files\nRepo-map: disabled\n';
  const COUNT = 'Tokens: 140 sent, 30 received.\nCost: $0.00079 message, $0.0016 session.\n';

  it.each([
    ['a plain answer', `${START}\nIt is fine.\n\nIndeed.\n\n${COUNT}`, 'It is fine.\n\nIndeed.'],
    ['the last of several', `${START}\nOne.\n\n${COUNT}\nTwo.\n\n${COUNT}Applied edit to a\n`, 'Two.'],
    ['a file that was added first', `${START}Added a to the chat.\n\nThree.\n\n${COUNT}`, 'Three.'],
    ['files that were added for their names', `${START}\n\nb/c\na.txt\nFour.\n\n${COUNT}`, 'Four.'],
    ['an edit', `${START}\n\na.txt\na.txt\n\`\`\`\nx\n\`\`\`\n\n${COUNT}`, 'a.txt\n```\nx\n```'],
    ['a file name', `${START}\na.txt\n\n${COUNT}`, 'a.txt'],
    ['no answer', START, undefined],
    ['an empty answer', `${START}\n\n${COUNT}`, undefined],
  ])('says its last message between lines of its own: %s', (_, stdout, message) => {
    expect(read('aider', stdout).finalMessage).toBe(message);
  });

  it('is judged by what the broker saw, since it exits with 0 whatever happens', () => {
    expect(read('aider', 'Aider v0.86.2\nApplied edit\n')).toMatchObject({
      failure: undefined,
      version: '0.86.2',
    });
    const words = 'litellm.AuthenticationError: AuthenticationError: no\n';
    expect(read('aider', words, { traffic: { ...TRAFFIC, lastStatus: 400 } }).failure?.reason).toBe(
      `it reported an error: ${words.trim()}`,
    );
    expect(read('aider', '', { traffic: { ...TRAFFIC, lastStatus: 529 } }).failure?.reason).toBe(
      'its last request was answered with HTTP 529',
    );
    expect(read('aider', '', { traffic: undefined }).failure?.reason).toBe(
      'no answer of its model came through',
    );
  });

  it('fails with an answer that it could not read, and not with one that it got after that', () => {
    const unread = 'litellm.InternalServerError: Empty or \ninvalid response from LLM endpoint.\n';
    expect(read('aider', `${START}\n${unread}`).failure?.kind).toBe('api-error');
    expect(read('aider', `${START}\nFine.\n\n${COUNT}\n${unread}`).failure?.kind).toBe('api-error');
    expect(read('aider', `${START}\n${unread}\nFine.\n\n${COUNT}`).failure).toBeUndefined();
  });
});

describe('output that is not what it should be', () => {
  it.each(Object.keys(KNOWN_AGENTS) as KnownAgentName[])('does not confuse %s', (name) => {
    for (const junk of [
      '\0\xff{"type":',
      '{"type":"result"}\n{"type":"turn.completed"}\n{"type":"step_finish"}',
      '[1]\n{}\nnull',
      '{"type":"result","usage":7,"permission_denials":"x","stats":[]}',
    ]) {
      expect(() => read(name, junk)).not.toThrow();
    }
  });
});
