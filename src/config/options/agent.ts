import { z } from 'zod';
import { AGENT_NAME, type AgentDefinition, agentDefinition } from '../agent-definition.js';
import { AGENT_NAMES } from '../agent-names.js';
import { alternatives } from '../found.js';
import type { OptionTable } from '../option.js';
import {
  duration,
  integer,
  type ListType,
  list,
  path,
  type ScalarType,
  text,
  textSchema,
} from '../value-type.js';
import { splitWords } from '../words.js';

const HOUR = 3_600_000;
const MODEL = 'the name of a model, without spaces';

export const AGENT_OPTIONS = {
  agent: {
    topic: 'agent',
    type: agentName(),
    placeholder: 'NAME',
    key: 'agent.use',
    onCommandLine: true,
    isInput: true,
    otherwise: '`command` when a command is given',
    description: `Agent to run: ${AGENT_NAMES.join(', ')}, or the name of your own.`,
  },
  'agent-define': {
    topic: 'agent',
    type: definition(),
    key: 'agent.define',
    onCommandLine: false,
    isInput: false,
    description: 'What the agent of `agent.use` is, when it is your own.',
  },
  prompt: {
    topic: 'agent',
    type: text('text that is not empty', /^[^\0]*[^\s\0][^\0]*$/),
    placeholder: 'TEXT',
    key: 'agent.prompt',
    onCommandLine: true,
    isInput: true,
    description: 'What the agent shall do. A command reads it from standard input.',
  },
  'prompt-file': {
    topic: 'agent',
    type: path(),
    placeholder: 'FILE',
    key: 'agent.prompt-file',
    onCommandLine: true,
    isInput: true,
    description: 'File with the prompt, instead of `prompt`.',
  },
  event: {
    topic: 'agent',
    type: path(),
    placeholder: 'FILE',
    onCommandLine: true,
    isInput: true,
    otherwise: 'the event of the workflow run',
    description: "Event in the form of GitHub's webhooks, for the variables of the prompt.",
  },
  model: {
    topic: 'agent',
    type: text(MODEL, /^[^\s\0-][^\s\0]*$/),
    placeholder: 'NAME',
    key: 'agent.model',
    onCommandLine: true,
    isInput: true,
    otherwise: "the agent's own choice",
    description: 'Model that the agent shall use.',
  },
  'agent-args': {
    topic: 'agent',
    type: words(),
    placeholder: 'ARGS',
    key: 'agent.args',
    onCommandLine: true,
    isInput: true,
    description:
      'More arguments for a known agent, in one text that is split like a shell does (nothing is expanded).',
  },
  'output-schema': {
    topic: 'agent',
    type: path(),
    placeholder: 'FILE',
    key: 'agent.output-schema',
    onCommandLine: true,
    isInput: true,
    description:
      'JSON Schema of the answer that the agent shall give; the answer is checked and put in the report.',
  },
  'max-retries': {
    topic: 'agent',
    type: integer(0, 10),
    placeholder: 'NUMBER',
    key: 'agent.max-retries',
    onCommandLine: true,
    isInput: true,
    default: '0',
    description: 'How often an agent that failed is started again, when that can help.',
  },
  'retry-delay': {
    topic: 'agent',
    type: duration(0, HOUR, 'from 0s to 1h'),
    placeholder: 'DURATION',
    key: 'agent.retry-delay',
    onCommandLine: true,
    isInput: true,
    default: '10s',
    description: 'Time before an agent is started again.',
  },
} as const satisfies OptionTable;

/** Whether the name is known is decided where a definition can be seen. */
function agentName(): ScalarType<string> {
  const allowed = alternatives(AGENT_NAMES);
  const schema = z.union([z.enum(AGENT_NAMES), textSchema(allowed, AGENT_NAME)], { error: allowed });
  return { kind: 'scalar', allowed, schema, choices: AGENT_NAMES, fromText: (text) => text };
}

function definition(): ScalarType<AgentDefinition> {
  return { kind: 'scalar', allowed: 'a mapping', schema: agentDefinition, fromText: (text) => text };
}

function words(): ListType<readonly string[]> {
  const item = textSchema('text', /^[^\0]*$/);
  return {
    ...list('arguments', item),
    allowed: 'arguments with every quote closed',
    fromText: splitWords,
    perLine: false,
  };
}
