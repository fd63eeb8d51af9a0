import { compileGlob, type Glob } from '../core/glob.js';
import type { ByteText } from './byte-text.js';

/** One rule of an ignore file, compiled. */
export interface IgnorePattern {
  /** As written, without the line's ending. */
  readonly text: ByteText;
  /** Line in its file, from 1. */
  readonly line: number;
  readonly negative: boolean;
  readonly directoryOnly: boolean;
  readonly test: PatternTest;
}

/** What is compared: the last component, or the path relative to the directory of the ignore file. */
export type PatternTest =
  | { readonly kind: 'name'; readonly name: ByteText }
  | { readonly kind: 'suffix'; readonly suffix: ByteText }
  | { readonly kind: 'name-glob'; readonly glob: Glob }
  | { readonly kind: 'path'; readonly path: ByteText }
  | { readonly kind: 'path-glob'; readonly prefix: ByteText; readonly glob: Glob };

const GLOB_SPECIAL = /[*?[\\]/;

/** The rules of an ignore file's bytes, in order. Never fails: what cannot match is left out, as git does. */
export function parseIgnoreFile(bytes: Uint8Array): readonly IgnorePattern[] {
  let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (text.startsWith('\xef\xbb\xbf')) text = text.slice(3);
  const patterns: IgnorePattern[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) continue;
    const pattern = parseIgnoreLine(line.endsWith('\r') ? line.slice(0, -1) : line, index + 1);
    if (pattern !== undefined) patterns.push(pattern);
  }
  return patterns;
}

/** One rule without its line ending; `undefined` for a blank line and for what can never match. */
export function parseIgnoreLine(written: ByteText, line: number): IgnorePattern | undefined {
  const nul = written.indexOf('\0');
  const text = trimSpaces(nul === -1 ? written : written.slice(0, nul));
  const negative = text.startsWith('!');
  const bare = negative ? text.slice(1) : text;
  const directoryOnly = bare.endsWith('/');
  const glob = directoryOnly ? bare.slice(0, -1) : bare;
  if (glob === '') return undefined;
  const test = glob.includes('/') ? pathTest(glob) : nameTest(glob);
  return test && { text, line, negative, directoryOnly, test };
}

function nameTest(written: ByteText): PatternTest | undefined {
  if (!GLOB_SPECIAL.test(written)) return { kind: 'name', name: written };
  if (written.startsWith('*') && !GLOB_SPECIAL.test(written.slice(1)))
    return { kind: 'suffix', suffix: written.slice(1) };
  const glob = compileGlob(written, false);
  return glob && { kind: 'name-glob', glob };
}

/**
 * Git compares the part before the first wildcard as it is and hands only the rest to wildmatch, so that a `**`
 * right after that part counts as the beginning of a pattern. `a**` followed by `/b` therefore crosses slashes.
 */
function pathTest(written: ByteText): PatternTest | undefined {
  const path = written.startsWith('/') ? written.slice(1) : written;
  const wildcard = path.search(GLOB_SPECIAL);
  if (wildcard === -1) return path === '' ? undefined : { kind: 'path', path };
  const glob = compileGlob(path.slice(wildcard), true);
  return glob && { kind: 'path-glob', prefix: path.slice(0, wildcard), glob };
}

/** Trailing spaces do not count unless a backslash protects them. */
function trimSpaces(text: ByteText): ByteText {
  let end = -1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === ' ') {
      if (end === -1) end = at;
    } else {
      if (text[at] === '\\') at += 1;
      end = -1;
    }
  }
  return end === -1 ? text : text.slice(0, end);
}
