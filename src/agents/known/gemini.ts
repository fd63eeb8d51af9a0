import {
  type AgentFailure,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { countOf, jsonLines, known, objectOf, textOf } from '../output-lines.js';

const SETTINGS_PATH = '/etc/cagent/gemini.json';

/**
 * With a base URL of our own it would choose a way to log in that it then refuses (exit code 41): the kind has to
 * be named, and only a settings file can.
 */
const SETTINGS = {
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
};

/** Gemini CLI. */
export const gemini: KnownAgent = {
  name: 'gemini',
  title: 'Gemini CLI',
  package: { ecosystem: 'npm', name: '@google/gemini-cli', version: '0.61.0' },
  providers: ['google', 'vertex'],
  needsModel: false,
  structuredOutput: 'prompt',
  invoke: ({ provider, endpoint, model, args }) => ({
    command: [
      'gemini',
      '--yolo',
      '--skip-trust',
      ...['--output-format', 'stream-json'],
      ...(model === undefined ? [] : ['--model', model]),
      ...args,
    ],
    env: {
      // Always set: a repository's .gemini/.env can only set what is not there yet.
      ...(provider === 'vertex'
        ? {
            GOOGLE_GENAI_USE_VERTEXAI: 'true',
            GOOGLE_VERTEX_BASE_URL: endpoint,
            GOOGLE_API_KEY: PLACEHOLDER_KEY,
          }
        : { GOOGLE_GEMINI_BASE_URL: endpoint, GEMINI_API_KEY: PLACEHOLDER_KEY }),
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: SETTINGS_PATH,
      // Otherwise it starts itself again, needs twice the memory, and does not end on SIGTERM.
      GEMINI_CLI_NO_RELAUNCH: 'true',
    },
    files: [
      { path: SETTINGS_PATH, content: settingsText(provider === 'vertex' ? 'vertex-ai' : 'gemini-api-key') },
    ],
  }),
  readOutput,
};

function settingsText(selectedType: string): string {
  return `${JSON.stringify({ security: { auth: { selectedType } }, ...SETTINGS }, undefined, 2)}\n`;
}

function readOutput({ stdout, stderr, exitCode }: AgentOutput): AgentResult {
  const events = jsonLines(stdout);
  const start = events.find((event) => event.type === 'init') ?? {};
  const result = events.findLast((event) => event.type === 'result');
  const stats = objectOf(result?.stats);
  const cached = countOf(stats.cached);
  const input = countOf(stats.input_tokens);
  const words = events
    .filter((event) => event.type === 'message' && event.role === 'assistant')
    .map((event) => textOf(event.content) ?? '');
  // A command that it does not run for its look counts as a success for it.
  const refused = events.filter(
    (event) => event.type === 'tool_result' && /^Blocked: /.test(textOf(event.output) ?? ''),
  );
  return {
    failure: failureOf(result, stderr, exitCode),
    ...known({
      deniedTools: refused.length || undefined,
      finalMessage: words.length === 0 ? undefined : words.join(''),
      sessionId: textOf(start.session_id),
      model: textOf(start.model),
    }),
    usage: known({
      inputTokens: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
      outputTokens: countOf(stats.output_tokens),
      cacheReadTokens: cached,
    }),
    notices: [],
  };
}

function failureOf(
  result: Readonly<Record<string, unknown>> | undefined,
  stderr: string,
  exitCode: number,
): AgentFailure | undefined {
  if (result?.status === 'success') return undefined;
  const error = objectOf(result?.error ?? jsonLines(stderr).findLast((event) => 'error' in event)?.error);
  const own = EXIT_CODES[exitCode];
  const message = textOf(error.message) ?? own;
  const reason = result === undefined ? 'it ended without a result' : 'it reported an error';
  if (message === undefined) return { kind: result === undefined ? 'no-result' : 'failed', reason };
  const kind = exitCode === TURNS ? 'agent-limit' : own === undefined ? 'api-error' : 'failed';
  return { kind, reason: `${reason}: ${message}` };
}

const TURNS = 53;

/** Its own meanings of exit codes; for others it is the HTTP status modulo 256. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  41: 'it could not log in',
  52: 'its configuration is wrong',
  [TURNS]: 'the limit of turns was reached',
  55: 'it does not trust the directory',
};
