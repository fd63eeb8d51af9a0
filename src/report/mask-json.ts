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

/** A copy of readonly JSON with every string masked. Structure, numbers and field names stay. */
export function maskJson<T>(value: T, mask: Mask): T {
  return masked(value, mask) as T;
}

function masked(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((element) => masked(element, mask));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, OWN_WORDS.has(key) ? field : masked(field, mask)]),
  );
}
