import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, type Stats, utimesSync } from 'node:fs';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { type ByteText, byteTextToFile } from './byte-text.js';

/** Ext4 allows 65,000 names for one file; others allow more. */
const MOST_LINKS = 60_000;

/**
 * Fills `mask` with a whiteout for every path: a character device 0:0, which overlay takes for "does not exist". The
 * kernel lets anyone make it since 5.8. One node with many names costs a tenth of many nodes.
 *
 * The directories above a whiteout exist in the mask as well, and the topmost directory's attributes are what is
 * seen, so they are copied from the workspace.
 */
export async function fillMask(
  mask: string,
  root: ByteText,
  paths: readonly ByteText[],
  processes: Processes,
  env: Environment,
): Promise<void> {
  const directories = new Map<ByteText, Stats>();
  let node: string | Buffer | undefined;
  let names = 0;
  let nodes = 0;
  for (const path of paths) {
    makeParents(mask, root, path, directories);
    const file = byteTextToFile(`${mask}/${path}`);
    if (node === undefined || names >= MOST_LINKS) {
      // The tool takes text; a plain name that is linked afterwards serves for every name there is.
      nodes += 1;
      const first = `${mask}.node${nodes}`;
      await makeWhiteout(first, processes, env);
      node = first;
      names = 1;
    }
    linkSync(node, file);
    names += 1;
  }
  for (const [directory, stat] of directories) copyAttributes(`${mask}/${directory}`, stat);
}

/** Mode, times and, where we may, owner. Must come after everything that is made inside. */
export function copyAttributes(directory: ByteText, stat: Stats): void {
  const file = byteTextToFile(directory);
  if (process.getuid?.() === 0) chownSync(file, stat.uid, stat.gid);
  chmodSync(file, stat.mode & 0o7777);
  utimesSync(file, stat.atimeMs / 1_000, stat.mtimeMs / 1_000);
}

function makeParents(mask: string, root: ByteText, path: ByteText, made: Map<ByteText, Stats>): void {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return;
  const directory = path.slice(0, slash);
  if (made.has(directory)) return;
  makeParents(mask, root, directory, made);
  const stat = lstatSync(byteTextToFile(`${root}/${directory}`));
  mkdirSync(byteTextToFile(`${mask}/${directory}`), { mode: 0o700 });
  made.set(directory, stat);
}

async function makeWhiteout(file: string, processes: Processes, env: Environment): Promise<void> {
  const result = await processes
    .run({ file: 'mknod', args: [file, 'c', '0', '0'], env: { PATH: env.PATH ?? '/usr/bin:/bin' } })
    .catch((error: unknown) => {
      throw whiteoutError(messageOf(error), error);
    });
  if (result.exitCode !== 0) throw whiteoutError(result.stderr.toString('utf8').trim());
}

function whiteoutError(said: string, cause?: unknown): CagentError {
  return new CagentError('workspace.overlay', `Hidden paths cannot be masked: ${said}.`, {
    hint: 'Linux 5.8 or newer and the program mknod are needed, on a file system that holds device nodes.',
    cause,
  });
}
