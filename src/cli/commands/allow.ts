import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DEFAULT_CONFIG_FILE } from '../../config/config-file.js';
import { extendAllow } from '../../config/extend-allow.js';
import { workspaceDirectory } from '../../config/workspace-directory.js';
import { CagentError, messageOf } from '../../core/errors.js';
import { logJson, withoutCommands } from '../../core/log-json.js';
import { writeAtomically } from '../../report/atomic-write.js';
import { readSuggestion } from '../../report/read-suggestion.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';

/** `cagent allow RUN_DIR...`: what runs in audit mode suggest goes into `network.allow` of cagent.yml. */
export async function allowCommand(
  { runDirectories, flags, json }: ParsedArguments & { command: 'allow' },
  { cwd, stdout, stderr }: CliContext,
): Promise<number> {
  const { workspace, config } = flags.values;
  const directory = await workspaceDirectory(typeof workspace === 'string' ? workspace : undefined, cwd);
  const file = typeof config === 'string' ? resolve(cwd, config) : join(directory, DEFAULT_CONFIG_FILE);
  const suggested = await Promise.all(runDirectories.map((run) => readSuggestion(resolve(cwd, run))));
  const { text, added } = extendAllow(await textOf(file), suggested.flat(), file);
  if (added.length > 0) await writeAtomically(file, text);
  if (json) {
    stdout.write(logJson({ file, added: added.map((entry) => JSON.parse(entry) as unknown) }));
    return 0;
  }
  for (const entry of added) stdout.write(`${withoutCommands(entry)}\n`);
  stderr.write(
    added.length === 0
      ? `cagent: ${file} allows all of this already\n`
      : `cagent: ${added.length} new in network.allow of ${file}; read them before you commit\n`,
  );
  return 0;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CagentError('config.unreadable', `${file} cannot be read: ${messageOf(thrown)}`);
  }
}
