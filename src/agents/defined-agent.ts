import { type AgentDefinition, fillIn, type OutputPaths } from '../config/agent-definition.js';
import { type Agent, type AgentOutput, type AgentResult, PLACEHOLDER_KEY } from './agent.js';
import { countOf, type JsonObject, jsonLines, known, textOf } from './output-lines.js';

/** Where the prompt is for an agent that takes it from a file. */
export const PROMPT_PATH = '/etc/cagent/prompt.md';

/** An agent of the user's own. */
export function definedAgent(name: string, definition: AgentDefinition): Agent {
  const { provider, hosts, prompt, hide, output } = definition;
  return {
    title: name,
    providers: provider === undefined ? [] : [provider],
    needsModel: JSON.stringify(definition).includes('{{model}}'),
    structuredOutput: 'prompt',
    prompt,
    hosts,
    hidden: hide,
    invoke: ({ endpoint, model = '', args }) => {
      const values = { 'base-url': endpoint, key: PLACEHOLDER_KEY, model, 'prompt-file': PROMPT_PATH };
      const filled = (texts: Readonly<Record<string, string>>): Record<string, string> =>
        Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fillIn(text, values)]));
      const flag = definition['model-flag'];
      return {
        command: [
          ...definition.command.map((word) => fillIn(word, values)),
          ...(flag === undefined || model === '' ? [] : [flag, model]),
          ...args,
        ],
        env: filled(definition.env),
        files: Object.entries(filled(definition.files)).map(([path, content]) => ({ path, content })),
      };
    },
    readOutput: (given) => (output === undefined ? readText(given) : readLines(given, output)),
  };
}

function readText({ stdout }: AgentOutput): AgentResult {
  return { failure: undefined, ...known({ finalMessage: textOf(stdout.trim()) }), usage: {}, notices: [] };
}

function readLines({ stdout }: AgentOutput, paths: OutputPaths): AgentResult {
  const lines = jsonLines(stdout);
  const last = (field: keyof OutputPaths): unknown => {
    const path = paths[field];
    return path === undefined ? undefined : lastAt(lines, path.split('.'));
  };
  return {
    failure: failureOf(paths, last),
    ...known({
      finalMessage: textOf(last('final-message')),
      sessionId: textOf(last('session-id')),
      model: textOf(last('model')),
    }),
    usage: known({
      inputTokens: countOf(last('input-tokens')),
      outputTokens: countOf(last('output-tokens')),
      costUsd: countOf(last('cost-usd')),
      turns: countOf(last('turns')),
    }),
    notices: [],
  };
}

function failureOf(paths: OutputPaths, last: (field: keyof OutputPaths) => unknown): AgentResult['failure'] {
  const error = last('error');
  if (error !== undefined && error !== false) {
    const words = typeof error === 'string' ? error : jsonOf(error);
    return { kind: 'failed', reason: `it reported an error: ${words}` };
  }
  const done = last('done');
  if (paths.done !== undefined && (done === undefined || done === false))
    return { kind: 'no-result', reason: 'it ended without a result' };
  return undefined;
}

/** An agent can print what is nested too deep to be written again. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'one that cannot be shown';
  }
}

/** The value in the last line that has one there; a `null` is none. */
function lastAt(lines: readonly JsonObject[], steps: readonly string[]): unknown {
  for (const line of lines.toReversed()) {
    const value = steps.reduce<unknown>((at, step) => {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
      return (at as JsonObject)[step];
    }, line);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}
