import type { ModelBudget } from '../core/model-endpoint.js';
import type { MergedSettings } from './settings.js';

const BOUNDS = ['max-requests', 'max-tokens', 'max-cost-usd'] as const;

export const BUDGET_NAMES = [...BOUNDS, 'input-price', 'output-price'] as const;

export type BudgetOption = (typeof BUDGET_NAMES)[number];

/** The bounds on what a known agent may spend; `undefined` when there are none. */
export function budgetOf(settings: MergedSettings): ModelBudget | undefined {
  const { 'max-requests': maxRequests, 'max-tokens': maxTokens, 'max-cost-usd': maxCostUsd } = settings;
  const { 'input-price': input, 'output-price': output } = settings;
  const budget: ModelBudget = {
    ...(maxRequests === undefined ? {} : { maxRequests }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(input === undefined || output === undefined ? {} : { price: { input, output } }),
  };
  return Object.keys(budget).length === 0 ? undefined : budget;
}

/** Bounds that could not be kept: a cost without prices, and any at all where cagent does not see the model. */
export function budgetProblems(
  settings: MergedSettings,
  agent: string | undefined,
  label: (name: BudgetOption) => string,
): readonly string[] {
  const prices = [settings['input-price'], settings['output-price']].filter(
    (price) => price !== undefined,
  ).length;
  const bounds = BOUNDS.filter((name) => settings[name] !== undefined);
  if (prices === 1) {
    const given = settings['input-price'] === undefined ? 'output-price' : 'input-price';
    return [`${label(given)}: one price alone, allowed: input-price and output-price together`];
  }
  if (settings['max-cost-usd'] !== undefined && prices === 0) {
    return [`${label('max-cost-usd')}: a bound without prices, allowed: with input-price and output-price`];
  }
  const first = bounds[0];
  if (agent !== 'command' || first === undefined) return [];
  return [
    `${label(first)}: a budget for a command, whose model cagent does not see, allowed: a budget for a known agent`,
  ];
}
