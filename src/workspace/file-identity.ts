import { type BigIntStats, lstatSync } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import type { IndexEntry } from './git-index-file.js';
import { isPlain, type TrackedFiles } from './tracked-files.js';

/**
 * A file's version as git tells it: times of change and modification, inode and size, 24 bytes in the layout of git's
 * index. The time of change cannot be set back by whoever changes a file, so the same identity means the same content,
 * but for changes so quick that the clock does not tell them apart.
 */
export interface FileIdentity {
  /** The 24 bytes, as latin1. */
  readonly text: string;
  /** Seconds since 1970 of the later of the two times. */
  readonly changedAt: number;
}

/** Times, inode and size of an entry; the fields between are device, mode and owner, which the time of change covers. */
const TIMES_BYTES = 16;
const INODE_OFFSET = 20;
const SIZE_OFFSET = 36;

/** Gives the identities of files below `root`; `undefined` for what is no regular file. */
export type IdentityReader = (path: ByteText) => FileIdentity | undefined;

/**
 * Files that git has just found unchanged have the stat data of the index; all others are asked one by one.
 */
export function identityReader(root: ByteText, tracked: TrackedFiles | undefined): IdentityReader {
  const index = tracked?.index?.toString('latin1') ?? '';
  const known = new Map<ByteText, IndexEntry>();
  for (const entry of tracked?.entries ?? []) {
    if (!isPlain(entry) || entry.skipWorktree || (entry.mode & 0o170000) !== 0o100000) continue;
    if (!tracked?.changed.has(entry.path)) known.set(entry.path, entry);
  }
  return (path) => {
    const entry = known.get(path);
    return entry === undefined ? identityOf(`${root}/${path}`) : indexIdentity(index, entry);
  };
}

/** `text` is the whole index as latin1. */
function indexIdentity(text: string, { bytes, at }: IndexEntry): FileIdentity {
  return {
    text:
      text.slice(at, at + TIMES_BYTES) +
      text.slice(at + INODE_OFFSET, at + INODE_OFFSET + 4) +
      text.slice(at + SIZE_OFFSET, at + SIZE_OFFSET + 4),
    changedAt: Math.max(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 8)),
  };
}

function identityOf(path: ByteText): FileIdentity | undefined {
  let stat: BigIntStats;
  try {
    stat = lstatSync(byteTextToFile(path), { bigint: true });
  } catch {
    return undefined;
  }
  if (!stat.isFile()) return undefined;
  const { ctimeNs, mtimeNs, ino, size } = stat;
  const bytes = Buffer.alloc(24);
  for (const [index, nanoseconds] of [ctimeNs, mtimeNs].entries()) {
    bytes.writeUInt32BE(Number(BigInt.asUintN(32, nanoseconds / 1_000_000_000n)), index * 8);
    bytes.writeUInt32BE(Number(BigInt.asUintN(32, nanoseconds % 1_000_000_000n)), index * 8 + 4);
  }
  bytes.writeUInt32BE(Number(BigInt.asUintN(32, ino)), 16);
  bytes.writeUInt32BE(Number(BigInt.asUintN(32, size)), 20);
  return {
    text: bytes.toString('latin1'),
    changedAt: Number((ctimeNs > mtimeNs ? ctimeNs : mtimeNs) / 1_000_000_000n),
  };
}
