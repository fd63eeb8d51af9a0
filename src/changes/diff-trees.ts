import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { gitFailed, runGit, startGit, type TrustedGit } from './trusted-git.js';

const PLAIN = ['--no-ext-diff', '--no-textconv', '--no-color', '--src-prefix=a/', '--dst-prefix=b/'];

/**
 * Writes the patch between two trees to a file and returns its size in bytes. Renames are written out as deletion and
 * addition, so that the patch holds all that it needs.
 */
export async function writePatch(
  git: TrustedGit,
  base: string,
  after: string,
  file: string,
): Promise<number> {
  const args = ['diff-tree', '-r', '-p', '--binary', '--full-index', '--no-renames', ...PLAIN, base, after];
  const running = startGit(git, args);
  running.stdin?.end();
  const output = createWriteStream(file, { mode: 0o644 });
  await pipeline(running.stdout, output).catch((error: unknown) => {
    running.kill('SIGTERM');
    throw gitFailed(args, running.complaint(), error);
  });
  const { exitCode } = await running.done;
  if (exitCode !== 0) throw gitFailed(args, running.complaint());
  return output.bytesWritten;
}

/** The raw records and line counts of the changes between two trees, NUL-separated, for {@link parseChanges}. */
export function readChanges(git: TrustedGit, base: string, after: string, renames: boolean): Promise<Buffer> {
  return runGit(git, [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--numstat',
    '--full-index',
    '--abbrev=64',
    renames ? '-M' : '--no-renames',
    ...PLAIN,
    base,
    after,
  ]);
}
