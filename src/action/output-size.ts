import { formatSize } from '../core/memory-size.js';

/**
 * A job may hand over 1 MB of outputs, and a later step that puts one into a variable can take 128 KiB: Linux starts
 * no program with a longer one. More than this is of use to nobody.
 */
export const OUTPUT_LIMIT_BYTES = 100 * 1024;

/** `text` cut at the end of a character so that it takes at most `limit` bytes, with a line that says so. */
export function fitOutput(text: string, whole: string, limit = OUTPUT_LIMIT_BYTES): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return text;
  const hint = `\n… cut here, ${formatSize(bytes.length)} in all; the whole is in ${whole}`;
  let end = limit - Buffer.byteLength(hint);
  // A byte of the form 10xxxxxx goes on with a character.
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + hint;
}

/** A value as JSON; empty when it is too large, since half of it is no JSON. */
export function fitJson(value: unknown, limit = OUTPUT_LIMIT_BYTES): string {
  const text = value === undefined ? '' : JSON.stringify(value);
  return Buffer.byteLength(text) <= limit ? text : '';
}
