import { z } from 'zod';
import { MODEL_PROVIDERS, type ModelProvider } from '../core/model-endpoint.js';
import { mappingOr } from './allow-entry.js';
import { alternatives, nearest } from './found.js';
import { textSchema } from './value-type.js';

/** An agent of the user's own, as data: what a file in src/agents/known says of an agent that cagent knows. */
export interface AgentDefinition {
  /** Program and arguments; never through a shell. */
  readonly command: readonly string[];
  /** How it gets its prompt: on standard input, in a file whose path is `{{prompt-file}}`, or not at all. */
  readonly prompt: 'stdin' | 'file' | 'none';
  /** Goes before the name of the model, which comes after the command. */
  readonly 'model-flag'?: string;
  /** Model API that the broker offers to it; absent: it reaches none, or its own way. */
  readonly provider?: ModelProvider;
  readonly env: Readonly<Record<string, string>>;
  /** Content by absolute path; read-only in the sandbox. */
  readonly files: Readonly<Record<string, string>>;
  /** Hosts that it needs; part of the preset `defaults`. */
  readonly hosts: readonly string[];
  /** Files of the repository that do not exist for it: ignore patterns. */
  readonly hide: readonly string[];
  /** Where its JSON lines tell what; absent: its output is its last message. */
  readonly output?: OutputPaths;
}

/** Dotted paths into a line. Of the lines that have a value there, the last one counts. */
export type OutputPaths = { readonly [K in (typeof OUTPUT_FIELDS)[number]]?: string };

const OUTPUT_FIELDS = [
  'final-message',
  'session-id',
  'model',
  'input-tokens',
  'output-tokens',
  'cost-usd',
  'turns',
  /** The run is a failure when a line has it. */
  'error',
  /** The run is a failure unless a line has it, other than `false`. */
  'done',
] as const;

/** What a definition can say without knowing it. */
export const DEFINITION_VARIABLES = ['base-url', 'key', 'model', 'prompt-file'] as const;
const VARIABLE = /\{\{([^{}]*)\}\}/g;

const ARGUMENT = textSchema('text', /^[^\0]*$/);
const WORD = textSchema('text that is not empty', /^[^\0]+$/);
const PATH = textSchema('a dotted path such as result.text', /^[\w-]+(\.[\w-]+)*$/);
const COMMAND = 'a list with a program and its arguments';
const FILE = 'an absolute path outside of /workspace, without . and ..';

/** Names of `agent.use` beside those that cagent knows. */
export const AGENT_NAME = /^[a-z][a-z0-9-]{0,31}$/;

const outputPaths = z.strictObject(
  Object.fromEntries(OUTPUT_FIELDS.map((field) => [field, PATH.optional()])) as Record<
    (typeof OUTPUT_FIELDS)[number],
    z.ZodOptional<z.ZodType<string>>
  >,
  { error: mappingOr(`a mapping with ${OUTPUT_FIELDS.join(', ')}`) },
);

export const agentDefinition = z.strictObject(
  {
    command: z.array(ARGUMENT, { error: COMMAND }).min(1, { error: COMMAND }),
    prompt: z.enum(['stdin', 'file', 'none'], { error: 'stdin, file or none' }).default('stdin'),
    'model-flag': WORD.optional(),
    provider: z.enum(MODEL_PROVIDERS, { error: alternatives(MODEL_PROVIDERS) }).optional(),
    env: texts('a name of a variable', /^[A-Za-z_][A-Za-z0-9_]*$/),
    files: texts(FILE, /^\/(?!workspace(\/|$))(?!(.*\/)?\.{1,2}(\/|$))[^\0]*[^\0/]$/),
    hosts: z.array(textSchema('a host', /^[^\s\0/]+$/), { error: 'a list of hosts' }).default([]),
    hide: z
      .array(textSchema('an ignore pattern', /^[^\0\r\n]+$/), { error: 'a list of ignore patterns' })
      .default([]),
    output: outputPaths.optional(),
  },
  { error: mappingOr('a mapping with command') },
) as unknown as z.ZodType<AgentDefinition>;

function texts(name: string, pattern: RegExp) {
  const error = `a mapping from ${name} to text`;
  return z.record(textSchema(name, pattern), textSchema('text', /^[^\0]*$/), { error }).default({});
}

/** What a definition says that cannot be; one line each, without a place. */
export function definitionProblems(definition: AgentDefinition): readonly string[] {
  const { command, env, files, provider, prompt } = definition;
  const texts = [...command, ...Object.values(env), ...Object.values(files)];
  const used = [
    ...new Set(texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((match) => match[1] as string))),
  ];
  const allowed = alternatives(DEFINITION_VARIABLES.map((name) => `{{${name}}}`));
  return used.flatMap((name) => {
    if (!(DEFINITION_VARIABLES as readonly string[]).includes(name))
      return [`found {{${name}}}, allowed: ${allowed}, nearest: {{${nearest(name, DEFINITION_VARIABLES)}}}`];
    if ((name === 'base-url' || name === 'key') && provider === undefined)
      return [
        `found {{${name}}} without a provider, allowed: with provider: ${alternatives(MODEL_PROVIDERS)}`,
      ];
    if (name === 'prompt-file' && prompt !== 'file') return [`found {{${name}}}, allowed: with prompt: file`];
    return [];
  });
}

/** A text of a definition with its variables filled in. */
export function fillIn(
  text: string,
  values: Readonly<Record<(typeof DEFINITION_VARIABLES)[number], string>>,
): string {
  return text.replace(VARIABLE, (whole, name: string) =>
    Object.hasOwn(values, name) ? values[name as keyof typeof values] : whole,
  );
}
