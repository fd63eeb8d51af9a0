import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { type BaseEntry, blobId } from './base-commit.js';
import { type ByteText, byteTextToFile } from './byte-text.js';

/** A file of configuration that is larger is taken for another one without a look. */
const LARGEST = 16 * 1024 * 1024;

/** Whether a directory has at `path` just what a commit has there: kind, right to execute, and content. */
export function isSameBlob(directory: ByteText, path: ByteText, { mode, objectId }: BaseEntry): boolean {
  const file = byteTextToFile(`${directory}/${path}`);
  const stat = statOf(directory, path);
  if (stat?.isSymbolicLink() === true)
    return mode === '120000' && blobId(readlinkSync(file, { encoding: 'buffer' }), objectId) === objectId;
  const wanted = stat !== undefined && (stat.mode & 0o100) !== 0 ? '100755' : '100644';
  if (stat?.isFile() !== true || mode !== wanted || stat.size > LARGEST) return false;
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    return fstatSync(descriptor).isFile() && blobId(readFileSync(descriptor), objectId) === objectId;
  } finally {
    closeSync(descriptor);
  }
}

/** The status of a path itself, links not followed; `undefined` when there is nothing. */
export function statOf(directory: ByteText, path: ByteText): Stats | undefined {
  try {
    return lstatSync(byteTextToFile(`${directory}/${path}`));
  } catch {
    return undefined;
  }
}
