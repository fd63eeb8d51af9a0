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
  'github-token': {
    description:
      'Token with which cagent itself asks GitHub who may start an agent and writes comments. It never enters the sandbox.',
    default: `\${{ github.token }}`,
  },
  'allow-users': {
    description:
      'Logins that may start an agent without write access to the repository. One a line, or with commas; * alone, on private repositories, is everybody.',
  },
  'allow-bot-users': {
    description:
      'Full names of bots that may start an agent, such as renovate[bot]. One a line, or with commas; * alone, on private repositories, is every bot.',
  },
  fork: {
    description:
      'What becomes of pull requests from forks: refuse, no-network, or label:NAME. They are always read-only and without secrets.',
    default: 'refuse',
  },
  'fork-model-key': {
    description:
      'Whether the gateway may use the model key for a labelled pull request from a fork: true or false. The key never enters the sandbox.',
    default: 'false',
  },
  'sticky-comment': {
    description:
      'Whether one comment with the result is kept on the pull request: true or false. It needs pull-requests: write.',
    default: 'true',
  },
  'comment-key': {
    description:
      'What tells the comments and reviews of jobs apart that run the same agent on one pull request. Without one it is the values of the matrix.',
    default: `\${{ toJson(matrix) }}`,
  },
  review: {
    description:
      'Whether the answer of the agent is posted as a review of the pull request: true or false. The agent is told the schema.',
    default: 'false',
  },
  'review-approve': {
    description: 'Whether such a review may approve: true or false.',
    default: 'false',
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

/** Inputs of `org/cagent/apply` that people give to this action, where they would do nothing. */
export const APPLY_INPUTS: readonly string[] = ['base-branch', 'branch-prefix'];

export type ActionInputName = keyof typeof ACTION_INPUTS | OptionName;

export function isActionInput(name: string): name is keyof typeof ACTION_INPUTS {
  return Object.hasOwn(ACTION_INPUTS, name);
}
