import { Command, CommanderError } from 'commander';
import type { Flags } from '../config/flags.js';
import { quote } from '../config/found.js';
import type { OptionName } from '../config/options.js';
import type { CagentError } from '../core/errors.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, type CommandSpec } from './command-specs.js';
import { commanderOption, configureHelp } from './help.js';
import { fromCommander, helpHint, missingValue, unknownCommand, usageError } from './usage-errors.js';

/** What the command line asks for. Values are still text; `resolveRunSpec` checks them together with cagent.yml. */
export type ParsedArguments =
  | { readonly command: 'help'; readonly text: string }
  | { readonly command: 'version' }
  | { readonly command: 'run' | 'plan'; readonly flags: Flags; readonly json: boolean }
  | { readonly command: 'shell'; readonly flags: Flags }
  | { readonly command: 'build'; readonly flags: Flags }
  | {
      readonly command: 'apply';
      readonly flags: Flags;
      readonly runDirectory: string;
      readonly json: boolean;
    }
  | {
      readonly command: 'allow';
      readonly runDirectories: readonly string[];
      readonly flags: Flags;
      readonly json: boolean;
    }
  | {
      readonly command: 'init';
      readonly names: readonly string[];
      readonly flags: Flags;
      readonly json: boolean;
    }
  | { readonly command: 'presets'; readonly name: string | undefined; readonly json: boolean }
  | { readonly command: 'doctor'; readonly json: boolean }
  | { readonly command: 'clean' };

/**
 * Takes a command line (without program and script) apart. Pure: prints nothing, reads nothing, never exits.
 * Throws `cli.usage` for unknown commands and options, missing values and misplaced words.
 */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  // Split here and not by commander: `--prompt --` must not swallow the separator, and nothing behind it is ours.
  const separator = argv.indexOf('--');
  const own = separator === -1 ? argv : argv.slice(0, separator);
  const behind = separator === -1 ? undefined : argv.slice(separator + 1);
  const printed: string[] = [];
  const parsed: ParsedArguments[] = [];
  const program = createProgram({
    behind,
    own,
    print: (text) => void printed.push(text),
    accept: (result) => void parsed.push(result),
  });
  try {
    program.parse([...own], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.code === 'commander.version') return { command: 'version' };
    return { command: 'help', text: printed.join('') };
  }
  return parsed[0] ?? { command: 'help', text: program.helpInformation() };
}

/** What commander reports as errors although the user asked for it. */
const ANSWERS: ReadonlySet<string> = new Set([
  'commander.help',
  'commander.helpDisplayed',
  'commander.version',
]);

interface Context {
  /** What was behind `--`. */
  readonly behind: readonly string[] | undefined;
  /** The words before `--`. */
  readonly own: readonly string[];
  readonly print: (text: string) => void;
  readonly accept: (result: ParsedArguments) => void;
}

function createProgram(context: Context): Command {
  const program = new Command('cagent')
    .description('Runs AI coding agents in a Docker sandbox.')
    .usage('COMMAND [options]')
    // Commander wants a text; the caller prints the version.
    .version('-', '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Print help.')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError(false)
    .exitOverride((error) => passOn(error, undefined))
    .configureOutput({ writeOut: context.print, writeErr: () => {} });
  configureHelp(program);
  // Only reached with a word that is no command, or with none.
  program.argument('[words...]').action((words: readonly string[]) => {
    const [word, topic] = words;
    if (word === 'help') return context.accept({ command: 'help', text: helpFor(program, topic) });
    if (word !== undefined) throw unknownCommand(word);
    if (context.behind !== undefined)
      throw usageError('-- stands before a command', 'Write cagent run -- COMMAND ARG...');
    return context.accept({ command: 'help', text: program.helpInformation() });
  });
  for (const name of COMMAND_NAMES) addCommand(program, name, context);
  return program;
}

function passOn(error: CommanderError, command: CommandName | undefined): never {
  throw ANSWERS.has(error.code) ? error : fromCommander(error, command);
}

function helpFor(program: Command, topic: string | undefined): string {
  if (topic === undefined) return program.helpInformation();
  const command = program.commands.find((each) => each.name() === topic);
  if (command === undefined) throw unknownCommand(topic);
  return command.helpInformation();
}

function addCommand(program: Command, name: CommandName, context: Context): void {
  const spec = COMMANDS[name];
  const command = program.command(name).description(spec.summary).usage(spec.usage);
  command.helpOption('-h, --help', 'Print help.').exitOverride((error) => passOn(error, name));
  command.argument('[words...]').allowExcessArguments();
  // `cagent run ls -la`: -la belongs to ls, so that the error is about the missing `--`.
  if (spec.operands === 'command') command.passThroughOptions();
  for (const option of spec.options) command.addOption(commanderOption(option));
  configureHelp(command);
  command.action((words: readonly string[]) => {
    const values = givenValues(command, name, context.own);
    context.accept(result(name, words, context.behind, values));
  });
}

function result(
  command: CommandName,
  words: readonly string[],
  behind: readonly string[] | undefined,
  values: Flags['values'],
): ParsedArguments {
  const { operands } = COMMANDS[command];
  const json = values.json === true;
  const flags: Flags = { origin: 'option', values, command: operands === 'command' ? behind : undefined };
  const all = words.length;
  const most = {
    command: 0,
    none: 0,
    preset: 1,
    agent: 1,
    'run-directory': all,
    'run-directories': all,
    workflows: all,
  }[operands];
  const stray = words[most];
  if (stray !== undefined) throw strayWord(command, operands, stray);
  if (operands !== 'command' && behind !== undefined) {
    throw usageError(`${command} takes no command after --`, helpHint(command));
  }
  if (command === 'run' || command === 'plan') {
    if (behind?.length === 0)
      throw usageError('there is no command after --', 'Write the command there, or leave out --.');
    return { command, flags, json };
  }
  if (command === 'shell') return { command, flags };
  if (command === 'build') return { command, flags: withAgent(flags, words[0]) };
  if (command === 'doctor') return { command, json };
  if (command === 'clean') return { command };
  if (command === 'presets') return { command, name: words[0], json };
  if (command === 'allow') {
    if (words.length === 0) throw usageError('allow needs a run directory', helpHint(command));
    return { command, runDirectories: words, flags, json };
  }
  if (command === 'init') return { command, names: words, flags, json };
  const [runDirectory, extra] = words;
  if (runDirectory === undefined || runDirectory === '')
    throw usageError('apply needs a run directory', helpHint(command));
  if (extra !== undefined) {
    throw usageError(`apply takes one run directory, found also ${quote(extra)}`, helpHint(command));
  }
  return { command, flags, runDirectory, json };
}

/** `build AGENT` is `build --agent AGENT`. */
function withAgent(flags: Flags, word: string | undefined): Flags {
  const { agent } = flags.values;
  if (word === undefined) return flags;
  if (agent !== undefined && agent !== word) {
    throw usageError(
      `build takes one agent, found ${quote(String(agent))} and ${quote(word)}`,
      helpHint('build'),
    );
  }
  return { ...flags, values: { ...flags.values, agent: word } };
}

function strayWord(command: CommandName, operands: CommandSpec['operands'], word: string): CagentError {
  const found = `found ${quote(word)} after ${command}`;
  if (operands === 'none') return usageError(`${found}, which takes no arguments`, helpHint(command));
  if (operands === 'preset' || operands === 'agent')
    return usageError(`${command} takes one ${operands}, found also ${quote(word)}`, helpHint(command));
  return usageError(
    `${found}, allowed: options, then -- and the command`,
    `Write cagent ${command} [options] -- COMMAND ARG...`,
  );
}

/** The options that were given. A known option in the place of a value means that the value was forgotten. */
function givenValues(command: Command, name: CommandName, own: readonly string[]): Flags['values'] {
  const { options } = COMMANDS[name];
  const given = command.opts<Readonly<Record<string, string | readonly string[] | boolean>>>();
  const byName = options.map((option) => {
    const known = commanderOption(option);
    const value = given[known.attributeName()];
    // Commander takes `--no-cache` for the opposite of a `--cache` that is on by default.
    return [option, typeof value === 'boolean' ? value !== known.negate || undefined : value] as const;
  });
  for (const [option, value] of byName) {
    const swallowed = [value ?? []].flat().find((text) => options.some((other) => text === `--${other}`));
    if (swallowed !== undefined && !own.includes(`--${option}=${swallowed}`))
      throw missingValue(option, name);
  }
  return Object.fromEntries(byName.filter(([, value]) => value !== undefined)) as Partial<
    Record<OptionName, string | readonly string[] | true>
  >;
}
