import type { OptionTable } from '../option.js';
import { list, onOff, path, text, textSchema } from '../value-type.js';

/** Where a run reads, where it writes, and what it is given. */
export const RUN_OPTIONS = {
  workspace: {
    topic: 'run',
    type: path(),
    placeholder: 'DIR',
    short: 'w',
    onCommandLine: true,
    isInput: true,
    otherwise: 'the current directory',
    description: 'Directory of the repository. A run never writes to it.',
  },
  config: {
    topic: 'run',
    type: path(),
    placeholder: 'FILE',
    short: 'c',
    onCommandLine: true,
    isInput: true,
    otherwise: '`cagent.yml` in the workspace, if there is one',
    description: 'Configuration file.',
  },
  out: {
    topic: 'run',
    type: path(),
    placeholder: 'DIR',
    short: 'o',
    onCommandLine: true,
    isInput: true,
    otherwise: 'a new directory for each run',
    description: 'Run directory: report, patch, egress log.',
  },
  env: {
    topic: 'run',
    type: list('NAME or NAME=VALUE', textSchema('NAME or NAME=VALUE', /^[^\0]+$/)),
    placeholder: 'NAME[=VALUE]',
    onCommandLine: true,
    isInput: true,
    description:
      'Variable for the agent. NAME alone takes the value from the environment of cagent and masks it in every output; a VALUE given here is not secret.',
  },
  runtime: {
    topic: 'run',
    type: text('the name of a container runtime, e.g. runc or runsc', /^[A-Za-z0-9][A-Za-z0-9_.-]*$/),
    placeholder: 'NAME',
    key: 'runtime',
    onCommandLine: true,
    isInput: true,
    otherwise: "the engine's default",
    description: 'Container runtime of the agent, any that the engine has.',
  },
  keep: {
    topic: 'run',
    type: onOff(),
    onCommandLine: true,
    isInput: true,
    default: 'false',
    description: 'Keep the containers and the view after the run, for looking at them.',
  },
  json: {
    topic: 'run',
    type: onOff(),
    onCommandLine: true,
    isInput: false,
    default: 'false',
    description: 'Print the result as JSON on standard output and all else on standard error.',
  },
} as const satisfies OptionTable;
