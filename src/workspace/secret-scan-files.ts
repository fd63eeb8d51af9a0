import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import type { SecretAllowList } from './secret-allow-list.js';
import { type SecretHit, scanBytes } from './secret-scan.js';

export interface FileScan {
  /** Files with secrets, in the order of `files`. */
  readonly found: ReadonlyMap<ByteText, readonly SecretHit[]>;
  /** Files that could not be read. */
  readonly unreadable: readonly ByteText[];
  /** Files of which only the beginning was scanned. */
  readonly partly: readonly ByteText[];
}

/** Larger files are scanned in their beginning only: what people commit by mistake is small. */
export const SCANNED_BYTES = 8 * 1024 * 1024;

/** Docker and git go on in between. */
const YIELD_AFTER_MS = 20;

/** Scans regular files below `root`. Never follows a link and never waits for a FIFO. */
export async function scanFiles(
  root: ByteText,
  files: readonly ByteText[],
  allowed: SecretAllowList,
): Promise<FileScan> {
  const found = new Map<ByteText, readonly SecretHit[]>();
  const unreadable: ByteText[] = [];
  const partly: ByteText[] = [];
  const buffer = Buffer.allocUnsafe(SCANNED_BYTES + 1);
  let yieldAt = performance.now() + YIELD_AFTER_MS;

  for (const path of files) {
    const length = readInto(buffer, `${root}/${path}`);
    if (length === undefined) unreadable.push(path);
    else if (length > 0) {
      if (length > SCANNED_BYTES) partly.push(path);
      const hits = scanBytes(buffer.subarray(0, length), path).filter((hit) => !allowed(path, hit.rule));
      if (hits.length > 0) found.set(path, hits);
    }
    if (performance.now() > yieldAt) {
      await new Promise((resolve) => setImmediate(resolve));
      yieldAt = performance.now() + YIELD_AFTER_MS;
    }
  }
  return { found, unreadable, partly };
}

/** Bytes read, at most the buffer's size; `undefined` when the file cannot be read, 0 when it went away. */
function readInto(buffer: Buffer, path: ByteText): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(
      byteTextToFile(path),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 0 : undefined;
  }
  try {
    let length = readSync(descriptor, buffer, 0, buffer.length, null);
    // A short read is the end of a local file; some network file systems stop at a page.
    for (let more = length; more > 0 && length % 4_096 === 0 && length < buffer.length; length += more) {
      more = readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    return length;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
