import type { Flags } from '../config/flags.js';
import type { Trigger } from '../github/trigger.js';

/**
 * The flags with the base commit of the pull request that the event is about, where nobody has named one: what a pull
 * request changes must not decide how the pull request is judged.
 */
export function withTrustedBase(flags: Flags, pullRequest: Trigger['pullRequest']): Flags {
  const base = pullRequest?.baseSha;
  if (base === undefined || flags.values.base !== undefined) return flags;
  return { ...flags, values: { ...flags.values, base } };
}
