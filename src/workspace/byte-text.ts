import { decodePath, encodePath } from '../core/path-text.js';

/**
 * Inside the walk a name is its bytes as a latin1 string, one character per byte: lossless, quick to concatenate,
 * and what git's own matching compares. Plans and reports hold the text of core/path-text instead.
 */
export type ByteText = string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside of ASCII is what is looked for
const NOT_ASCII = /[^\x00-\x7f]/;

/** Bytes to the text of core/path-text. */
export function byteTextToPath(text: ByteText): string {
  return NOT_ASCII.test(text) ? decodePath(Buffer.from(text, 'latin1')) : text;
}

/** Text of core/path-text to bytes. */
export function pathToByteText(path: string): ByteText {
  return NOT_ASCII.test(path) ? encodePath(path).toString('latin1') : path;
}

/** A path for Node's file functions; bytes only where the name needs them, since strings are the faster way. */
export function byteTextToFile(text: ByteText): string | Buffer {
  return NOT_ASCII.test(text) ? Buffer.from(text, 'latin1') : text;
}
