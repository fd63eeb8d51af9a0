import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CagentError, messageOf } from '../core/errors.js';
import { complaint, refusal, writeTree } from './apply-git.js';
import type { ApplyInput } from './apply-run.js';
import { DEFAULT_CAPTURE_LIMITS } from './capture-limits.js';
import { readChanges } from './diff-trees.js';
import { parseChanges } from './parse-changes.js';
import { largestBinary, possibleSources } from './patch-headers.js';
import { type DistantFiles, importFiles, safePaths } from './patch-on-tree.js';
import type { StoredPatch } from './read-run.js';
import { withTemporaryRepository } from './trusted-git.js';
import { tryPatch } from './try-patch.js';

/** A patch that somebody hands over without the list of changes that a run has. */

/** Nothing of that size gets through a policy that anybody would set, and reading it costs memory. */
const LARGEST_PATCH = 256 * 2 ** 20;
const LARGEST_BINARY = DEFAULT_CAPTURE_LIMITS.maxFileBytes;
/** Headers of one file that may name a path, with room for text that looks like one. */
const PATHS_PER_FILE = 6;

/**
 * Copies a patch and says what is known before it is read: its size, and the commit that it is for. Its list of files is
 * still empty, see {@link listBarePatch}.
 *
 * @param copy path that nobody else writes to
 * @throws CagentError `changes.apply` when it is no regular file
 */
export async function takeBarePatch(file: string, baseCommit: string, copy: string): Promise<StoredPatch> {
  try {
    const source = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await source.stat();
      if (!stats.isFile()) throw refused(file, 'it is no regular file');
      if (stats.size > LARGEST_PATCH) throw refused(file, `it has more than ${LARGEST_PATCH} bytes`);
      const bytes = await source.readFile();
      const target = await open(copy, 'wx', 0o600);
      await target.writeFile(bytes).finally(() => target.close());
      return { changes: { files: [], baseCommit }, patch: copy, patchBytes: bytes.length };
    } finally {
      await source.close();
    }
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : refused(file, messageOf(thrown));
  }
}

/**
 * The same with the files that the patch really changes on its commit, whatever its headers say.
 * @param mostFiles more than that are not asked for: each path is a request to GitHub
 * @returns `undefined` when the patch names far more
 * @throws CagentError `changes.apply` when it does not apply
 */
export async function listBarePatch(
  stored: StoredPatch,
  start: DistantFiles,
  mostFiles: number,
  ports: Pick<ApplyInput, 'processes' | 'env'>,
): Promise<StoredPatch | undefined> {
  const { patch } = stored;
  const handle = await open(patch);
  const bytes = await handle.readFile().finally(() => handle.close());
  if (largestBinary(bytes) > LARGEST_BINARY)
    throw refused(patch, `a file in it unpacks to more than ${LARGEST_BINARY} bytes`);
  const most = PATHS_PER_FILE * mostFiles;
  const named = possibleSources(bytes, most + 1);
  if (named.length > most) return undefined;
  return await withTemporaryRepository(ports, 'sha1', async (repository) => {
    const git = { ...repository, env: { ...repository.env, GIT_INDEX_FILE: join(repository.cwd, 'index') } };
    const before = await importFiles(git, start, safePaths(named), new Set());
    const tried = await tryPatch(git, patch);
    if (tried.exitCode !== 0) {
      throw refusal(
        `the patch does not apply to its commit: ${complaint(tried.stderr)}`,
        'Set the input base-commit to the commit that the patch was made on, and workspace to its directory.',
      );
    }
    const records = parseChanges(await readChanges(git, before, await writeTree(git), false));
    return { ...stored, changes: { ...stored.changes, files: records.map(({ file }) => file) } };
  });
}

function refused(file: string, why: string): CagentError {
  return new CagentError('changes.apply', `the patch ${file} cannot be taken: ${why}`, {
    hint: 'Set the input patch-file to a patch as git writes one.',
  });
}
