import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';

/** Absolute path of the run directory, made or not. Throws `config.out` when it cannot be one. */
export async function outDirectory(
  given: string | undefined,
  cwd: string,
  workspace: string,
): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const path = resolve(cwd, given);
  const hint = 'Name an empty or new directory with --out.';
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTDIR') return undefined;
    throw new CagentError(
      'config.out',
      `the run directory ${displayPath(path)} cannot be made: there is a file in its way.`,
      { hint, cause: error },
    );
  });
  if (found === undefined) return path;
  if (!found.isDirectory()) {
    throw new CagentError(
      'config.out',
      `the run directory ${displayPath(path)} is there and is not a directory.`,
      { hint },
    );
  }
  // The report would be written over files of the workspace, which a run promises not to touch.
  if ((await realpath(path)) === workspace) {
    throw new CagentError('config.out', `the run directory ${displayPath(path)} is the workspace itself.`, {
      hint,
    });
  }
  return path;
}
