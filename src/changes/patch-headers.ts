import { decodePath } from '../core/path-text.js';

/**
 * The paths that a patch may start from: everything after `---`, `rename from` and `copy from`, and both names of
 * `diff --git`. Too many do no harm (they are only offered to git, which decides what the patch means); text inside a
 * hunk that looks like a header is such a case.
 */
export function possibleSources(patch: Buffer, max: number): readonly string[] {
  const found = new Set<string>();
  for (let from = 0; from < patch.length && found.size < max; ) {
    const newline = patch.indexOf(0x0a, from);
    const end = newline < 0 ? patch.length : newline;
    if (HEADER_STARTS.has(patch[from] as number)) {
      for (const path of pathsInLine(patch.subarray(from, end))) found.add(path);
    }
    from = end + 1;
  }
  return [...found];
}

/** The first letters of `--- `, `rename from`, `copy from` and `diff --git`. */
const HEADER_STARTS: ReadonlySet<number> = new Set([0x2d, 0x72, 0x63, 0x64]);

/** The largest content that a binary hunk of the patch announces, in bytes. */
export function largestBinary(patch: Buffer): number {
  let largest = 0;
  for (const [, size] of patch.toString('latin1').matchAll(/^(?:literal|delta) (\d+)$/gm))
    largest = Math.max(largest, Number(size));
  return largest;
}

function pathsInLine(line: Buffer): string[] {
  const text = line.toString('latin1').replace(/\r$/, '');
  const simple = /^(?:---|rename from|copy from) (.*)$/s.exec(text);
  if (simple !== null) {
    const name = unquote((simple[1] as string).replace(/\t.*$/s, ''));
    return text.startsWith('---') ? [name, withoutFirst(name)] : [name];
  }
  const pair = /^diff --git (.*)$/s.exec(text);
  if (pair === null) return [];
  const names = pair[1] as string;
  const quoted = /^("(?:[^"\\]|\\.)*")/s.exec(names);
  if (quoted !== null) return [withoutFirst(unquote(quoted[1] as string))];
  // Names with blanks are not quoted: `a/x y b/x y`. Both halves are equal unless it is a rename, which has its own line.
  return [withoutFirst(decode(names.slice(0, (names.length - 1) / 2)))];
}

function withoutFirst(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** Undoes the quotes of git: `"a\tb\303\251"`. */
function unquote(text: string): string {
  if (!/^".*"$/s.test(text)) return decode(text);
  const escapes: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    a: '\x07',
    b: '\b',
    f: '\f',
    v: '\v',
  };
  const plain = text
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8) & 0xff) : (escapes[code] ?? code),
    );
  return decode(plain);
}

function decode(bytes: string): string {
  return decodePath(Buffer.from(bytes, 'latin1'));
}
