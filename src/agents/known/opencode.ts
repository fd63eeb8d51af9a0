import type { DirectProvider } from '../../core/model-endpoint.js';
import {
  type AgentFailure,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { bareModel } from '../model-name.js';
import { countOf, jsonLines, known, objectOf, sumOf, textOf } from '../output-lines.js';

/** opencode. */
export const opencode: KnownAgent = {
  name: 'opencode',
  title: 'opencode',
  package: { ecosystem: 'npm', name: 'opencode-linux-x64', version: '1.18.33' },
  providers: ['anthropic', 'openai', 'google'],
  needsModel: false,
  structuredOutput: 'prompt',
  invoke: ({ provider: chosen, endpoint, model, args }) => {
    const provider = chosen as DirectProvider;
    const id = PROVIDER_IDS[provider];
    const name = model === undefined ? undefined : bareModel(model);
    return {
      command: [
        'opencode',
        'run',
        ...['--format', 'json', '--auto'],
        ...(name === undefined ? [] : ['--model', `${id}/${name}`]),
        ...args,
      ],
      env: {
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config(provider, endpoint, name)),
        // A repository's opencode.json could redirect the base URL.
        OPENCODE_DISABLE_PROJECT_CONFIG: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_AUTOUPDATE: '1',
      },
      files: [],
    };
  },
  readOutput,
};

const PROVIDER_IDS: Readonly<Record<DirectProvider, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  'openai-compatible': 'cagent',
};

const PREFIXES: Readonly<Record<DirectProvider, string>> = {
  anthropic: '/v1',
  openai: '/v1',
  google: '/v1beta',
  'openai-compatible': '/v1',
};

function config(provider: DirectProvider, endpoint: string, model: string | undefined): object {
  const id = PROVIDER_IDS[provider];
  const named = model === undefined ? {} : { models: { [model]: {} } };
  const adapter =
    provider === 'openai-compatible' ? { npm: '@ai-sdk/openai-compatible', name: 'cagent' } : {};
  return {
    autoupdate: false,
    share: 'disabled',
    // Without the repository's configuration these would stay unread too.
    instructions: ['/workspace/AGENTS.md', '/workspace/CLAUDE.md'],
    // Only the provider that there is a key for: titles are made by a small model of the same one.
    enabled_providers: [id],
    ...(model === undefined ? {} : { model: `${id}/${model}`, small_model: `${id}/${model}` }),
    provider: {
      [id]: {
        ...adapter,
        options: { baseURL: `${endpoint}${PREFIXES[provider]}`, apiKey: PLACEHOLDER_KEY },
        ...named,
      },
    },
  };
}

/** How the error of a tool begins that the user's rules do not allow. */
const REFUSED = /^The user (has specified a rule which prevents|rejected permission)/;

function readOutput({ stdout }: AgentOutput): AgentResult {
  const events = jsonLines(stdout);
  const steps = events.filter((event) => event.type === 'step_finish').map((event) => objectOf(event.part));
  const tokens = steps.map((step) => objectOf(step.tokens));
  const cache = tokens.map((count) => objectOf(count.cache));
  const texts = events
    .filter((event) => event.type === 'text')
    .map((event) => textOf(objectOf(event.part).text));
  const refused = events
    .filter((event) => event.type === 'tool_use')
    .map((event) => textOf(objectOf(objectOf(event.part).state).error) ?? '')
    .filter((error) => REFUSED.test(error));
  const cost = sumOf(steps.map((step) => countOf(step.cost)));
  return {
    failure: failureOf(events, steps.length),
    ...known({
      deniedTools: refused.length || undefined,
      finalMessage: texts.at(-1),
      sessionId: textOf(events[0]?.sessionID),
    }),
    usage: known({
      inputTokens: sumOf(tokens.map((count) => countOf(count.input))),
      outputTokens: sumOf(tokens.map((count) => sumOf([countOf(count.output), countOf(count.reasoning)]))),
      cacheReadTokens: sumOf(cache.map((count) => countOf(count.read))),
      cacheWriteTokens: sumOf(cache.map((count) => countOf(count.write))),
      // It says 0 for models whose prices it does not know.
      costUsd: cost === 0 ? undefined : cost,
      turns: steps.length === 0 ? undefined : steps.length,
    }),
    notices: [],
  };
}

function failureOf(
  events: readonly Readonly<Record<string, unknown>>[],
  steps: number,
): AgentFailure | undefined {
  const last = events.findLast((event) => event.type === 'error' || event.type === 'step_finish');
  if (last?.type === 'error') {
    const error = objectOf(last.error);
    const message = textOf(objectOf(error.data).message) ?? textOf(error.name);
    const reason = message === undefined ? 'it reported an error' : `it reported an error: ${message}`;
    return { kind: error.name === 'APIError' ? 'api-error' : 'failed', reason };
  }
  return steps === 0 ? { kind: 'no-result', reason: 'it ended without finishing a step' } : undefined;
}
