import type { OptionName } from './options.js';

/** What the command line or the action's inputs say, still as text. */
export interface Flags {
  /** How messages call an option: `--memory` or `input memory`. */
  readonly origin: 'option' | 'input';
  /** Text of single values, texts of lists in order, `true` for switches. Absent: not given. */
  readonly values: Readonly<Partial<Record<OptionName, string | readonly string[] | true>>>;
  /** The command after `--`, or that of the input `run`. */
  readonly command: readonly string[] | undefined;
}

/** How a message names an option of these flags. */
export function flagLabel(flags: Flags, name: OptionName): string {
  return flags.origin === 'option' ? `--${name}` : `input ${name}`;
}
