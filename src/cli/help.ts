import { type Command, Option } from 'commander';
import { OPTIONS, type OptionName, optionSpec, TOPIC_TITLES } from '../config/options.js';

const HELP_WIDTH = 100;

/** How an option is written in help: `-w, --workspace DIR`. */
export function optionTerm(name: OptionName): string {
  const { short, placeholder } = optionSpec(name);
  const long = placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

/** What help says of an option: meaning, whether it repeats, and what holds without it. */
export function optionHelp(name: OptionName): string {
  const { description, default: fallback, otherwise, type } = optionSpec(name);
  const repeat = type.kind === 'list' ? ' May be given more than once.' : '';
  const without = type.kind === 'switch' ? undefined : (fallback ?? otherwise);
  return `${description}${repeat}${without === undefined ? '' : ` Default: ${[without].flat().join(', ')}.`}`;
}

/** An option of the table for commander. Values stay text: what they may be is checked with the configuration. */
export function commanderOption(name: OptionName): Option {
  const { short, placeholder, topic, type } = optionSpec(name);
  const long = placeholder === undefined ? `--${name}` : `--${name} <value>`;
  const option = new Option(short === undefined ? long : `-${short}, ${long}`, optionHelp(name));
  option.helpGroup(`${TOPIC_TITLES[topic]}:`);
  if (type.kind !== 'list') return option;
  return option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
}

/** Help has the same width everywhere and shows placeholders as the documentation does. */
export function configureHelp(command: Command): void {
  command.configureHelp({
    helpWidth: HELP_WIDTH,
    subcommandTerm: (subcommand) => `${subcommand.name()} ${subcommand.usage()}`.trim(),
    optionTerm: (option) => {
      const name = option.long?.slice(2) ?? '';
      return Object.hasOwn(OPTIONS, name) ? optionTerm(name as OptionName) : option.flags;
    },
  });
}
