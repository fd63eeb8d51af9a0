import { distance } from 'fastest-levenshtein';
import { displayPath } from '../core/path-text.js';

const LONGEST_QUOTE = 60;

/** A value as an error message names it: short, on one line, with nothing that could forge another line. */
export function describeFound(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value === 'boolean' ? 'boolean' : 'number'} ${String(value)}`;
}

/** Text in double quotes, cut after 60 characters. */
export function quote(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `"${displayPath(cut)}"`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** The name that goes on from this one, else the one with the fewest edits, the first of equals. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const longer =
    name.replaceAll('-', '').length < 3 ? undefined : names.find((candidate) => candidate.startsWith(name));
  if (longer !== undefined) return longer;
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/**
 * Like {@link nearest}, but only when it is near enough to be a slip of the keyboard.
 * @param part at most one letter out of this many may differ
 */
export function likelyMeant(name: string, names: readonly string[], part = 2): string | undefined {
  const best = nearest(name, names);
  if (best === undefined) return undefined;
  if (best.startsWith(name) && name !== '') return best;
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(1, Math.floor(best.length / part))
    ? best
    : undefined;
}
