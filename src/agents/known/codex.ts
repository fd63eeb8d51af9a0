import {
  type AgentFailure,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { countOf, jsonLines, known, objectOf, sumOf, textOf } from '../output-lines.js';

const SCHEMA_PATH = '/etc/cagent/output-schema.json';

/** Codex CLI. It speaks the Responses API only, and reads no environment variable for the base URL. */
export const codex: KnownAgent = {
  name: 'codex',
  title: 'Codex CLI',
  package: { ecosystem: 'npm', name: '@openai/codex', version: '0.169.0' },
  providers: ['openai'],
  needsModel: false,
  structuredOutput: 'option',
  invoke: ({ endpoint, model, args, outputSchema }) => ({
    command: [
      'codex',
      'exec',
      '--json',
      // Its own sandbox cannot work inside of ours: every command would fail, with exit code 0.
      '--dangerously-bypass-approvals-and-sandbox',
      '--skip-git-repo-check',
      ...setting('model_provider', 'cagent'),
      ...setting('model_providers.cagent.name', 'cagent'),
      ...setting('model_providers.cagent.base_url', `${endpoint}/v1`),
      ...setting('model_providers.cagent.env_key', 'CODEX_API_KEY'),
      ...setting('model_providers.cagent.wire_api', 'responses'),
      // The plugin store and metrics are hosts of their own.
      ...['-c', 'features.plugins=false', '-c', 'analytics.enabled=false'],
      ...(model === undefined ? [] : ['--model', model]),
      ...(outputSchema === undefined ? [] : ['--output-schema', SCHEMA_PATH]),
      ...args,
      '-',
    ],
    // Threads follow the cores of the host: 96 of them on 64 cores.
    env: { CODEX_API_KEY: PLACEHOLDER_KEY, TOKIO_WORKER_THREADS: '4' },
    files: outputSchema === undefined ? [] : [{ path: SCHEMA_PATH, content: JSON.stringify(outputSchema) }],
  }),
  readOutput,
};

/** A JSON string is a TOML string too. */
function setting(key: string, value: string): readonly string[] {
  return ['-c', `${key}=${JSON.stringify(value)}`];
}

function readOutput({ stdout }: AgentOutput): AgentResult {
  const events = jsonLines(stdout);
  const usages = events
    .filter((event) => event.type === 'turn.completed')
    .map((event) => objectOf(event.usage));
  const items = events
    .filter((event) => event.type === 'item.completed')
    .map((event) => objectOf(event.item));
  const started = events.find((event) => event.type === 'thread.started');
  const cached = sumOf(usages.map((usage) => countOf(usage.cached_input_tokens)));
  const input = sumOf(usages.map((usage) => countOf(usage.input_tokens)));
  return {
    failure: failureOf(events),
    ...known({
      finalMessage: textOf(items.findLast((item) => item.type === 'agent_message')?.text),
      sessionId: textOf(started?.thread_id),
    }),
    usage: known({
      inputTokens: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
      outputTokens: sumOf(usages.map((usage) => countOf(usage.output_tokens))),
      cacheReadTokens: cached,
      cacheWriteTokens: sumOf(usages.map((usage) => countOf(usage.cache_write_input_tokens))),
      turns: usages.length === 0 ? undefined : usages.length,
    }),
    notices: [],
  };
}

/** A turn fails only for want of its model. */
function failureOf(events: readonly Readonly<Record<string, unknown>>[]): AgentFailure | undefined {
  const last = events.findLast((event) => event.type === 'turn.completed' || event.type === 'turn.failed');
  if (last?.type === 'turn.completed') return undefined;
  const failed = textOf(objectOf(last?.error).message);
  const error = textOf(events.findLast((event) => event.type === 'error')?.message);
  const message = failed ?? error;
  const reason = last === undefined ? 'it ended before its turn was complete' : 'its turn failed';
  return {
    kind: message === undefined ? 'no-result' : 'api-error',
    reason: message === undefined ? reason : `${reason}: ${message}`,
  };
}
