import { CagentError } from '../core/errors.js';
import { ACTION_INPUTS, type ActionInput, APPLY_INPUTS, isActionInput } from './action-inputs.js';
import type { Flags } from './flags.js';
import { nearest, quote } from './found.js';
import { isOptionName, OPTION_NAMES, type OptionName, optionSpec } from './options.js';
import { splitCommandLine } from './words.js';

/** Names of all inputs of the action, options first. */
export const INPUT_NAMES: readonly string[] = [
  ...OPTION_NAMES.filter((name) => optionSpec(name).isInput),
  ...Object.keys(ACTION_INPUTS),
];

/**
 * The inputs under their own names: `prompt_file` is taken as `prompt-file`, as other actions write it.
 * @returns also one notice for each such name
 * @throws CagentError `config.invalid` when both names are given and differ
 */
export function withoutAliases(inputs: Readonly<Record<string, string>>): {
  readonly inputs: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
} {
  const own: Record<string, string> = { ...inputs };
  const notices: string[] = [];
  for (const [alias, text] of Object.entries(inputs)) {
    const name = alias.replaceAll('_', '-');
    if (name === alias || !(INPUT_NAMES.includes(name) || APPLY_INPUTS.includes(name))) continue;
    const other = own[name];
    if (other !== undefined && other !== text && !isDefault(name, other) && text.trim() !== '') {
      throw new CagentError(
        'config.invalid',
        `input ${alias} and input ${name} are both given and differ, allowed: one of them`,
      );
    }
    delete own[alias];
    if (text.trim() !== '') own[name] = text;
    notices.push(`The input ${alias} is taken as ${name}, which is its name here.`);
  }
  return { inputs: own, notices };
}

/** The runner fills defaults in, so one of these is as good as not given; an expression can have any value. */
function isDefault(name: string, text: string): boolean {
  const input: ActionInput | undefined = isActionInput(name) ? ACTION_INPUTS[name] : undefined;
  return text === (input?.default ?? '') || input?.default?.startsWith('${') === true;
}

/**
 * The action's inputs as flags. An empty input is not given; lists have one item a line. Throws `config.invalid`
 * for unknown names, for a command that cannot be split and for two different workspaces.
 */
export function flagsFromInputs(inputs: Readonly<Record<string, string>>): Flags {
  const problems: string[] = [];
  const values: Partial<Record<OptionName, string | readonly string[]>> = {};
  for (const [name, text] of Object.entries(inputs)) {
    if (!INPUT_NAMES.includes(name)) problems.push(unknownInput(name));
    else if (isOptionName(name) && text.trim() !== '') values[name] = inputValue(name, text);
  }
  const directory = given(inputs['working-directory']);
  if (directory !== undefined && values.workspace !== undefined && values.workspace !== directory) {
    problems.push('input workspace and input working-directory are both given, allowed: one of them');
  }
  if (directory !== undefined) values.workspace = directory;
  const line = given(inputs.run);
  const command = line === undefined ? undefined : splitCommandLine(line);
  if (line !== undefined && command === undefined) {
    const allowed = 'one command line with every quote closed; for a script: bash -c "..."';
    problems.push(`input run: found ${quote(line)}, allowed: ${allowed}`);
  }
  if (problems.length > 0) throw new CagentError('config.invalid', problems.join('; '));
  return { origin: 'input', values, command };
}

function inputValue(name: OptionName, text: string): string | readonly string[] {
  const { type } = optionSpec(name);
  if (type.kind === 'list' && type.perLine)
    return text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  return type.kind === 'list' || name === 'prompt' ? text : text.trim();
}

function unknownInput(name: string): string {
  if (APPLY_INPUTS.includes(name)) {
    return `input ${name}: belongs to org/cagent/apply, which opens the pull request, allowed: there`;
  }
  const kind = isActionInput(name) || isOptionName(name) ? 'is not an input of the action' : 'unknown input';
  return `input ${name}: ${kind}, allowed: ${INPUT_NAMES.join(', ')}, nearest: ${nearest(name, INPUT_NAMES)}`;
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
