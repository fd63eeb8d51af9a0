import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CagentError, messageOf } from '../core/errors.js';

const schema = z.object({
  schema: z.literal('cagent.report/1'),
  egress: z.object({ suggestion: z.array(z.string()).optional() }),
});

/**
 * The allow list that a run in audit mode ends with: items of `network.allow`.
 * @param run run directory
 * @throws CagentError `config.unreadable` or `config.invalid` where there is none
 */
export async function readSuggestion(run: string): Promise<readonly string[]> {
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
