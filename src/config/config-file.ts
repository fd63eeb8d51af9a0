import { isUtf8 } from 'node:buffer';
import { lstat, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import type { BaseFiles } from './base-files.js';
import { configProblems, dotted } from './config-problems.js';
import { configSchema } from './config-schema.js';
import { fromBase, type Places } from './named-files.js';
import { type OptionName, optionSpec } from './options.js';
import { type Settings, settingsFromConfig } from './settings.js';
import { reasonOf } from './system-reason.js';
import { LARGEST_YAML_BYTES, parseYaml } from './yaml-document.js';

export const DEFAULT_CONFIG_FILE = 'cagent.yml';
const OTHER_ENDING = 'cagent.yaml';

/** A configuration that was read and checked for form. */
export interface ConfigFile {
  readonly settings: Settings;
  /** How a message names a setting of this file, or an item of a list: `cagent.yml:3:5: agent.prompt`. */
  readonly label: (name: OptionName, index?: number) => string;
}

/** A configuration that says nothing: for a workspace without cagent.yml. */
export const NO_CONFIG: ConfigFile = { settings: {}, label: (name) => optionSpec(name).key ?? name };

/**
 * Reads the file that was named, or cagent.yml of the workspace if there is one. Throws `config.unreadable` when a
 * named file is missing or the default one is there but cannot be read, `config.syntax` and `config.invalid`.
 */
export async function loadConfig(named: string | undefined, places: Places): Promise<ConfigFile> {
  const { cwd, workspace, base } = places;
  if (named !== undefined) {
    const inBase = await fromBase(resolve(cwd, named), places);
    if (inBase === 'missing') throw notInBase(named, places);
    return parseConfig(await read(inBase ?? resolve(cwd, named), named), named);
  }
  if (base !== undefined) return loadFromBase(base);
  const path = join(workspace, DEFAULT_CONFIG_FILE);
  if (await exists(path)) return parseConfig(await read(path, DEFAULT_CONFIG_FILE), DEFAULT_CONFIG_FILE);
  // Otherwise a policy that somebody wrote would be passed over in silence.
  if (await exists(join(workspace, OTHER_ENDING))) throw otherEnding('workspace');
  return NO_CONFIG;
}

/** A pull request that adds a configuration does not get to use it. */
async function loadFromBase(base: BaseFiles): Promise<ConfigFile> {
  const path = await base.bring(DEFAULT_CONFIG_FILE);
  if (path !== undefined) return parseConfig(await read(path, DEFAULT_CONFIG_FILE), DEFAULT_CONFIG_FILE);
  if ((await base.bring(OTHER_ENDING)) !== undefined) throw otherEnding('base commit');
  return NO_CONFIG;
}

function otherEnding(where: string): CagentError {
  return new CagentError(
    'config.unreadable',
    `the ${where} has ${OTHER_ENDING}, but cagent reads ${DEFAULT_CONFIG_FILE}.`,
    { hint: 'Rename it, or name it with --config.' },
  );
}

function notInBase(name: string, { base }: Places): CagentError {
  return new CagentError(
    'config.unreadable',
    `the configuration file ${displayPath(name)} is not in the base commit ${base?.commit}.`,
    { hint: 'For a workspace under review, files within it are read from its base commit.' },
  );
}

/** Checks the text of a configuration; `name` is what messages call it. Throws `config.syntax` or `config.invalid`. */
export function parseConfig(text: string, name: string): ConfigFile {
  const document = parseYaml(text, displayPath(name));
  const result = configSchema.safeParse(document.value);
  if (!result.success) {
    throw new CagentError('config.invalid', configProblems(result.error.issues, document).join('; '));
  }
  const settings = settingsFromConfig(result.data);
  const label = (option: OptionName, index?: number): string => {
    const path = [...(optionSpec(option).key ?? option).split('.'), ...(index === undefined ? [] : [index])];
    return `${document.place(path)}: ${dotted(path)}`;
  };
  return { settings, label };
}

async function exists(path: string): Promise<boolean> {
  // A link that leads nowhere is there: what it should have held must not be replaced by defaults.
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

async function read(path: string, name: string): Promise<string> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CagentError('config.unreadable', `the configuration file ${displayPath(name)} ${why}.`, {
      hint: `Looked at ${displayPath(path)}.`,
      cause,
    });
  };
  try {
    const found = await stat(path);
    // Only a pipe that the user named has somebody who writes into it.
    if (found.isFIFO() && name === DEFAULT_CONFIG_FILE) return refuse('is not a regular file');
    if (found.size > LARGEST_YAML_BYTES) return refuse(`is larger than ${LARGEST_YAML_BYTES} bytes`);
    const bytes = await readFile(path);
    if (!isUtf8(bytes)) return refuse('is not UTF-8 text');
    return bytes.toString('utf8');
  } catch (thrown) {
    if (thrown instanceof CagentError) throw thrown;
    return refuse(`cannot be read: ${reasonOf(thrown)}`, thrown);
  }
}
