import { isUtf8 } from 'node:buffer';
import { displayText } from './display-text.js';

/**
 * File names are bytes; plans and reports are JSON. A path travels as a string in which every byte that is not
 * valid UTF-8 is a lone low surrogate U+DC80 to U+DCFF (Python calls this surrogateescape). Names that are valid
 * UTF-8 read as they are, and any name survives the way to JSON and back.
 */

const ESCAPE_BASE = 0xdc00;

/** Bytes of a file name or path to its text. Lossless: {@link encodePath} gives the bytes back. */
export function decodePath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const length = validSequenceLength(buffer, at);
    if (length === 0) {
      text += String.fromCharCode(ESCAPE_BASE + (buffer[at] as number));
      at += 1;
    } else {
      text += buffer.toString('utf8', at, at + length);
      at += length;
    }
  }
  return text;
}

/** Text of a path to its bytes, the inverse of {@link decodePath}. */
export function encodePath(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const escaped = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    parts.push(escaped ? Buffer.from([code - ESCAPE_BASE]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/**
 * A path that Node's file functions take: `root` (an absolute path) joined with a workspace-relative `path`.
 * Bytes only where the name needs them, since strings are the faster way.
 */
export function fsPath(root: string, path: string): string | Buffer {
  const joined = path === '' ? root : `${root}/${path}`;
  return joined.isWellFormed() ? joined : encodePath(joined);
}

/**
 * A path as it may be shown to a person or written to a log line: what cannot be seen is escaped (see
 * {@link displayText}), and backslashes are doubled, so that two different paths never look the same.
 */
export function displayPath(path: string): string {
  return displayText(path.replaceAll('\\', '\\\\'));
}

function validSequenceLength(buffer: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= buffer.length; length++) {
    if (isUtf8(buffer.subarray(at, at + length))) return length;
  }
  return 0;
}
