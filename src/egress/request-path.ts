/**
 * The path of a request in the one form that rules are compared in. A server behind the gateway may decode twice,
 * fold characters, merge slashes or cut parameters; wherever that could lead it to another place than the one
 * judged here, the path is refused instead of guessed.
 */
export type RequestPath =
  | {
      readonly ok: true;
      /** Decoded once, without dot segments and query: what prefixes are compared with. */
      readonly path: string;
      /** What to send on: the segments as they came, without dot segments, with the query. */
      readonly target: string;
    }
  /** `problem` completes the sentence "the path …". */
  | { readonly ok: false; readonly problem: string };

interface Segment {
  readonly raw: string;
  readonly text: string;
}

/** @param target the request target in origin form: path and query */
export function normalizePath(target: string): RequestPath {
  const cut = target.indexOf('?');
  const raw = cut === -1 ? target : target.slice(0, cut);
  const query = cut === -1 ? '' : target.slice(cut);
  if (!raw.startsWith('/')) return refuse('does not begin with a slash');
  if (raw.startsWith('//')) return refuse('begins with two slashes');
  if (/[^\x21-\x7e]/.test(raw)) return refuse('has spaces, control characters or unencoded letters');
  if (target.includes('#')) return refuse('has a fragment');
  if (raw.includes('\\')) return refuse('has a backslash');
  const segments: Segment[] = [];
  for (const part of raw.slice(1).split('/')) {
    const text = decode(part);
    if (text === undefined) return refuse('has a broken percent-encoding');
    const problem = problemOf(text);
    if (problem !== undefined) return refuse(problem);
    segments.push({ raw: part, text });
  }
  if (segments.some(isDots)) {
    // Servers differ in what they do first, and each order leads somewhere else.
    if (segments.slice(0, -1).some(({ text }) => text === ''))
      return refuse('mixes dot segments and empty segments');
    if (segments.some(({ text }) => /[;?#]/.test(text))) return refuse('mixes dot segments and parameters');
  }
  const kept = removeDots(segments);
  return { ok: true, path: join(kept.map(({ text }) => text)), target: join(kept.map((s) => s.raw)) + query };
}

/** Whether a normalised path is under a normalised prefix; prefixes end at a segment boundary. */
export function isUnderPrefix(path: string, prefix: string): boolean {
  return prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix || path.startsWith(`${prefix}/`);
}

function decode(part: string): string | undefined {
  try {
    // Refuses overlong and broken UTF-8, so that %c0%af cannot become a slash later.
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function problemOf(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return 'has an encoded control character';
  if (/[/\\]/.test(text)) return 'has an encoded separator';
  if (/%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i.test(text)) return 'is encoded twice';
  // Compatibility forms: a full-width slash or a two-dot leader becomes the plain one on some servers.
  const folded = text.normalize('NFKC');
  if (folded !== text && (/[/\\%]/.test(folded) || looksLikeDots(folded)))
    return 'has a look-alike of a separator';
  if (looksLikeDots(text) && !/^\.\.?$/.test(text)) return 'has a look-alike of a dot segment';
  return undefined;
}

/** `..;x` is `..` to some servers, and `.. ` or `...` to others. */
function looksLikeDots(text: string): boolean {
  return /^ *\.[. ]*(?:;|$)/.test(text);
}

function isDots({ text }: Segment): boolean {
  return text === '.' || text === '..';
}

/** RFC 3986, 5.2.4. */
function removeDots(segments: readonly Segment[]): readonly Segment[] {
  const kept: Segment[] = [];
  for (const segment of segments) {
    if (segment.text === '..') kept.pop();
    else if (segment.text !== '.') kept.push(segment);
  }
  const last = segments.at(-1);
  if (last !== undefined && isDots(last)) kept.push({ raw: '', text: '' });
  return kept;
}

function join(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}

function refuse(problem: string): RequestPath {
  return { ok: false, problem };
}
