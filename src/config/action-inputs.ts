import type { OptionName } from './options.js';

/** An input that only the action has. */
export interface ActionInput {
  readonly description: string;
  readonly default?: string;
}

/** Inputs besides those that are options of the command line. */
export const ACTION_INPUTS = {
  run: {
    description:
      'Command to run instead of a known agent, on one line, split into words like a shell does (nothing is expanded).',
  },
  'working-directory': { description: 'The workspace, under the name that steps of a workflow use.' },
  'anthropic-api-key': {
    description: 'Key for the model API of Anthropic. It never enters the sandbox.',
  },
  'openai-api-key': {
    description: 'Key for the model API of OpenAI, or of a compatible service. It never enters the sandbox.',
  },
  'google-api-key': {
    description: 'Key for the model API of Google. It never enters the sandbox.',
  },
  'upload-artifacts': {
    description: 'Whether the run directory is uploaded as an artifact: true or false.',
    default: 'true',
  },
  'artifact-name': { description: 'Name of the artifact. Without one it is cagent- and the run id.' },
  'cache-images': {
    description: 'Whether images that cagent builds are kept in the cache of GitHub Actions: true or false.',
    default: 'true',
  },
} as const satisfies Readonly<Record<string, ActionInput>>;

export type ActionInputName = keyof typeof ACTION_INPUTS | OptionName;

export function isActionInput(name: string): name is keyof typeof ACTION_INPUTS {
  return Object.hasOwn(ACTION_INPUTS, name);
}
