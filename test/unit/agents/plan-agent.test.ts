import { describe, expect, it } from 'vitest';
import {
  agentCredentials,
  agentEnvironment,
  missingKeys,
  planAgent,
} from '../../../src/agents/agent-plan.js';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import type { KnownAgentName } from '../../../src/config/agent-names.js';
import type { AgentSpec, RunSpec } from '../../../src/config/run-spec.js';
import type { Environment } from '../../../src/core/environment.js';
import { runSpec } from '../sandbox/spec-fixture.js';

const KEYS: Environment = { ANTHROPIC_API_KEY: 'key-a', OPENAI_API_KEY: 'key-o', GEMINI_API_KEY: 'key-g' };
const BROKER = '100.64.7.1';
const NAMES = Object.keys(KNOWN_AGENTS) as readonly KnownAgentName[];

function plan(
  agent: Partial<AgentSpec>,
  environment: Environment = KEYS,
  rest: Partial<RunSpec> = {},
  git = true,
) {
  const spec = runSpec({
    agent: { name: 'claude', command: [], prompt: 'Do it.', model: undefined, args: [], ...agent },
    ...rest,
  });
  return planAgent(spec, { environment, brokerAddress: BROKER, git });
}

describe('aider', () => {
  it('is told so where there is no repository, since it would make one, and uses the one that there is', () => {
    expect(plan({ name: 'aider', model: 'm' }, KEYS, {}, false).command).toContain('--no-git');
    expect(plan({ name: 'aider', model: 'm' }, KEYS, {}, true).command).not.toContain('--no-git');
  });
});

describe('a model that a cloud resells, where a key suffices', () => {
  const BEDROCK = {
    ...KEYS,
    CLAUDE_CODE_USE_BEDROCK: '1',
    AWS_REGION: 'eu-central-1',
    AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key-b',
  };
  const VERTEX = { GOOGLE_GENAI_USE_VERTEXAI: 'true', GOOGLE_API_KEY: 'key-v' };

  it('is Amazon Bedrock for claude, in the region of the environment, when the environment says so', () => {
    const planned = plan({ name: 'claude', model: 'eu.anthropic.claude-x-v1:0' }, BEDROCK);
    expect(planned.brokers).toMatchObject([
      {
        provider: 'bedrock',
        upstream: { host: 'bedrock-runtime.eu-central-1.amazonaws.com', port: 443, path: '' },
      },
    ]);
    expect(planned.env).toMatchObject({
      CLAUDE_CODE_USE_BEDROCK: '1',
      ANTHROPIC_BEDROCK_BASE_URL: `http://${BROKER}:${planned.brokers[0]?.port}`,
      AWS_BEARER_TOKEN_BEDROCK: 'cagent-placeholder-key',
      AWS_REGION: 'eu-central-1',
    });
    expect(planned.env.ANTHROPIC_API_KEY).toBeUndefined();
    expect(agentCredentials(planned, BEDROCK).get('bedrock')?.headers).toEqual({
      authorization: 'Bearer bedrock-api-key-b',
    });
  });

  it('is Vertex AI for gemini, with an API key', () => {
    const planned = plan({ name: 'gemini', model: 'gemini-x' }, VERTEX);
    expect(planned.brokers).toMatchObject([
      { provider: 'vertex', upstream: { host: 'aiplatform.googleapis.com', path: '' } },
    ]);
    expect(planned.env).toMatchObject({
      GOOGLE_GENAI_USE_VERTEXAI: 'true',
      GOOGLE_API_KEY: 'cagent-placeholder-key',
    });
    expect(planned.files[0]?.content).toContain('"selectedType": "vertex-ai"');
    expect(agentCredentials(planned, VERTEX).get('vertex')?.headers).toEqual({ 'x-goog-api-key': 'key-v' });
  });

  it('is GitHub Models by its base URL, with the token of the job for a key', () => {
    const environment = { OPENAI_BASE_URL: 'https://models.github.ai/inference', OPENAI_API_KEY: 'key-t' };
    const planned = plan({ name: 'opencode', model: 'openai/openai/gpt-4.1' }, environment);
    expect(planned.brokers).toMatchObject([
      { provider: 'openai-compatible', upstream: { host: 'models.github.ai', path: '/inference' } },
    ]);
    expect(planned.command).toContain('cagent/openai/gpt-4.1');
  });

  it('is left alone without that word, whatever keys there are', () => {
    const { CLAUDE_CODE_USE_BEDROCK: _, ...rest } = BEDROCK;
    expect(plan({ name: 'claude' }, rest).brokers[0]?.provider).toBe('anthropic');
    expect(plan({ name: 'gemini' }, { GOOGLE_API_KEY: 'key-v' }).brokers[0]?.provider).toBe('google');
  });

  it.each([
    ['no region', undefined, 'AWS_REGION: not set'],
    ['a region that would lead elsewhere', 'x.evil.test/', 'AWS_REGION: not the name of a region'],
  ])('%s is an error before anything starts', (_, region, words) => {
    expect(() => plan({ name: 'claude' }, { ...BEDROCK, AWS_REGION: region })).toThrow(words);
  });
});

describe('every known agent', () => {
  it.each(NAMES)(
    '%s gets its prompt by standard input, and no word of it in its arguments or variables',
    (name) => {
      const prompt = 'sentinel "$(touch x)" `id`';
      const planned = plan({ name, prompt, model: 'some-model' });
      expect(planned.stdin).toBe(prompt);
      expect(JSON.stringify([planned.command, planned.env, planned.files])).not.toContain('sentinel');
    },
  );

  it.each(NAMES)('%s gets a placeholder and never a key', (name) => {
    const planned = plan({ name, model: 'some-model' });
    expect(JSON.stringify(planned)).not.toMatch(/key-[aog]/);
    expect(JSON.stringify(planned)).toContain('cagent-placeholder-key');
  });

  it.each(NAMES)('%s is pointed at one broker on the link and needs no other host', (name) => {
    const planned = plan({ name, model: 'some-model' });
    expect(planned.brokers).toHaveLength(1);
    expect(JSON.stringify([planned.env, planned.command])).toContain(
      `http://${BROKER}:${planned.brokers[0]?.port}`,
    );
    expect(planned.hosts).toEqual([]);
  });

  it.each(NAMES)("%s takes the user's arguments after its own", (name) => {
    const { command } = plan({ name, model: 'some-model', args: ['--one', 'two words'] });
    const tail = name === 'codex' ? ['--one', 'two words', '-'] : ['--one', 'two words'];
    expect(command.slice(-tail.length)).toEqual(tail);
  });

  it.each(NAMES)('%s is told its model', (name) => {
    const { command, env } = plan({ name, model: 'some-model' });
    expect(JSON.stringify([command, env])).toContain('some-model');
  });

  it.each(NAMES)('%s is told what it may write when the workspace is read-only', (name) => {
    const view = { ...runSpec().view, mode: 'read-only' as const };
    expect(plan({ name, model: 'some-model' }, KEYS, { view }).stdin).toMatch(
      /^Do it\.\n\n.*\.agent-scratch/s,
    );
  });

  it.each(NAMES)('%s is refused without a network', (name) => {
    const network = { ...runSpec().network, mode: 'none' as const };
    expect(() => plan({ name, model: 'some-model' }, KEYS, { network })).toThrow(/network\.mode: none/);
  });

  it.each(NAMES)('%s has the version of its image', (name) => {
    expect(plan({ name, model: 'm' }).version).toBe(KNOWN_AGENTS[name].package.version);
    expect(
      plan({ name, model: 'm' }, KEYS, { image: { kind: 'reference', reference: 'mine' } }).version,
    ).toBeUndefined();
  });
});

describe('what no option of an agent switches off', () => {
  it('does not exist for aider, whose configuration runs commands at the start and redirects the base URL', () => {
    expect(plan({ name: 'aider', model: 'm' }).hidden).toEqual([
      '/.aider.conf.yml',
      '/.aider.model.settings.yml',
      '/.aider.model.metadata.json',
    ]);
    expect(plan({ name: 'claude' }).hidden).toEqual([]);
  });
});

describe('a command', () => {
  it('is what the user wrote, and has neither broker nor variables', () => {
    const planned = plan({ name: 'command', command: ['sh', '-c', 'true'], prompt: undefined });
    expect(planned).toMatchObject({
      command: ['sh', '-c', 'true'],
      stdin: undefined,
      env: {},
      files: [],
      brokers: [],
    });
  });
});

describe('which model API', () => {
  it.each([
    ['the prefix of the model', 'opencode', 'openai/gpt-x', KEYS, 'openai'],
    ['the family of the model', 'opencode', 'gemini-x', KEYS, 'google'],
    ['the key that is there', 'opencode', undefined, { GEMINI_API_KEY: 'k' }, 'google'],
    [
      'the key that is there, for a model that nobody knows',
      'aider',
      'mystery',
      { ANTHROPIC_API_KEY: 'k' },
      'anthropic',
    ],
    ['the first that the agent can use', 'opencode', undefined, {}, 'anthropic'],
    ['the only one that the agent can use', 'claude', 'gpt-x', KEYS, 'anthropic'],
    ['one that the agent can use, whatever the model is called', 'copilot', 'gemini-x', KEYS, 'openai'],
    [
      'a compatible one, when the user says where',
      'opencode',
      'openai/m',
      { ...KEYS, OPENAI_BASE_URL: 'http://10.0.0.1/v1' },
      'openai-compatible',
    ],
  ] as const)('%s decides', (_, name, model, environment, provider) => {
    expect(plan({ name, model: model as string | undefined }, environment).brokers[0]?.provider).toBe(
      provider,
    );
  });

  it.each(['copilot', 'aider'] as const)(
    '%s cannot choose a model, and says so before anything starts',
    (name) => {
      expect(() => plan({ name })).toThrow(/agent\.model: .* cannot choose a model/);
    },
  );
});

describe('the base URL', () => {
  const at = (url: string) => plan({}, { ...KEYS, ANTHROPIC_BASE_URL: url }).brokers[0];

  it('is the public one by default, which may not be private', () => {
    expect(plan({}).brokers[0]).toMatchObject({
      upstream: { scheme: 'https', host: 'api.anthropic.com', port: 443, path: '' },
      private: false,
    });
    expect(plan({ name: 'codex' }).brokers[0]?.upstream).toEqual({
      scheme: 'https',
      host: 'api.openai.com',
      port: 443,
      path: '/v1',
    });
  });

  it.each([
    ['https://llm.corp.test', { scheme: 'https', host: 'llm.corp.test', port: 443, path: '' }],
    [
      'https://llm.corp.test/anthropic/',
      { scheme: 'https', host: 'llm.corp.test', port: 443, path: '/anthropic' },
    ],
    [
      'https://llm.corp.test/anthropic/v1',
      { scheme: 'https', host: 'llm.corp.test', port: 443, path: '/anthropic' },
    ],
    ['http://10.1.2.3:8080', { scheme: 'http', host: '10.1.2.3', port: 8080, path: '' }],
    [' http://10.1.2.3\n', { scheme: 'http', host: '10.1.2.3', port: 80, path: '' }],
  ])('%s is taken, and may be private because it is written out', (url, upstream) => {
    expect(at(url)).toMatchObject({ upstream, private: true });
  });

  it.each([
    ['not a URL', 'llm.corp.test'],
    ['another scheme', 'ftp://llm.corp.test'],
    ['a password', 'https://user:hunter2@llm.corp.test'],
    ['a query', 'https://llm.corp.test/?key=hunter2'],
    ['an IPv6 address', 'http://[::1]:8080'],
    ['this machine', 'http://localhost:11434'],
    ['this machine by address', 'http://127.0.0.1:11434'],
  ])('with %s is refused, and its text is not repeated', (_, url) => {
    expect(() => at(url)).toThrow(/^ANTHROPIC_BASE_URL: /);
    expect(() => at(url)).not.toThrow(/hunter2/);
  });
});

describe('keys', () => {
  it.each([
    ['claude', { ANTHROPIC_API_KEY: 'k1' }, { 'x-api-key': 'k1' }],
    ['claude', { ANTHROPIC_AUTH_TOKEN: 'k1' }, { authorization: 'Bearer k1' }],
    ['codex', { OPENAI_API_KEY: 'k1', CODEX_API_KEY: 'k2' }, { authorization: 'Bearer k1' }],
    ['codex', { CODEX_API_KEY: 'k2' }, { authorization: 'Bearer k2' }],
    ['gemini', { GOOGLE_API_KEY: 'k1' }, { 'x-goog-api-key': 'k1' }],
    ['gemini', { GEMINI_API_KEY: ' k1\n' }, { 'x-goog-api-key': 'k1' }],
  ] as const)('%s with %o sends them in the right header', (name, environment, headers) => {
    const credentials = [...agentCredentials(plan({ name }, environment), environment).values()];
    expect(credentials).toMatchObject([{ headers }]);
  });

  it('that are missing are one error that says what to do, and a notice in a plan', () => {
    const planned = plan({}, {});
    expect(() => agentCredentials(planned, {})).toThrow(
      /no key for the model API of Anthropic: ANTHROPIC_API_KEY or/,
    );
    expect(missingKeys(planned, {})).toHaveLength(1);
    expect(missingKeys(planned, KEYS)).toEqual([]);
  });

  it('are not asked for where the user wrote the base URL out', () => {
    const environment = { OPENAI_BASE_URL: 'http://10.0.0.1:11434/v1' };
    expect(agentCredentials(plan({ name: 'codex' }, environment), environment).size).toBe(0);
  });

  it('with a line break inside are refused and not repeated', () => {
    const environment = { ANTHROPIC_API_KEY: 'abc\r\nx-evil: 1' };
    expect(() => agentCredentials(plan({}, environment), environment)).toThrow(/cannot be a key/);
    expect(() => agentCredentials(plan({}, environment), environment)).not.toThrow(/evil/);
  });

  it('that the user passes to the agent by name stay outside', () => {
    const planned = plan({});
    const passed = { name: 'ANTHROPIC_API_KEY', value: 'key-a', secret: true };
    const other = { name: 'TOKEN', value: 't', secret: true };
    expect(agentEnvironment([passed, other], planned)).toMatchObject({
      entries: [other],
      notices: [expect.stringContaining('ANTHROPIC_API_KEY')],
    });
  });

  it('and base URLs of cagent cannot be overwritten from the command line', () => {
    const env = [{ name: 'ANTHROPIC_BASE_URL', value: 'http://evil', secret: false }];
    expect(() => plan({}, KEYS, { env })).toThrow(/env: ANTHROPIC_BASE_URL is set by cagent/);
  });
});
