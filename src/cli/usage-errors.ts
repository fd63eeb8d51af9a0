import type { CommanderError } from 'commander';
import { alternatives, nearest, quote } from '../config/found.js';
import { isOptionName, optionSpec } from '../config/options.js';
import { CagentError } from '../core/errors.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, RUN_OPTION_NAMES } from './command-specs.js';

/** An error of the command line, with where to look next. */
export function usageError(what: string, hint: string): CagentError {
  return new CagentError('cli.usage', `${what}.`, { hint });
}

export function helpHint(command?: CommandName): string {
  return `See cagent ${command === undefined ? '' : `${command} `}--help.`;
}

export function unknownCommand(word: string): CagentError {
  const allowed = alternatives(COMMAND_NAMES);
  return usageError(
    `unknown command ${quote(word)}, allowed: ${allowed}, nearest: ${nearest(word, COMMAND_NAMES)}`,
    helpHint(),
  );
}

export function missingValue(option: string, command: CommandName | undefined): CagentError {
  const placeholder = (isOptionName(option) ? optionSpec(option).placeholder : undefined) ?? 'VALUE';
  return usageError(`--${option} has no value, allowed: --${option} ${placeholder}`, helpHint(command));
}

/** What commander refuses, in the words of cagent. `command` is where it happened; `undefined`: before any. */
export function fromCommander(error: CommanderError, command: CommandName | undefined): CagentError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  if (error.code === 'commander.optionMissingArgument') {
    return missingValue(/--([a-z-]+)/.exec(quoted)?.[1] ?? quoted, command);
  }
  if (error.code === 'commander.unknownOption') return unknownOption(quoted, command);
  return usageError(error.message.replace(/^error: /, ''), helpHint(command));
}

function unknownOption(written: string, command: CommandName | undefined): CagentError {
  const option = written.replace(/=.*$/s, '');
  const names = command === undefined ? [] : COMMANDS[command].options;
  if (option !== written && names.some((name) => `--${name}` === option)) {
    return usageError(
      `${option} takes no value, found ${quote(written)}, allowed: ${option}`,
      helpHint(command),
    );
  }
  if (command === undefined && isRunOption(option)) {
    return usageError(
      `${option} stands before the command, allowed: after it`,
      'Write cagent COMMAND [options].',
    );
  }
  const where = command === undefined ? '' : ` of ${command}`;
  const others = commandsWith(option);
  if (command !== undefined && others.length > 0) {
    return usageError(
      `unknown option ${quote(option)}${where}, known to: ${others.join(', ')}`,
      helpHint(command),
    );
  }
  const known = [...names, ...(command === undefined ? ['version'] : []), 'help'].map((name) => `--${name}`);
  const meant = option.startsWith('--') ? nearest(option, known) : beginningWith(option, known);
  return usageError(
    `unknown option ${quote(option)}${where}${meant === undefined ? '' : `, nearest: ${meant}`}`,
    helpHint(command),
  );
}

/** A single letter has no nearest name, but `-e` is what other programs call their `--env`. */
function beginningWith(short: string, names: readonly string[]): string | undefined {
  return names.find((name) => name.startsWith(`-${short}`));
}

/** The commands that take an option: whoever gives it to another one has not mistyped it. */
function commandsWith(option: string): readonly CommandName[] {
  return COMMAND_NAMES.filter((name) => COMMANDS[name].options.some((each) => `--${each}` === option));
}

function isRunOption(option: string): boolean {
  return RUN_OPTION_NAMES.some((name) => {
    const { short } = optionSpec(name);
    return (
      option === `--${name}` ||
      (short !== undefined && option.startsWith(`-${short}`) && !option.startsWith('--'))
    );
  });
}
