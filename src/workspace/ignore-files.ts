import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { reasonOf } from '../config/system-reason.js';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { type ByteText, byteTextToFile, byteTextToPath } from './byte-text.js';

/** Ignore files are read whole; one beyond this size is a mistake or an attack on the planner. */
const LARGEST_IGNORE_FILE = 4 * 1024 * 1024;

/** Read in every directory beside the configured ignore file. */
export const SECOND_IGNORE_FILE = '.agentsignore';

/**
 * The bytes of an ignore file, `undefined` when there is none or it is a directory. A link is followed only while
 * it stays in the workspace, for a file above that in its repository: its lines are quoted in the plan, so a link to
 * `/etc/shadow` would print it.
 *
 * @param depth how many directories the workspace lies below the top of its repository
 * Throws `workspace.view` when the file exists but cannot be read: without its rules too much would be visible.
 */
export function readIgnoreFile(root: ByteText, path: ByteText, depth = 0): Buffer | undefined {
  const file = byteTextToFile(`${root}/${path}`);
  let descriptor: number;
  try {
    descriptor = openSync(
      realFile(path.startsWith('../') ? `${root}/${'../'.repeat(depth)}` : root, file, path),
      constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW,
    );
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return undefined;
    if (stat.size > LARGEST_IGNORE_FILE)
      throw unreadable(path, `it is larger than ${LARGEST_IGNORE_FILE} bytes`);
    const bytes = Buffer.alloc(stat.size);
    let filled = 0;
    for (let count = -1; filled < stat.size && count !== 0; filled += count) {
      count = readSync(descriptor, bytes, filled, stat.size - filled, null);
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Refuses UTF-16, which some editors and shells of Windows write: to git, and so here, no line of it is a pattern, and
 * all that it means to hide would be visible. Throws `workspace.view`.
 */
export function refuseUtf16(path: ByteText, bytes: Buffer): void {
  const mark = bytes.toString('latin1', 0, 2);
  if (mark === '\xff\xfe' || mark === '\xfe\xff')
    throw unreadable(path, 'it is UTF-16, and no line of it would count; save it as UTF-8');
}

function realFile(root: ByteText, file: string | Buffer, path: ByteText): Buffer {
  const real = realpathSync(file, { encoding: 'buffer' });
  const base = realpathSync(byteTextToFile(root), { encoding: 'buffer' });
  const inside = real.subarray(0, base.length + 1).equals(Buffer.concat([base, Buffer.from('/')]));
  if (!inside && base.toString('latin1') !== '/')
    throw unreadable(path, 'it is a link that leaves the workspace');
  return real;
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(path: ByteText, cause: unknown): CagentError {
  if (cause instanceof CagentError) return cause;
  return new CagentError(
    'workspace.view',
    `The ignore file ${displayPath(byteTextToPath(path))} cannot be used: ${reasonOf(cause)}.`,
    { hint: 'Make it a readable regular file of the workspace, or remove it.', cause },
  );
}
