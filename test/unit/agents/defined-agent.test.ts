import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AgentResult } from '../../../src/agents/agent.js';
import { type AgentPlan, planAgent } from '../../../src/agents/agent-plan.js';
import { definedAgent } from '../../../src/agents/defined-agent.js';
import { type AgentDefinition, agentDefinition } from '../../../src/config/agent-definition.js';
import type { AgentSpec } from '../../../src/config/run-spec.js';
import { runSpec } from '../sandbox/spec-fixture.js';

const ENVIRONMENT = { OPENAI_API_KEY: 'key-o' };

function define(yaml: string): AgentDefinition {
  return agentDefinition.parse(parse(yaml));
}

function plan(yaml: string, agent: Partial<AgentSpec> = {}, network: 'block' | 'none' = 'block'): AgentPlan {
  const spec = runSpec();
  return planAgent(
    {
      ...spec,
      network: { ...spec.network, mode: network },
      agent: {
        name: 'mine',
        definition: define(yaml),
        command: [],
        prompt: 'Do it.',
        model: undefined,
        args: [],
        ...agent,
      },
    },
    { environment: ENVIRONMENT, brokerAddress: '100.64.7.1', git: true },
  );
}

const WHOLE = `
command: [mine, --yes]
model-flag: --model
provider: openai
env: { MY_URL: "{{base-url}}/v1", MY_KEY: "{{key}}", QUIET: "1" }
files: { /etc/mine.json: '{"url": "{{base-url}}"}' }
hosts: [stats.example.com]
hide: [/.mine.yml]
`;

describe('an agent of the user', () => {
  it('is started with its command, its model, its variables and its files, and never has a key', () => {
    const planned = plan(WHOLE, { model: 'm1', args: ['--more'] });
    expect(planned).toMatchObject({
      name: 'mine',
      version: undefined,
      command: ['mine', '--yes', '--model', 'm1', '--more'],
      stdin: 'Do it.',
      prompt: 'Do it.',
      env: { MY_URL: 'http://100.64.7.1:8102/v1', MY_KEY: 'cagent-placeholder-key', QUIET: '1' },
      files: [{ path: '/etc/mine.json', content: '{"url": "http://100.64.7.1:8102"}' }],
      hosts: ['stats.example.com'],
      hidden: ['/.mine.yml'],
      brokers: [{ provider: 'openai', port: 8102 }],
    });
    expect(JSON.stringify(planned)).not.toContain('key-o');
    expect(plan(WHOLE).command).toEqual(['mine', '--yes']);
  });

  it('takes its prompt from a file when it says so, and nothing from standard input', () => {
    const planned = plan('{command: [mine, "{{prompt-file}}"], prompt: file}');
    expect(planned).toMatchObject({
      command: ['mine', '/etc/cagent/prompt.md'],
      stdin: '',
      prompt: 'Do it.',
      files: [{ path: '/etc/cagent/prompt.md', content: 'Do it.' }],
      brokers: [],
    });
  });

  it('takes none when it says so', () => {
    const planned = plan('{command: [mine], prompt: none}', { prompt: undefined });
    expect(planned).toMatchObject({ command: ['mine'], stdin: '', prompt: undefined, files: [] });
  });

  it('without a provider runs without a network, and one with a provider does not', () => {
    expect(plan('{command: [mine]}', {}, 'none').brokers).toEqual([]);
    expect(() => plan(WHOLE, {}, 'none')).toThrow(/network\.mode: none leaves mine without its model/);
  });

  it('that puts its model into its command cannot go without one', () => {
    const yaml = '{command: [mine, "--model={{model}}"]}';
    expect(() => plan(yaml)).toThrow(/agent\.model: mine cannot choose a model/);
    expect(plan(yaml, { model: 'm1' }).command).toEqual(['mine', '--model=m1']);
  });

  it('is asked in its prompt for an answer in a form', () => {
    expect(plan(WHOLE, { outputSchema: { type: 'object' } }).stdin).toContain('{"type":"object"}');
  });
});

describe('its output', () => {
  const LINES = `
command: [mine]
output:
  final-message: result.text
  session-id: id
  model: model
  input-tokens: usage.in
  output-tokens: usage.out
  cost-usd: cost
  turns: turns
  error: error.message
  done: done
`;
  const read = (yaml: string, stdout: string): AgentResult =>
    definedAgent('mine', define(yaml)).readOutput({ stdout, stderr: '', exitCode: 0, traffic: undefined });

  it('is its last message, when no lines are described', () => {
    expect(read('{command: [mine]}', '\nAll done.\n')).toMatchObject({
      failure: undefined,
      finalMessage: 'All done.',
    });
  });

  it('tells what its lines tell; the last line that has a value counts', () => {
    const lines = [
      { id: 's1', model: 'm1', result: { text: 'first' } },
      { result: { text: 'last' }, usage: { in: 5, out: 7 }, cost: 0.5, turns: 3, done: true },
      { result: null, usage: { in: -1 } },
    ];
    const stdout = `noise\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
    expect(read(LINES, stdout)).toEqual({
      failure: undefined,
      finalMessage: 'last',
      sessionId: 's1',
      model: 'm1',
      usage: { outputTokens: 7, costUsd: 0.5, turns: 3 },
      notices: [],
    });
  });

  it.each([
    ['{"error":{"message":"no model"}}', { kind: 'failed', reason: 'it reported an error: no model' }],
    [
      `{"error":{"message":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      { kind: 'failed', reason: 'it reported an error: one that cannot be shown' },
    ],
    ['{"error":{"message":{"code":5}}}', { kind: 'failed', reason: 'it reported an error: {"code":5}' }],
    ['{"done":true}', undefined],
    ['{"done":false}', { kind: 'no-result', reason: 'it ended without a result' }],
    ['', { kind: 'no-result', reason: 'it ended without a result' }],
    ['{"result":"x"}\n[1]\n{"done"', { kind: 'no-result', reason: 'it ended without a result' }],
  ])('%s is judged', (stdout, failure) => {
    expect(read(LINES, stdout).failure).toEqual(failure);
  });
});
