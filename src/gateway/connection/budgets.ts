import { type Decision, deny } from '../../egress/decide.js';
import type { EgressPolicy, RuleBudget } from '../../egress/policy.js';

/**
 * What has been used of the rules' budgets, over all connections of the run. A budget belongs to its rule and not to
 * a host: an agent that makes up labels under a wildcard gets no more.
 */
export interface Budgets {
  /** Counts a request; a decision when it is one too many. */
  request(rule: string): Decision | undefined;
  /** Counts what is about to leave; `undefined` for a rule without such a budget. */
  uploads(rule: string): UploadGate | undefined;
}

/** Takes bytes; a decision when they are too many, and then they do not count. Audit mode says so and lets them pass. */
export type UploadGate = (bytes: number) => Decision | undefined;

export function createBudgets(policy: EgressPolicy): Budgets {
  const budgets = new Map<string, Used>();
  for (const { text, budget } of policy.rules)
    if (budget !== undefined) budgets.set(text, { budget, uploaded: 0, requests: 0 });

  return {
    request: (rule) => {
      const used = budgets.get(rule);
      if (used?.budget.maxRequests === undefined) return undefined;
      if (used.requests >= used.budget.maxRequests) return deny(policy, 'request-budget', rule);
      used.requests += 1;
      return undefined;
    },
    uploads: (rule) => {
      const used = budgets.get(rule);
      const most = used?.budget.maxUploadBytes;
      if (used === undefined || most === undefined) return undefined;
      return (bytes) => {
        if (used.uploaded + bytes > most) return deny(policy, 'upload-budget', rule);
        used.uploaded += bytes;
        return undefined;
      };
    },
  };
}

interface Used {
  readonly budget: RuleBudget;
  uploaded: number;
  requests: number;
}
