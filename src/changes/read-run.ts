import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '../config/system-reason.js';
import { CagentError } from '../core/errors.js';
import type { Changes } from './changes.js';

const MAX_BYTES = 256 * 2 ** 20;

const pathWithReason = z.object({ path: z.string(), reason: z.string() });
const count = z.number().int().nonnegative();
const mode = z.string().regex(/^\d{6}$/);
const commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

const schema = z.object({
  schema: z.literal('cagent.changes/1'),
  source: z.enum(['overlay', 'scratch']),
  files: z.array(
    z.object({
      path: z.string().min(1),
      status: z.enum(['added', 'modified', 'deleted', 'renamed', 'mode-changed', 'type-changed']),
      oldPath: z.string().min(1).optional(),
      oldMode: mode.optional(),
      newMode: mode.optional(),
      added: count.optional(),
      deleted: count.optional(),
      binary: z.literal(true).optional(),
    }),
  ),
  added: count,
  deleted: count,
  patchBytes: count,
  baseTree: commit,
  newTree: commit,
  baseCommit: commit.optional(),
  rejected: z.array(pathWithReason),
  sensitive: z.array(pathWithReason),
});

/** A patch on disk, with the files that it is said to change and the commit that it is for. */
export interface StoredPatch {
  readonly changes: Pick<Changes, 'files' | 'baseCommit'>;
  /** Absolute path. */
  readonly patch: string;
  readonly patchBytes: number;
}

/** The changes of a finished run, as its directory has them. Their form is checked, their truth is not. */
export interface StoredChanges extends StoredPatch {
  readonly changes: Changes;
}

/** @throws CagentError `changes.apply` when a file is missing or does not have the form of `cagent.changes/1`. */
export async function readStoredChanges(runDirectory: string): Promise<StoredChanges> {
  const directory = resolve(runDirectory);
  const patch = join(directory, 'changes.patch');
  const parsed = schema.safeParse(await readJson(join(directory, 'changes.json')));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refused(
      `${directory}/changes.json is not a list of changes: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const stats = await stat(patch).catch((error: unknown) => {
    throw refused(`the patch ${patch} cannot be read: ${reasonOf(error)}`);
  });
  if (!stats.isFile()) throw refused(`the patch ${patch} is not a regular file`);
  return {
    changes: { ...(parsed.data as Changes), baseCommit: parsed.data.baseCommit },
    patch,
    patchBytes: stats.size,
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) throw refused(`${file} is too big to be a list of changes`);
      return JSON.parse(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CagentError) throw error;
    throw refused(`${file} cannot be read: ${reasonOf(error)}`);
  }
}

function refused(message: string): CagentError {
  return new CagentError('changes.apply', message, {
    hint: 'Name the run directory (--out) of a finished run.',
  });
}
