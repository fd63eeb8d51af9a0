import type { ByteText } from './byte-text.js';

/**
 * Translates the glob of an ignore rule into a regular expression, byte for byte what git's wildmatch accepts
 * (gitignore(5); the odd corners were checked against git itself, see test/unit/workspace/ignore-git.test.ts).
 */

/** POSIX classes with git's own, locale-free meaning. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: ' \\t\\n\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/**
 * `glob` as an anchored expression. With `pathname`, wildcards stop at slashes and `**` crosses them.
 * `undefined` when the glob can never match: a trailing backslash, an unclosed or unknown class.
 */
export function globToRegExp(glob: ByteText, pathname: boolean): RegExp | undefined {
  let source = '';
  for (let at = 0; at < glob.length; ) {
    const character = glob[at] as string;
    if (character === '*') {
      const stars = readStars(glob, at, pathname);
      source += stars.source;
      at = stars.end;
    } else if (character === '?') {
      source += pathname ? '[^/]' : '[^]';
      at += 1;
    } else if (character === '[') {
      const set = readSet(glob, at, pathname);
      if (set === undefined) return undefined;
      source += set.source;
      at = set.end;
    } else {
      const literal = character === '\\' ? glob[at + 1] : character;
      if (literal === undefined) return undefined;
      source += escapeCharacter(literal);
      at += character === '\\' ? 2 : 1;
    }
  }
  return new RegExp(`^${source}$`);
}

interface Piece {
  readonly source: string;
  readonly end: number;
}

function readStars(glob: ByteText, start: number, pathname: boolean): Piece {
  let end = start;
  while (glob[end] === '*') end += 1;
  if (!pathname) return { source: '[^]*', end };
  if (end - start === 1) return { source: '[^/]*', end };
  const before = start === 0 || glob[start - 1] === '/';
  const after = end === glob.length || glob[end] === '/' || glob.startsWith('\\/', end);
  if (!before || !after) return { source: '[^/]*', end };
  return glob[end] === '/' ? { source: '(?:[^]*/)?', end: end + 1 } : { source: '[^]*', end };
}

/** A bracket expression. The first character after `[`, `[!` or `[^` is literal even when it is `]`. */
function readSet(glob: ByteText, start: number, pathname: boolean): Piece | undefined {
  let at = start + 1;
  const negated = glob[at] === '!' || glob[at] === '^';
  if (negated) at += 1;
  let members = '';
  let previous: string | undefined;
  for (let first = true; first || glob[at] !== ']'; first = false) {
    const character = glob[at];
    if (character === undefined) return undefined;
    const next = glob[at + 1];
    if (character === '\\') {
      if (next === undefined) return undefined;
      members += escapeCharacter(next);
      previous = next;
      at += 2;
    } else if (character === '-' && previous !== undefined && next !== undefined && next !== ']') {
      const escaped = next === '\\';
      const last = escaped ? glob[at + 2] : next;
      if (last === undefined) return undefined;
      if (previous <= last) members += `${escapeCharacter(previous)}-${escapeCharacter(last)}`;
      previous = undefined;
      at += escaped ? 3 : 2;
    } else if (character === '[' && next === ':') {
      const close = glob.indexOf(']', at + 2);
      if (close === -1) return undefined;
      if (close === at + 2 || glob[close - 1] !== ':') {
        members += escapeCharacter('[');
        previous = '[';
        at += 1;
      } else {
        const known = CLASSES[glob.slice(at + 2, close - 1)];
        if (known === undefined) return undefined;
        members += known;
        previous = undefined;
        at = close + 1;
      }
    } else {
      members += escapeCharacter(character);
      previous = character;
      at += 1;
    }
  }
  const slash = pathname ? '(?!/)' : '';
  if (members === '') return { source: negated ? `${slash}[^]` : '(?!)', end: at + 1 };
  return { source: `${slash}[${negated ? '^' : ''}${members}]`, end: at + 1 };
}

function escapeCharacter(character: string): string {
  return /[0-9A-Za-z]/.test(character)
    ? character
    : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
