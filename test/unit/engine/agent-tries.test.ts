import { describe, expect, it } from 'vitest';
import type { ModelTraffic } from '../../../src/core/model-endpoint.js';
import { type AgentStart, runTries, type TryOptions } from '../../../src/engine/agent-tries.js';
import { joinEnds, sumUsage, trafficSince } from '../../../src/engine/join-tries.js';
import type { AgentOutcomeKind } from '../../../src/report/report.js';
import type { AgentEnd } from '../../../src/sandbox/agent-run.js';
import { runSpec } from '../sandbox/spec-fixture.js';

const TRAFFIC: ModelTraffic = {
  provider: 'anthropic',
  requests: 1,
  failed: 1,
  lastStatus: 529,
  inputTokens: 10,
  outputTokens: 5,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  uncounted: 0,
  costUsd: 0.5,
};
const end = (exitCode: number, more: Partial<AgentEnd> = {}): AgentEnd => ({
  exitCode,
  cause: 'exited',
  limitsHit: [],
  resources: {},
  startError: undefined,
  ...more,
});

/** Tries that end one after another with these kinds. */
async function tries(kinds: readonly AgentOutcomeKind[], more: Partial<TryOptions> = {}, delayMs = 0) {
  const spec = runSpec();
  const said: string[] = [];
  const timeouts: number[] = [];
  let time = 0;
  const starts = await runTries({
    spec: { ...spec, agent: { ...spec.agent, retry: { max: kinds.length - 1, delayMs } } },
    clock: { now: () => new Date(0), monotonic: () => time },
    reporter: { event: (event) => 'message' in event && said.push(event.message) },
    cancel: new AbortController().signal,
    traffic: () => undefined,
    start: async (timeoutMs) => {
      timeouts.push(timeoutMs);
      time += 60_000;
      return end(timeouts.length);
    },
    judge: ({ end: { exitCode } }) => ({ kind: kinds[exitCode - 1] ?? 'failed', message: 'sentinel' }),
    ...more,
  });
  return { starts, said, timeouts };
}

describe('an agent that fails', () => {
  it.each(['api-error', 'no-result', 'invalid-output', 'failed', 'idle'] as const)(
    'with %s is started again',
    async (kind) => {
      expect((await tries([kind, 'done', 'done'])).starts).toHaveLength(2);
    },
  );

  it.each([
    'done',
    'nothing-changed',
    'refused-key',
    'budget',
    'agent-limit',
    'not-started',
    'timeout',
    'limit',
    'cancelled',
  ] as const)('with %s is not, since that does not get better', async (kind) => {
    expect((await tries([kind, 'done'])).starts).toHaveLength(1);
  });

  it.each([
    [400, 1],
    [401, 1],
    [404, 1],
    [413, 1],
    [408, 2],
    [429, 2],
    [500, 2],
    [529, 2],
    [undefined, 2],
  ])('after HTTP %s of its model has %d tries', async (status, count) => {
    const { lastStatus: _, ...rest } = TRAFFIC;
    const traffic = () => (status === undefined ? rest : { ...rest, lastStatus: status });
    expect((await tries(['api-error', 'done'], { traffic })).starts).toHaveLength(count);
  });

  it('is started once more than max-retries says, and no more', async () => {
    expect((await tries(['failed', 'failed', 'failed'])).starts.map((start) => start.end.exitCode)).toEqual([
      1, 2, 3,
    ]);
  });

  it('has what is left of the time limit, and is not started when only the delay is left', async () => {
    const { timeouts } = await tries(['failed', 'failed', 'done']);
    expect(timeouts).toEqual([1_800_000, 1_740_000, 1_680_000]);
    expect((await tries(['failed', 'done'], {}, 1_740_000)).starts).toHaveLength(1);
  });

  it('is told of without its own words, which are not masked here', async () => {
    const { said } = await tries(['failed', 'done']);
    expect(said).toEqual(['Try 1 of 2 ended with failed; the next one starts now.']);
  });

  it('is not started again when the run is cancelled while it waits', async () => {
    const controller = new AbortController();
    const start = async (): Promise<AgentEnd> => {
      setTimeout(() => controller.abort('SIGINT'), 1);
      return end(1);
    };
    const { starts } = await tries(['failed', 'done'], { cancel: controller.signal, start }, 600_000);
    expect(starts).toHaveLength(1);
    expect(starts[0]?.end).toMatchObject({ cause: 'cancelled', exitCode: 130 });
  });
});

describe('all tries together', () => {
  const start = (ended: AgentEnd): AgentStart => ({
    end: ended,
    durationMs: 1,
    transcripts: undefined as never,
    before: undefined,
  });

  it('end like the last one, and used what all of them used', () => {
    const one = end(1, { limitsHit: ['pids'], resources: { cpuSeconds: 2, peakPids: 9 } });
    const two = end(0, {
      limitsHit: ['pids'],
      resources: { cpuSeconds: 3, peakPids: 4, peakMemoryBytes: 7 },
    });
    expect(joinEnds([start(one), start(two)])).toEqual({
      ...two,
      resources: { cpuSeconds: 5, peakPids: 9, peakMemoryBytes: 7 },
    });
    expect(joinEnds([])).toBeUndefined();
  });

  it('cost what all of them cost', () => {
    expect(sumUsage([{ inputTokens: 1, turns: 2 }, { inputTokens: 3, costUsd: 0.5 }, {}])).toEqual({
      inputTokens: 4,
      turns: 2,
      costUsd: 0.5,
    });
  });

  it('share a broker, whose sums are taken apart', () => {
    const now = { ...TRAFFIC, requests: 3, failed: 1, inputTokens: 30, costUsd: 0.75, lastStatus: 200 };
    expect(trafficSince(TRAFFIC, now)).toMatchObject({
      requests: 2,
      failed: 0,
      inputTokens: 20,
      costUsd: 0.25,
      lastStatus: 200,
    });
    expect(trafficSince(TRAFFIC, TRAFFIC)).toBeUndefined();
    expect(trafficSince(undefined, TRAFFIC)).toBe(TRAFFIC);
  });
});
