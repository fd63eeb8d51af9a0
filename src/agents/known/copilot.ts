import {
  type AgentFailure,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { bareModel } from '../model-name.js';
import { countOf, jsonLines, known, objectOf, textOf } from '../output-lines.js';

/** Copilot CLI with a model of one's own: it needs no GitHub login then, but cannot choose a model either. */
export const copilot: KnownAgent = {
  name: 'copilot',
  title: 'Copilot CLI',
  package: { ecosystem: 'npm', name: '@github/copilot', version: '1.0.102' },
  providers: ['openai', 'anthropic'],
  needsModel: true,
  structuredOutput: 'prompt',
  invoke: ({ provider, endpoint, model = '', args }) => ({
    command: [
      'copilot',
      '--allow-all',
      '--no-ask-user',
      '--no-auto-update',
      '--disable-builtin-mcps',
      '--output-format',
      'json',
      ...args,
    ],
    env: {
      COPILOT_PROVIDER_BASE_URL: provider === 'anthropic' ? endpoint : `${endpoint}/v1`,
      COPILOT_PROVIDER_TYPE: provider === 'anthropic' ? 'anthropic' : 'openai',
      ...(provider === 'anthropic'
        ? {}
        : { COPILOT_PROVIDER_WIRE_API: provider === 'openai' ? 'responses' : 'completions' }),
      COPILOT_PROVIDER_API_KEY: PLACEHOLDER_KEY,
      COPILOT_MODEL: bareModel(model),
      COPILOT_OFFLINE: 'true',
      COPILOT_AUTO_UPDATE: 'false',
    },
    files: [],
  }),
  readOutput,
};

function readOutput({ stdout }: AgentOutput): AgentResult {
  const events = jsonLines(stdout);
  const result = events.findLast((event) => event.type === 'result');
  const messages = events
    .filter((event) => event.type === 'assistant.message')
    .map((event) => objectOf(event.data));
  const refused = events.filter(
    (event) =>
      event.type === 'tool.execution_complete' && objectOf(objectOf(event.data).error).code === 'denied',
  );
  return {
    failure: failureOf(events, result),
    ...known({
      deniedTools: refused.length || undefined,
      finalMessage: messages.map((message) => textOf(message.content)).findLast((text) => text !== undefined),
      sessionId: textOf(result?.sessionId),
    }),
    // It tells tokens only in a file of its own; the broker counts them.
    usage: {},
    notices: [],
  };
}

function failureOf(
  events: readonly Readonly<Record<string, unknown>>[],
  result: Readonly<Record<string, unknown>> | undefined,
): AgentFailure | undefined {
  // It writes 0 here also when it was told to stop half-way.
  if (events.some((event) => event.type === 'abort'))
    return { kind: 'no-result', reason: 'it was interrupted before its turn was complete' };
  if (result?.exitCode === 0) return undefined;
  const error = objectOf(events.findLast((event) => event.type === 'session.error')?.data);
  const message = textOf(error.message);
  if (message === undefined) {
    return result === undefined
      ? { kind: 'no-result', reason: 'it ended without a result' }
      : { kind: 'failed', reason: `it reported an error: exit code ${String(result.exitCode)}` };
  }
  const answered = countOf(error.statusCode) !== undefined;
  return { kind: answered ? 'api-error' : 'failed', reason: `it reported an error: ${message}` };
}
