import { CONTAINERS } from './containers.js';
import { DEFAULTS } from './defaults.js';
import { DOTNET } from './dotnet.js';
import { GITHUB } from './github.js';
import { GO } from './go.js';
import { JAVA } from './java.js';
import { LINUX } from './linux.js';
import { MODEL_PROVIDERS } from './model-providers.js';
import { NODE } from './node.js';
import { PHP } from './php.js';
import type { Preset } from './preset.js';
import { PYTHON } from './python.js';
import { RUBY } from './ruby.js';
import { RUST } from './rust.js';

export type { Preset, PresetHost } from './preset.js';

/** Every preset, in the order in which they are listed. */
export const PRESETS: readonly Preset[] = [
  DEFAULTS,
  NODE,
  PYTHON,
  GO,
  RUST,
  JAVA,
  RUBY,
  PHP,
  DOTNET,
  LINUX,
  GITHUB,
  CONTAINERS,
  ...MODEL_PROVIDERS,
];

/** Names that other tools use for the same thing. */
const ALIASES: Readonly<Record<string, string>> = { 'linux-distros': 'linux' };

/** The preset of that name; names are case-sensitive and have no dots. */
export function findPreset(name: string): Preset | undefined {
  const canonical = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return PRESETS.find((preset) => preset.name === canonical);
}
