import { CagentError } from '../core/errors.js';

/** A mistake in one entry of the allow list, before it is known where the entry stands. */
export interface RuleProblem {
  /** Completes "network.allow[3]: …": what is wrong and what is allowed. */
  readonly problem: string;
  /** What to write instead. */
  readonly hint?: string;
}

export function isProblem(value: object): value is RuleProblem {
  return 'problem' in value;
}

/** @param place of the entry, such as `network.allow[3]` */
export function ruleError(place: string, { problem, hint }: RuleProblem): CagentError {
  return new CagentError('egress.rule', `${place}: ${problem}.`, hint === undefined ? {} : { hint });
}
