import { describe, expect, test } from 'vitest';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import { policyOf } from '../egress/policy-of.js';

const policy = policyOf([{ dest: '*.example', 'max-upload': 100, 'max-requests': 2 }, 'b.test']);
const RULE = policy.rules[0]?.text as string;

describe('budgets', () => {
  test('count over all hosts of the rule: labels that an agent makes up give it no more', () => {
    const budgets = createBudgets(policy);
    const [one, other] = [budgets.uploads(RULE), budgets.uploads(RULE)];
    expect(one?.(60)).toBeUndefined();
    expect(other?.(60)).toMatchObject({ verdict: 'blocked', reason: 'upload-budget', rule: RULE });
    expect(other?.(40)).toBeUndefined();
    expect(one?.(1)).toMatchObject({ verdict: 'blocked' });
  });

  test('let exactly as many requests through as the rule says', () => {
    const budgets = createBudgets(policy);
    expect([1, 2, 3].map(() => budgets.request(RULE)?.reason)).toEqual([
      undefined,
      undefined,
      'request-budget',
    ]);
  });

  test('rules without one are not counted', () => {
    const budgets = createBudgets(policy);
    expect(budgets.uploads('b.test')).toBeUndefined();
    expect(budgets.request('b.test')).toBeUndefined();
    expect(budgets.uploads('default')).toBeUndefined();
  });

  test('audit mode says what is over and lets it pass', () => {
    const budgets = createBudgets({ ...policy, mode: 'audit' });
    expect(budgets.uploads(RULE)?.(101)).toMatchObject({ verdict: 'audited', reason: 'upload-budget' });
  });
});
