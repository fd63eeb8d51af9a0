import type { Mask } from '../core/secret-values.js';

/**
 * Fields whose values are words of cagent's own, never text from outside. They stay as they are, so that a secret
 * that happens to be such a word (`--env MODE` with the value `block`) cannot make a file invalid.
 */
const OWN_WORDS = new Set([
  'schema',
  'runId',
  'conclusion',
  'startedAt',
  'start',
  'time',
  'verdict',
  'protocol',
  'protocols',
  'mode',
  'kind',
  'type',
  'status',
  'entrypoint',
  'code',
]);

/** Fields whose inner names are not ours, so that nothing below them is a word of cagent's own. */
const FOREIGN = new Set(['structuredOutput']);

/** A copy of readonly JSON with every string masked. Structure, numbers and our field names stay. */
export function maskJson<T>(value: T, mask: Mask): T {
  return masked(value, mask, false) as T;
}

function masked(value: unknown, mask: Mask, foreign: boolean): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((element) => masked(element, mask, foreign));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      if (foreign) return [mask(key), masked(field, mask, true)];
      return [key, OWN_WORDS.has(key) ? field : masked(field, mask, FOREIGN.has(key))];
    }),
  );
}
