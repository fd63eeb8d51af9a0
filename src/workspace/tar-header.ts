import type { ByteText } from './byte-text.js';

/** One entry of an archive. Names are bytes: the libraries of npm write names as UTF-8 only. */
export interface TarEntry {
  readonly type: 'file' | 'directory' | 'link';
  /** Relative, without a leading `./`. */
  readonly name: ByteText;
  /** Permission bits, set-uid and its like included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes that follow; 0 for anything but a file. */
  readonly size: number;
  /** Of a symbolic link. */
  readonly target?: ByteText;
}

const BLOCK = 512;
const NAME_BYTES = 100;
const TYPE_FLAG = { file: '0', link: '2', directory: '5' } as const;
const LONG_NAME = 'L';
const LONG_TARGET = 'K';
/** The name that GNU tar gives to the records of long names. */
const LONG_RECORD = '././@LongLink';

/** The end of an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** The header of an entry in the format of GNU tar, records for long names included. */
export function tarHeader(entry: TarEntry): Buffer {
  const { name, target = '' } = entry;
  const parts: Buffer[] = [];
  if (target.length > NAME_BYTES) parts.push(...longRecord(LONG_TARGET, target));
  if (name.length > NAME_BYTES) parts.push(...longRecord(LONG_NAME, name));
  parts.push(block({ ...entry, flag: TYPE_FLAG[entry.type], target }));
  return Buffer.concat(parts);
}

/** What fills a file of this size up to whole blocks. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function longRecord(flag: string, text: ByteText): readonly Buffer[] {
  const content = Buffer.from(`${text}\0`, 'latin1');
  const head = { name: LONG_RECORD, mode: 0, uid: 0, gid: 0, mtime: 0, size: content.length, target: '' };
  return [block({ ...head, flag }), content, tarPadding(content.length)];
}

function block(entry: Omit<TarEntry, 'type'> & { readonly flag: string }): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(entry.name.slice(0, NAME_BYTES), 0, 'latin1');
  writeNumber(bytes, 100, 8, entry.mode & 0o7777);
  writeNumber(bytes, 108, 8, entry.uid);
  writeNumber(bytes, 116, 8, entry.gid);
  writeNumber(bytes, 124, 12, entry.size);
  writeNumber(bytes, 136, 12, Math.max(0, Math.floor(entry.mtime)));
  bytes.fill(' ', 148, 156);
  bytes.write(entry.flag, 156, 'latin1');
  bytes.write((entry.target ?? '').slice(0, NAME_BYTES), 157, 'latin1');
  bytes.write('ustar  \0', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** Octal digits, or base 256 for what does not fit, as GNU tar does. */
function writeNumber(bytes: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < length) {
    bytes.write(digits.padStart(length - 1, '0'), at, 'latin1');
    return;
  }
  let rest = value;
  for (let index = at + length - 1; index > at; index--) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[at] = 0x80;
}
