import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DEFAULT_CONFIG_FILE } from '../../config/config-file.js';
import { extendAllow } from '../../config/extend-allow.js';
import { workspaceDirectory } from '../../config/workspace-directory.js';
import { CagentError, messageOf } from '../../core/errors.js';
import { writeAtomically } from '../../report/atomic-write.js';
import type { ParsedArguments } from '../arguments.js';
import type { CliContext } from '../cli-context.js';

const schema = z.object({
  schema: z.literal('cagent.report/1'),
  egress: z.object({ suggestion: z.array(z.string()).optional() }),
});

/** `cagent allow RUN_DIR...`: what runs in audit mode suggest goes into `network.allow` of cagent.yml. */
export async function allowCommand(
  { runDirectories, flags, json }: ParsedArguments & { command: 'allow' },
  { cwd, stdout, stderr }: CliContext,
): Promise<number> {
  const { workspace, config } = flags.values;
  const directory = await workspaceDirectory(typeof workspace === 'string' ? workspace : undefined, cwd);
  const file = typeof config === 'string' ? resolve(cwd, config) : join(directory, DEFAULT_CONFIG_FILE);
  const suggested = await Promise.all(runDirectories.map((run) => suggestionOf(resolve(cwd, run))));
  const { text, added } = extendAllow(await textOf(file), suggested.flat(), file);
  if (added.length > 0) await writeAtomically(file, text);
  if (json) {
    stdout.write(
      `${JSON.stringify({ file, added: added.map((entry) => JSON.parse(entry) as unknown) }, null, 2)}\n`,
    );
    return 0;
  }
  for (const entry of added) stdout.write(`${entry}\n`);
  stderr.write(
    added.length === 0
      ? `cagent: ${file} allows all of this already\n`
      : `cagent: ${added.length} new in network.allow of ${file}; read them before you commit\n`,
  );
  return 0;
}

async function suggestionOf(run: string): Promise<readonly string[]> {
  const file = join(run, 'report.json');
  const read = readFile(file, 'utf8').then((text) => JSON.parse(text) as unknown);
  const { data, error } = schema.safeParse(
    await read.catch((thrown: unknown) => {
      throw new CagentError('config.unreadable', `${file} cannot be read: ${messageOf(thrown)}`, {
        hint: 'Name the run directories (--out) of finished runs.',
      });
    }),
  );
  if (error !== undefined) throw new CagentError('config.invalid', `${file} is not a report of cagent`);
  if (data.egress.suggestion !== undefined) return data.egress.suggestion;
  throw new CagentError('config.invalid', `${file} has no allow list`, {
    hint: 'Only a run with --network audit ends with one.',
  });
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CagentError('config.unreadable', `${file} cannot be read: ${messageOf(thrown)}`);
  }
}
