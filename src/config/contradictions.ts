import type { ConfigFile } from './config-file.js';
import { type Flags, flagLabel } from './flags.js';
import type { OptionName } from './options.js';
import type { Settings } from './settings.js';

/** Pairs of which a source may give one. A flag quietly replaces the file's counterpart: flags come first. */
const EXCLUSIVE: readonly (readonly [OptionName, OptionName])[] = [
  ['prompt', 'prompt-file'],
  ['image', 'image-build'],
];

/** Settings of one source that exclude each other. */
export function exclusiveProblems(
  settings: Settings,
  label: (name: OptionName) => string,
): readonly string[] {
  return EXCLUSIVE.filter((pair) => pair.every((name) => settings[name] !== undefined)).map(
    ([one, other]) => `${label(one)} and ${label(other)} are both given, allowed: one of them`,
  );
}

/** The file's settings without those that a flag replaces by their counterpart. */
export function withoutReplaced(file: Settings, flags: Settings): Settings {
  const replaced = EXCLUSIVE.flatMap(([one, other]) => [
    ...(flags[one] === undefined ? [] : [other]),
    ...(flags[other] === undefined ? [] : [one]),
  ]);
  // `--network none` switches the file's rules off for this run; flags that would then do nothing are an error.
  if (flags.network === 'none') replaced.push('allow');
  return without(file, replaced);
}

export function without(settings: Settings, names: readonly OptionName[]): Settings {
  const kept = Object.entries(settings).filter(([name]) => !names.includes(name as OptionName));
  return Object.fromEntries(kept) as Settings;
}

/** Rules for a network that is not there. */
export function networkProblems(flags: Flags, flagSettings: Settings, file: ConfigFile): readonly string[] {
  const mode = flagSettings.network ?? file.settings.network;
  if (mode !== 'none') return [];
  const modeLabel = flagSettings.network === undefined ? file.label('network') : flagLabel(flags, 'network');
  const rulesLabel = rulesWithoutNetwork(flags, flagSettings, file);
  if (rulesLabel === undefined) return [];
  return [
    `${modeLabel} is none, but ${rulesLabel} gives rules, allowed: rules with block or audit, or none without rules`,
  ];
}

function rulesWithoutNetwork(flags: Flags, flagSettings: Settings, file: ConfigFile): string | undefined {
  if ((flagSettings.allow ?? []).length > 0) return flagLabel(flags, 'allow');
  if (flagSettings.network === undefined && (file.settings.allow ?? []).length > 0)
    return file.label('allow');
  return undefined;
}
