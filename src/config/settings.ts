import { foundAndAllowed } from './config-problems.js';
import { type Flags, flagLabel } from './flags.js';
import { OPTION_NAMES, type OPTIONS, type OptionName, optionSpec } from './options.js';
import type { ValueType } from './value-type.js';

type Spec<K extends OptionName> = (typeof OPTIONS)[K];
type Value<K extends OptionName> = Spec<K>['type'] extends ValueType<infer T> ? T : never;

/** The values that one source gives: checked, and in the units of RunSpec. */
export type Settings = { readonly [K in OptionName]?: Value<K> };

/** The values of a run after flags, file and defaults. What has a default is always there. */
export type MergedSettings = {
  readonly [K in OptionName]: Spec<K> extends { readonly default: unknown } ? Value<K> : Value<K> | undefined;
};

/** The settings of a checked cagent.yml. */
export function settingsFromConfig(config: Readonly<Record<string, unknown>>): Settings {
  return collect((name) => {
    const steps = optionSpec(name).key?.split('.');
    return steps?.reduce<unknown>(
      (at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step],
      config,
    );
  });
}

/** The settings of flags or inputs, and one line for each value that is not allowed. */
export function settingsFromFlags(flags: Flags): {
  readonly settings: Settings;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const settings = collect((name) => {
    const given = flags.values[name];
    if (given === undefined || given === true) return given;
    const complain = (found: unknown, allowed: string, choices?: readonly string[]): undefined => {
      problems.push(`${flagLabel(flags, name)}: ${foundAndAllowed(found, allowed, choices)}`);
    };
    return [given].flat().length === 0 ? undefined : fromText(optionSpec(name).type, given, complain);
  });
  return { settings, problems };
}

/** Flag or input before file before default; lists of flags follow those of the file. */
export function mergeSettings(file: Settings, flags: Settings): MergedSettings {
  return collect((name) => {
    const { type, default: fallback } = optionSpec(name);
    const [low, high] = [file[name], flags[name]];
    if (type.kind === 'list' && low !== undefined && high !== undefined) {
      return [...(low as readonly unknown[]), ...(high as readonly unknown[])];
    }
    if (high !== undefined || low !== undefined) return high ?? low;
    // Defaults are written like flags and tested to be valid.
    return fallback === undefined ? undefined : fromText(type, fallback, () => undefined);
  }) as MergedSettings;
}

type Complain = (found: unknown, allowed: string, choices?: readonly string[]) => undefined;

function fromText(type: ValueType<unknown>, given: string | readonly string[], complain: Complain): unknown {
  if (type.kind !== 'list') {
    const single = String(given);
    const result = type.schema.safeParse(type.fromText(single));
    return result.success ? result.data : complain(single, type.allowed, type.choices);
  }
  const items: unknown[] = [];
  for (const text of [given].flat()) {
    const parts = type.fromText(text);
    if (parts === undefined) complain(text, type.allowed);
    for (const part of parts ?? []) {
      const result = type.item.safeParse(part);
      if (result.success) items.push(result.data);
      else complain(part, result.error.issues[0]?.message ?? type.allowed);
    }
  }
  return items;
}

function collect(find: (name: OptionName) => unknown): Settings {
  const entries = OPTION_NAMES.map((name) => [name, find(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Settings;
}
