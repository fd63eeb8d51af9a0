import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ObjectFormat } from './git-index-file.js';
import type { GitObject } from './git-tree-objects.js';

const TYPE_BITS: Readonly<Record<GitObject['type'], number>> = { commit: 1, tree: 2 };

const LARGEST_STORED_BLOCK = 65_535;

/**
 * Writes objects as one pack with its index, both of version 2 (gitformat-pack(5)), into `directory`. No two
 * objects may be the same.
 */
export function writePack(directory: string, objects: readonly GitObject[], format: ObjectFormat): void {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  const placed: { id: Buffer; offset: number; checksum: number }[] = [];
  let offset = header.length;
  for (const { type, id, content } of objects) {
    const packed = Buffer.concat([entryHeader(TYPE_BITS[type], content.length), storedZlib(content)]);
    placed.push({ id, offset, checksum: crc32(packed) });
    parts.push(packed);
    offset += packed.length;
  }
  const body = Buffer.concat(parts);
  const trailer = createHash(format).update(body).digest();
  const name = `${directory}/pack-${trailer.toString('hex')}`;
  writeFileSync(`${name}.pack`, Buffer.concat([body, trailer]), { mode: 0o444 });
  writeFileSync(`${name}.idx`, packIndex(placed, trailer, format), { mode: 0o444 });
}

/**
 * A zlib stream (RFC 1950) of stored blocks. Trees hardly compress, since most of them is hashes, and setting up a
 * compressor for each of thousands takes longer than everything else together.
 */
function storedZlib(content: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x78, 0x01])];
  for (let at = 0; at === 0 || at < content.length; at += LARGEST_STORED_BLOCK) {
    const block = content.subarray(at, at + LARGEST_STORED_BLOCK);
    const header = Buffer.alloc(5);
    header[0] = at + LARGEST_STORED_BLOCK >= content.length ? 1 : 0;
    header.writeUInt16LE(block.length, 1);
    header.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(header, block);
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(adler32(content));
  return Buffer.concat([...parts, checksum]);
}

function adler32(bytes: Buffer): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

/** Type and size, seven bits a byte after the first four. */
function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}

function packIndex(
  placed: { id: Buffer; offset: number; checksum: number }[],
  trailer: Buffer,
  format: ObjectFormat,
): Buffer {
  placed.sort((a, b) => Buffer.compare(a.id, b.id));
  const fanout = Buffer.alloc(8 + 256 * 4);
  fanout.writeUInt32BE(0xff744f63, 0);
  fanout.writeUInt32BE(2, 4);
  let count = 0;
  for (let byte = 0; byte < 256; byte++) {
    while (count < placed.length && (placed[count]?.id[0] as number) <= byte) count += 1;
    fanout.writeUInt32BE(count, 8 + byte * 4);
  }
  const numbers = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
    return bytes;
  };
  const body = Buffer.concat([
    fanout,
    ...placed.map((object) => object.id),
    numbers(placed.map((object) => object.checksum)),
    numbers(placed.map((object) => object.offset)),
    trailer,
  ]);
  return Buffer.concat([body, createHash(format).update(body).digest()]);
}
