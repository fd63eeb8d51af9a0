import type { ModelBudget, ModelProvider, ModelTraffic } from '../../core/model-endpoint.js';
import type { TokenReport } from './token-count.js';

/** Adds up what a broker forwards, and says when the budget is used up. */
export interface TrafficCounter {
  /** Why no further request may start; the part that is used up is part of the sums from then on. */
  exhausted(): { readonly part: keyof typeof PARTS; readonly message: string } | undefined;
  begin(): void;
  /** @param status what the agent got; absent when the answer was cut */
  end(status: number | undefined, report: TokenReport): void;
  keyRefused(): void;
  sums(): ModelTraffic;
}

const PARTS = { 'max-requests': 'requests', 'max-tokens': 'tokens', 'max-cost-usd': 'US dollars' } as const;

/** Writing to a one-hour cache costs twice the price of input, the most of all kinds: a bound must not be too low. */
const CACHE_WRITE_FACTOR = 2;

export function createTrafficCounter(provider: ModelProvider, budget: ModelBudget): TrafficCounter {
  const { price } = budget;
  let sums: ModelTraffic = {
    provider,
    requests: 0,
    failed: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    uncounted: 0,
    ...(price === undefined ? {} : { costUsd: 0 }),
  };

  function used(): Readonly<Record<keyof typeof PARTS, readonly [number, number | undefined]>> {
    const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = sums;
    const tokens = inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
    return {
      'max-requests': [sums.requests, budget.maxRequests],
      'max-tokens': [tokens, budget.maxTokens],
      'max-cost-usd': [sums.costUsd ?? 0, budget.maxCostUsd],
    };
  }

  return {
    exhausted: () => {
      for (const part of Object.keys(PARTS) as (keyof typeof PARTS)[]) {
        const [spent, most] = used()[part];
        if (most === undefined || spent < most) continue;
        sums = { ...sums, exhausted: part };
        const amount = part === 'max-cost-usd' ? spent.toFixed(2) : String(spent);
        return {
          part,
          message: `the budget of this run is used up: ${amount} of ${most} ${PARTS[part]} (${part})`,
        };
      }
      return undefined;
    },
    begin: () => {
      const { lastStatus: _, ...rest } = sums;
      sums = { ...rest, requests: sums.requests + 1 };
    },
    end: (status, { model, counted }) => {
      const good = status !== undefined && status < 400;
      const inputTokens = sums.inputTokens + (counted?.input ?? 0);
      const outputTokens = sums.outputTokens + (counted?.output ?? 0);
      const cacheReadTokens = sums.cacheReadTokens + (counted?.cacheRead ?? 0);
      const cacheWriteTokens = sums.cacheWriteTokens + (counted?.cacheWrite ?? 0);
      const paidInput = inputTokens + cacheReadTokens + CACHE_WRITE_FACTOR * cacheWriteTokens;
      sums = {
        ...sums,
        ...{ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens },
        failed: sums.failed + (good ? 0 : 1),
        uncounted: sums.uncounted + (good && counted === undefined ? 1 : 0),
        ...(status === undefined ? {} : { lastStatus: status }),
        ...(model === undefined ? {} : { model }),
        ...(price === undefined
          ? {}
          : { costUsd: (paidInput * price.input + outputTokens * price.output) / 1e6 }),
      };
    },
    keyRefused: () => {
      sums = { ...sums, keyRefused: true };
    },
    sums: () => sums,
  };
}
