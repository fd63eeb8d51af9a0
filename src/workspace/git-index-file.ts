import { createHash } from 'node:crypto';
import type { ByteText } from './byte-text.js';

/**
 * Git's index file (gitformat-index(5)), just enough to leave entries out while keeping the stat data of the rest,
 * so that nothing has to be read and hashed again. Only what is known exactly is accepted.
 */
export interface IndexEntry {
  readonly path: ByteText;
  /** The index, in which the fixed part (stat data, mode, object name) begins at `at`. A hundred thousand slices cost. */
  readonly bytes: Buffer;
  readonly at: number;
  readonly mode: number;
  /** 0, or 1 to 3 in a conflict. */
  readonly stage: number;
  readonly assumeValid: boolean;
  /** Not checked out, because of a sparse checkout. */
  readonly skipWorktree: boolean;
  /** Added by name only (`git add -N`). */
  readonly intentToAdd: boolean;
}

export type ObjectFormat = 'sha1' | 'sha256';

const HEADER_BYTES = 12;
const STAT_BYTES = 40;
const MODE_OFFSET = 24;

/** The entries in order, or `undefined` when the file has a form that is not understood (split, sparse, newer). */
export function parseIndex(bytes: Buffer, format: ObjectFormat): readonly IndexEntry[] | undefined {
  const hashBytes = format === 'sha1' ? 20 : 32;
  if (bytes.length < HEADER_BYTES + hashBytes || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const count = bytes.readUInt32BE(8);
  const end = bytes.length - hashBytes;
  const fixedBytes = STAT_BYTES + hashBytes;
  // Cutting one string is many times faster than turning a hundred thousand pieces of bytes into strings.
  const text = bytes.toString('latin1');
  const entries: IndexEntry[] = [];
  let previous = '';
  let at = HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    if (at + fixedBytes + 3 > end) return undefined;
    const flags = bytes.readUInt16BE(at + fixedBytes);
    const extended = (flags & 0x4000) !== 0;
    const more = extended ? bytes.readUInt16BE(at + fixedBytes + 2) : 0;
    let pathStart = at + fixedBytes + (extended ? 4 : 2);
    let kept = '';
    if (version === 4) {
      const strip = readVariable(bytes, pathStart);
      kept = previous.slice(0, previous.length - strip.value);
      pathStart = strip.end;
    }
    const pathEnd = text.indexOf('\0', pathStart);
    if (pathEnd === -1 || pathEnd > end) return undefined;
    const path = kept + text.slice(pathStart, pathEnd);
    previous = path;
    entries.push({
      path,
      bytes,
      at,
      mode: bytes.readUInt32BE(at + MODE_OFFSET),
      stage: (flags >> 12) & 3,
      assumeValid: (flags & 0x8000) !== 0,
      skipWorktree: (more & 0x4000) !== 0,
      intentToAdd: (more & 0x2000) !== 0,
    });
    at = version === 4 ? pathEnd + 1 : at + padded(pathEnd - at);
  }
  return hasOnlyOptionalExtensions(bytes, at, end) ? entries : undefined;
}

/**
 * An index of version 2. Extensions of the source are dropped, since they can hold names of files that are hidden;
 * `cacheTree` is the content of a new TREE extension, which spares git reading all trees for a status.
 */
export function renderIndex(
  entries: readonly IndexEntry[],
  format: ObjectFormat,
  cacheTree?: Buffer,
): Buffer {
  const hashBytes = format === 'sha1' ? 20 : 32;
  const fixedBytes = STAT_BYTES + hashBytes;
  let size = HEADER_BYTES + hashBytes;
  for (const entry of entries) size += padded(fixedBytes + 2 + entry.path.length);
  if (cacheTree !== undefined) size += 8 + cacheTree.length;
  const bytes = Buffer.alloc(size);
  bytes.write('DIRC', 0, 'latin1');
  bytes.writeUInt32BE(2, 4);
  bytes.writeUInt32BE(entries.length, 8);
  let at = HEADER_BYTES;
  for (const { path, bytes: source, at: start } of entries) {
    source.copy(bytes, at, start, start + fixedBytes);
    bytes.writeUInt16BE(Math.min(path.length, 0xfff), at + fixedBytes);
    bytes.write(path, at + fixedBytes + 2, 'latin1');
    at += padded(fixedBytes + 2 + path.length);
  }
  if (cacheTree !== undefined) {
    bytes.write('TREE', at, 'latin1');
    bytes.writeUInt32BE(cacheTree.length, at + 4);
    bytes.set(cacheTree, at + 8);
    at += 8 + cacheTree.length;
  }
  createHash(format).update(bytes.subarray(0, at)).digest().copy(bytes, at);
  return bytes;
}

/** The entry's object name as bytes. */
export function objectIdOf(entry: IndexEntry, format: ObjectFormat): Buffer {
  const start = entry.at + STAT_BYTES;
  return entry.bytes.subarray(start, start + (format === 'sha1' ? 20 : 32));
}

/** The same in hexadecimal. */
export function objectNameOf(entry: IndexEntry, format: ObjectFormat): string {
  const start = entry.at + STAT_BYTES;
  return entry.bytes.toString('hex', start, start + (format === 'sha1' ? 20 : 32));
}

/** An entry and its name end with one to eight NUL bytes, up to a multiple of eight. */
function padded(length: number): number {
  return (length + 8) & ~7;
}

/** Offset encoding of version 4. */
function readVariable(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let byte = bytes[at++] as number;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++] as number;
    value = ((value + 1) << 7) + (byte & 0x7f);
  }
  return { value, end: at };
}

/** An extension whose name starts with a lower-case letter changes the meaning of the entries. */
function hasOnlyOptionalExtensions(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    if (at + 8 > end) return false;
    const first = bytes[at] as number;
    if (first < 0x41 || first > 0x5a) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return true;
}
