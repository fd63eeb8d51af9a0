import type { OptionTable } from '../option.js';
import { choice, list, path, text, textSchema } from '../value-type.js';

const PATTERN = 'a gitignore pattern on one line';

export const WORKSPACE_OPTIONS = {
  mode: {
    topic: 'workspace',
    type: choice('overlay', 'read-only'),
    placeholder: 'overlay|read-only',
    key: 'workspace.mode',
    onCommandLine: true,
    isInput: true,
    default: 'overlay',
    description: 'overlay: edits become a patch. read-only: only `.agent-scratch` is writable.',
  },
  ignore: {
    topic: 'workspace',
    type: list('gitignore patterns', textSchema(PATTERN, /^[^\0\r\n]*[^\0\r\n\s][^\0\r\n]*$/)),
    placeholder: 'PATTERN',
    key: 'workspace.ignore',
    onCommandLine: true,
    isInput: true,
    description: 'Pattern of files to hide from the agent, after those of the ignore file.',
  },
  base: {
    topic: 'workspace',
    type: text('a commit, branch or tag, or none', /^[^\s\0-][^\s\0]*$/),
    placeholder: 'COMMIT',
    onCommandLine: true,
    isInput: true,
    otherwise: 'none; in the action the base of the pull request',
    description:
      'Commit that configuration of agents and of cagent comes from, for a workspace that is under review. none: the workspace itself is trusted.',
  },
  'ignore-file': {
    topic: 'workspace',
    type: path(),
    key: 'workspace.ignore-file',
    onCommandLine: false,
    isInput: false,
    default: '.agentignore',
    description: 'File with patterns to hide, in gitignore syntax. `.agentsignore` is read too.',
  },
  secrets: {
    topic: 'workspace',
    type: choice('hide', 'warn', 'off'),
    key: 'workspace.secrets',
    onCommandLine: false,
    isInput: false,
    default: 'hide',
    description: 'What to do with files in which the secret scan finds something.',
  },
  git: {
    topic: 'workspace',
    type: choice('snapshot', 'history', 'none'),
    placeholder: 'snapshot|history|none',
    key: 'workspace.git',
    onCommandLine: true,
    isInput: true,
    default: 'snapshot',
    description: 'The `.git` inside: the visible tree as one commit, the last commits filtered, or none.',
  },
} as const satisfies OptionTable;
