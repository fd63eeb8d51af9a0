/** One character per byte, as in workspace/byte-text.ts. */
type ByteText = string;

/**
 * A glob of an ignore rule, compiled: what it accepts is byte for byte what git's wildmatch accepts (gitignore(5); the
 * odd corners were checked against git itself, see test/unit/workspace/ignore-git.test.ts).
 *
 * The rules come from pull requests of strangers, so the matcher never backtracks further than the last star of each
 * kind: a regular expression takes years for `*a*a*a*a*a*a*a*a*a*b`.
 */
export interface Glob {
  /** One number for each step: a byte, one of the codes below, or {@link FIRST_SET} and above for a set. */
  readonly steps: Int32Array;
  readonly sets: readonly Uint8Array[];
  /** The byte that every match begins and ends with, or -1: most names are turned down by looking at these two. */
  readonly first: number;
  readonly last: number;
}

const SLASH = 47;
/** `?`: any byte but a slash. */
const ANY = 256;
/** `*`: any run of bytes without a slash. */
const STAR = 257;
/** `**` at the end, or `*` where slashes do not count: any run of bytes. */
const GLOBSTAR = 258;
/** `**` and the slash after it: nothing, or any run of bytes that ends with a slash. */
const DIRECTORIES = 259;
const FIRST_SET = 260;

/** POSIX classes with git's own, locale-free meaning, as pairs of first and last byte. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '09AZaz',
  alpha: 'AZaz',
  blank: '  \t\t',
  cntrl: '\x00\x1f\x7f\x7f',
  digit: '09',
  graph: '\x21\x7e',
  lower: 'az',
  print: '\x20\x7e',
  punct: '\x21\x2f\x3a\x40\x5b\x60\x7b\x7e',
  space: '  \t\n\r\r',
  upper: 'AZ',
  xdigit: '09AFaf',
};

/**
 * Compiles `glob`. With `pathname`, wildcards stop at slashes and `**` crosses them. `undefined` when the glob can
 * never match: a trailing backslash, an unclosed or unknown class.
 */
export function compileGlob(glob: ByteText, pathname: boolean): Glob | undefined {
  const steps: number[] = [];
  const sets: Uint8Array[] = [];
  for (let at = 0; at < glob.length; ) {
    const character = glob[at] as string;
    if (character === '*') {
      const stars = readStars(glob, at, pathname);
      steps.push(stars.step);
      at = stars.end;
    } else if (character === '?') {
      steps.push(ANY);
      at += 1;
    } else if (character === '[') {
      const set = readSet(glob, at);
      if (set === undefined) return undefined;
      set.members[SLASH] = pathname ? 0 : (set.members[SLASH] as number);
      steps.push(FIRST_SET + sets.push(set.members) - 1);
      at = set.end;
    } else {
      const literal = glob.charCodeAt(character === '\\' ? at + 1 : at);
      if (Number.isNaN(literal)) return undefined;
      steps.push(literal);
      at += character === '\\' ? 2 : 1;
    }
  }
  return { steps: Int32Array.from(steps), sets, first: byteOf(steps[0]), last: byteOf(steps.at(-1)) };
}

/** Whether the whole of `text` matches. Takes at most about length of text x length of glob for each directory of the text. */
export function globMatches({ steps, sets, first, last }: Glob, text: ByteText): boolean {
  if (first !== -1 && text.charCodeAt(0) !== first) return false;
  if (last !== -1 && text.charCodeAt(text.length - 1) !== last) return false;
  let at = 0;
  let step = 0;
  // Where to go on after the last star, and how far that star reaches so far. Earlier stars never have to give back
  // anything: from the place where an earlier one stopped first, the later one reaches all that it could from further on.
  let starStep = -1;
  let starAt = 0;
  let globstarStep = -1;
  let globstarAt = 0;
  for (;;) {
    const code = step < steps.length ? (steps[step] as number) : -1;
    if (code === STAR) {
      starStep = ++step;
      starAt = at;
      continue;
    }
    if (code === GLOBSTAR || code === DIRECTORIES) {
      globstarStep = ++step;
      globstarAt = at;
      starStep = -1;
      continue;
    }
    if (code === -1 ? at === text.length : at < text.length && accepts(code, sets, text.charCodeAt(at))) {
      if (code === -1) return true;
      at += 1;
      step += 1;
    } else if (starStep !== -1 && starAt < text.length && text.charCodeAt(starAt) !== SLASH) {
      at = ++starAt;
      step = starStep;
    } else if (globstarStep !== -1) {
      starStep = -1;
      const next = steps[globstarStep - 1] === GLOBSTAR ? globstarAt : text.indexOf('/', globstarAt);
      if (next === -1 || next >= text.length) return false;
      globstarAt = next + 1;
      at = globstarAt;
      step = globstarStep;
    } else return false;
  }
}

function accepts(code: number, sets: readonly Uint8Array[], byte: number): boolean {
  if (code < ANY) return code === byte;
  if (code === ANY) return byte !== SLASH;
  return (sets[code - FIRST_SET] as Uint8Array)[byte] === 1;
}

function byteOf(step: number | undefined): number {
  return step === undefined || step >= ANY ? -1 : step;
}

function readStars(
  glob: ByteText,
  start: number,
  pathname: boolean,
): { readonly step: number; readonly end: number } {
  let end = start;
  while (glob[end] === '*') end += 1;
  if (!pathname) return { step: GLOBSTAR, end };
  if (end - start === 1) return { step: STAR, end };
  const before = start === 0 || glob[start - 1] === '/';
  const after = end === glob.length || glob[end] === '/' || glob.startsWith('\\/', end);
  if (!before || !after) return { step: STAR, end };
  return glob[end] === '/' ? { step: DIRECTORIES, end: end + 1 } : { step: GLOBSTAR, end };
}

/** A bracket expression. The first character after `[`, `[!` or `[^` is literal even when it is `]`. */
function readSet(
  glob: ByteText,
  start: number,
): { readonly members: Uint8Array; readonly end: number } | undefined {
  let at = start + 1;
  const negated = glob[at] === '!' || glob[at] === '^';
  if (negated) at += 1;
  const members = new Uint8Array(256);
  const add = (from: string, to: string): void => {
    if (from <= to) members.fill(1, from.charCodeAt(0), to.charCodeAt(0) + 1);
  };
  let previous: string | undefined;
  for (let first = true; first || glob[at] !== ']'; first = false) {
    const character = glob[at];
    if (character === undefined) return undefined;
    const next = glob[at + 1];
    if (character === '\\') {
      if (next === undefined) return undefined;
      add(next, next);
      previous = next;
      at += 2;
    } else if (character === '-' && previous !== undefined && next !== undefined && next !== ']') {
      const escaped = next === '\\';
      const last = escaped ? glob[at + 2] : next;
      if (last === undefined) return undefined;
      add(previous, last);
      previous = undefined;
      at += escaped ? 3 : 2;
    } else if (character === '[' && next === ':') {
      const close = glob.indexOf(']', at + 2);
      if (close === -1) return undefined;
      if (close === at + 2 || glob[close - 1] !== ':') {
        add('[', '[');
        previous = '[';
        at += 1;
      } else {
        const known = CLASSES[glob.slice(at + 2, close - 1)];
        if (known === undefined) return undefined;
        for (let pair = 0; pair < known.length; pair += 2)
          add(known[pair] as string, known[pair + 1] as string);
        previous = undefined;
        at = close + 1;
      }
    } else {
      add(character, character);
      previous = character;
      at += 1;
    }
  }
  return { members: negated ? members.map((member) => 1 - member) : members, end: at + 1 };
}
