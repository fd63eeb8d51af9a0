import { hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import type { IdentityReader } from './file-identity.js';
import type { ScanCache } from './scan-cache.js';
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

/** What is found again without reading. */
export interface ScanMemory {
  readonly cache: ScanCache;
  readonly identity: IdentityReader;
}

/** A file that changed this short a time ago may change again without a trace: clocks of file systems are coarse. */
const RACY_SECONDS = 2;

/**
 * Scans regular files below `root`, the files of a directory one after the other. Never follows a link and never waits
 * for a FIFO. With a memory, directories in which no file has changed since the last scan are not read again.
 */
export async function scanFiles(
  root: ByteText,
  files: readonly ByteText[],
  allowed: SecretAllowList,
  memory: ScanMemory | undefined,
): Promise<FileScan> {
  const found = new Map<ByteText, readonly SecretHit[]>();
  const unreadable: ByteText[] = [];
  const partly: ByteText[] = [];
  const settledBefore = Math.floor(Date.now() / 1_000) - RACY_SECONDS;
  const buffer = Buffer.allocUnsafe(SCANNED_BYTES + 1);
  let yieldAt = performance.now() + YIELD_AFTER_MS;
  const pause = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    yieldAt = performance.now() + YIELD_AFTER_MS;
  };

  for (let from = 0; from < files.length; ) {
    const directory = directoryOf(files[from] as ByteText);
    let to = from + 1;
    while (to < files.length && isIn(files[to] as ByteText, directory)) to += 1;
    const fingerprint = memory && fingerprintOf(memory.identity, files, from, to, directory, settledBefore);
    let scan = fingerprint && memory?.cache.find(directory, fingerprint);
    if (!scan) {
      const hits: [ByteText, readonly SecretHit[]][] = [];
      const large: ByteText[] = [];
      const unreadableBefore = unreadable.length;
      for (let at = from; at < to; at++) {
        const path = files[at] as ByteText;
        const length = readInto(buffer, `${root}/${path}`);
        if (length === undefined) unreadable.push(path);
        else if (length > 0) {
          if (length > SCANNED_BYTES) large.push(path.slice(directory.length));
          const inFile = scanBytes(buffer.subarray(0, length), path);
          if (inFile.length > 0) hits.push([path.slice(directory.length), inFile]);
        }
        if (performance.now() > yieldAt) await pause();
      }
      scan = { found: hits, partly: large };
      if (fingerprint && unreadable.length === unreadableBefore)
        memory?.cache.keep(directory, fingerprint, scan);
    } else memory?.cache.keep(directory, fingerprint as string, scan);
    for (const name of scan.partly) partly.push(directory + name);
    for (const [name, inFile] of scan.found) {
      const hits = inFile.filter((hit) => !allowed(directory + name, hit.rule));
      if (hits.length > 0) found.set(directory + name, hits);
    }
    from = to;
    if (performance.now() > yieldAt) await pause();
  }
  memory?.cache.save();
  return { found, unreadable, partly };
}

function directoryOf(path: ByteText): ByteText {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function isIn(path: ByteText, directory: ByteText): boolean {
  return path.startsWith(directory) && !path.includes('/', directory.length);
}

/** Stands for names and versions of these files; `undefined` when one of them is not settled. */
function fingerprintOf(
  identity: IdentityReader,
  files: readonly ByteText[],
  from: number,
  to: number,
  directory: ByteText,
  settledBefore: number,
): string | undefined {
  let text = '';
  for (let at = from; at < to; at++) {
    const path = files[at] as ByteText;
    const version = identity(path);
    if (version === undefined || version.changedAt >= settledBefore) return undefined;
    text += `${path.slice(directory.length)}\0${version.text}`;
  }
  return hash('sha256', Buffer.from(text, 'latin1'), 'base64');
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
