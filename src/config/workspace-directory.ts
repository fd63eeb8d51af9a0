import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { reasonOf } from './system-reason.js';

/**
 * The real path of the workspace, so that a link swapped later cannot lead a run elsewhere. Throws
 * `config.workspace` when it is missing, not a directory or not readable.
 */
export async function workspaceDirectory(given: string | undefined, cwd: string): Promise<string> {
  const path = resolve(cwd, given ?? '.');
  const refuse = (why: string, cause?: unknown): never => {
    throw new CagentError('config.workspace', `the workspace ${displayPath(path)} ${why}.`, {
      hint: 'Name a directory that you can read with --workspace.',
      cause,
    });
  };
  let isDirectory = false;
  try {
    isDirectory = (await stat(path)).isDirectory();
    await access(path, isDirectory ? constants.R_OK | constants.X_OK : constants.F_OK);
  } catch (thrown) {
    return refuse(`cannot be used: ${reasonOf(thrown)}`, thrown);
  }
  if (!isDirectory) return refuse('is not a directory');
  const real = await realpath(path);
  if (real === '/') return refuse('is the root of the file system');
  return real;
}
