import { INPUT_NAMES } from '../config/inputs.js';
import type { Environment } from '../core/environment.js';

const PREFIX = 'INPUT_';

/**
 * The inputs that the runner hands over as variables, by their names in action.yml. An input that is not in the
 * table keeps a name of its own, so that a misspelt `allow` or `ignore` is refused and never silently left out.
 */
export function readInputs(
  environment: Environment,
  names: readonly string[] = INPUT_NAMES,
): Readonly<Record<string, string>> {
  const known = new Map(names.map((name) => [variableName(name), name]));
  const inputs: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    inputs[known.get(variable) ?? variable.slice(PREFIX.length).toLowerCase()] = value;
  }
  return inputs;
}

/** The environment for the programs that the engine starts: none of them needs an input, and some are keys. */
export function withoutInputs(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith(PREFIX)));
}

function variableName(input: string): string {
  return `${PREFIX}${input.replaceAll(' ', '_').toUpperCase()}`;
}
