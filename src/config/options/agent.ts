import { AGENT_NAMES } from '../agent-names.js';
import type { OptionTable } from '../option.js';
import { choice, type ListType, list, path, text, textSchema } from '../value-type.js';
import { splitWords } from '../words.js';

const MODEL = 'the name of a model, without spaces';

export const AGENT_OPTIONS = {
  agent: {
    topic: 'agent',
    type: choice(...AGENT_NAMES),
    placeholder: 'NAME',
    key: 'agent.use',
    onCommandLine: true,
    isInput: true,
    otherwise: '`command` when a command is given',
    description: `Agent to run: ${AGENT_NAMES.join(', ')}.`,
  },
  prompt: {
    topic: 'agent',
    type: text('text that is not empty', /^[^\0]*[^\s\0][^\0]*$/),
    placeholder: 'TEXT',
    key: 'agent.prompt',
    onCommandLine: true,
    isInput: true,
    description: 'What the agent shall do.',
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
} as const satisfies OptionTable;

function words(): ListType<readonly string[]> {
  const item = textSchema('text', /^[^\0]*$/);
  return {
    ...list('arguments', item),
    allowed: 'arguments with every quote closed',
    fromText: splitWords,
    perLine: false,
  };
}
