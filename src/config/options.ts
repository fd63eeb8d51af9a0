import type { OptionSpec, Topic } from './option.js';
import { AGENT_OPTIONS } from './options/agent.js';
import { BUDGET_OPTIONS } from './options/budget.js';
import { IMAGE_OPTIONS } from './options/image.js';
import { LIMITS_OPTIONS } from './options/limits.js';
import { NETWORK_OPTIONS } from './options/network.js';
import { PATCH_OPTIONS } from './options/patch.js';
import { RUN_OPTIONS } from './options/run.js';
import { WORKSPACE_OPTIONS } from './options/workspace.js';

/** Every setting of a run, by its name on the command line. The one source for flags, inputs, cagent.yml and docs. */
export const OPTIONS = {
  ...RUN_OPTIONS,
  ...AGENT_OPTIONS,
  ...IMAGE_OPTIONS,
  ...WORKSPACE_OPTIONS,
  ...NETWORK_OPTIONS,
  ...LIMITS_OPTIONS,
  ...BUDGET_OPTIONS,
  ...PATCH_OPTIONS,
} as const;

export type OptionName = keyof typeof OPTIONS;

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** Headings in help and documentation. */
export const TOPIC_TITLES: Readonly<Record<Topic, string>> = {
  run: 'Run',
  agent: 'Agent',
  image: 'Image',
  workspace: 'Workspace',
  network: 'Network',
  limits: 'Limits',
  budget: 'Budget',
  patch: 'Patch',
};

/** The description of an option, without the narrow type of its value. */
export function optionSpec(name: OptionName): OptionSpec {
  return OPTIONS[name];
}

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}
