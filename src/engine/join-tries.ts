import { known, sumOf } from '../agents/output-lines.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { AgentUsage } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import type { AgentStart } from './agent-tries.js';

/** What the broker saw during one try; `undefined` when it saw no request. Pure, like everything here. */
export function trafficSince(
  before: ModelTraffic | undefined,
  now: ModelTraffic | undefined,
): ModelTraffic | undefined {
  if (now === undefined || before === undefined) return now;
  if (now.requests === before.requests) return undefined;
  const { costUsd } = now;
  return {
    ...now,
    requests: now.requests - before.requests,
    failed: now.failed - before.failed,
    inputTokens: now.inputTokens - before.inputTokens,
    outputTokens: now.outputTokens - before.outputTokens,
    cacheReadTokens: now.cacheReadTokens - before.cacheReadTokens,
    cacheWriteTokens: now.cacheWriteTokens - before.cacheWriteTokens,
    uncounted: now.uncounted - before.uncounted,
    ...(costUsd === undefined ? {} : { costUsd: costUsd - (before.costUsd ?? 0) }),
  };
}

/** How all tries together ended: as the last one, with what all of them used. `undefined` without any. */
export function joinEnds(starts: readonly AgentStart[]): AgentEnd | undefined {
  const ends = starts.map(({ end }) => end);
  const last = ends.at(-1);
  if (last === undefined) return undefined;
  const uses = ends.map(({ resources }) => resources);
  return {
    ...last,
    resources: known({
      cpuSeconds: sumOf(uses.map((use) => use.cpuSeconds)),
      peakMemoryBytes: mostOf(uses.map((use) => use.peakMemoryBytes)),
      peakPids: mostOf(uses.map((use) => use.peakPids)),
    }),
    limitsHit: [...new Set(ends.flatMap(({ limitsHit }) => limitsHit))],
  };
}

/** What all tries used: each of them was paid. */
export function sumUsage(usages: readonly AgentUsage[]): AgentUsage {
  const total = (field: keyof AgentUsage): number | undefined => sumOf(usages.map((usage) => usage[field]));
  return known({
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    cacheReadTokens: total('cacheReadTokens'),
    cacheWriteTokens: total('cacheWriteTokens'),
    costUsd: total('costUsd'),
    turns: total('turns'),
  });
}

function mostOf(values: readonly (number | undefined)[]): number | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length === 0 ? undefined : Math.max(...found);
}
