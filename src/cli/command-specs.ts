import { OPTION_NAMES, type OptionName, optionSpec } from '../config/options.js';

export type CommandName =
  | 'run'
  | 'plan'
  | 'shell'
  | 'build'
  | 'apply'
  | 'allow'
  | 'init'
  | 'presets'
  | 'doctor'
  | 'clean';

/** What a command is and takes, for parsing and help. */
export interface CommandSpec {
  readonly summary: string;
  readonly usage: string;
  readonly options: readonly OptionName[];
  /** Words that are not options: a command behind `--`, run directories, workflows, at most one preset or agent, or none. */
  readonly operands:
    | 'command'
    | 'run-directory'
    | 'run-directories'
    | 'preset'
    | 'agent'
    | 'workflows'
    | 'none';
}

export const RUN_OPTION_NAMES = OPTION_NAMES.filter((name) => optionSpec(name).onCommandLine);

/** A shell is given no task, nobody judges its answer or starts it again, and its output is a terminal's. */
const NOT_OF_A_SHELL: readonly OptionName[] = [
  'prompt',
  'prompt-file',
  'event',
  'agent-args',
  'output-schema',
  'max-retries',
  'retry-delay',
  'json',
];

export const COMMANDS: Readonly<Record<CommandName, CommandSpec>> = {
  run: {
    summary: 'Run an agent, or the command, in the sandbox.',
    usage: '[options] [-- COMMAND ARG...]',
    options: RUN_OPTION_NAMES,
    operands: 'command',
  },
  plan: {
    summary: 'Print what run would do, touch nothing.',
    usage: '[options] [-- COMMAND ARG...]',
    options: RUN_OPTION_NAMES,
    operands: 'command',
  },
  shell: {
    summary: 'Open a shell in the sandbox, in the place of the agent.',
    usage: '[options]',
    options: RUN_OPTION_NAMES.filter((name) => !NOT_OF_A_SHELL.includes(name)),
    operands: 'none',
  },
  build: {
    summary: 'Pull or build the images.',
    usage: '[options] [AGENT]',
    options: ['workspace', 'config', 'base', 'agent', 'image', 'push', 'no-cache', 'dry-run'],
    operands: 'agent',
  },
  apply: {
    summary: "Check a run's patch against the patch policy and apply it to a checkout.",
    usage: '[options] RUN_DIR',
    options: ['workspace', 'config', 'base', 'json'],
    operands: 'run-directory',
  },
  allow: {
    summary: 'Add what runs in audit mode suggest to network.allow of cagent.yml.',
    usage: '[options] RUN_DIR...',
    options: ['workspace', 'config', 'json'],
    operands: 'run-directories',
  },
  init: {
    summary: 'Write ready workflows for GitHub Actions: refactor, review, fix, audit.',
    usage: '[options] WORKFLOW...',
    options: ['workspace', 'agent', 'model', 'json'],
    operands: 'workflows',
  },
  presets: {
    summary: 'List the presets of network.allow: their hosts, each with its reason.',
    usage: '[options] [NAME]',
    options: ['json'],
    operands: 'preset',
  },
  doctor: {
    summary: 'Check Docker, kernel, runtime and the workflows here; say what to do.',
    usage: '[options]',
    options: ['json'],
    operands: 'none',
  },
  clean: {
    summary: 'Remove whatever runs left behind, by label.',
    usage: '[options]',
    options: [],
    operands: 'none',
  },
};

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];
