import { agentOf } from '../agents/known-agents.js';
import type { Changes } from '../changes/changes.js';
import type { RunSpec } from '../config/run-spec.js';
import type { CagentError } from '../core/errors.js';
import type { JsonCheck } from '../core/json-schema.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { RunId } from '../core/run-id.js';
import { buildReport } from '../report/build-report.js';
import type { AgentTry, EgressSummary, Report } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import { type AgentOutcome, agentOutcome } from './agent-outcome.js';
import type { AgentStart } from './agent-tries.js';
import { concludeRun } from './conclusion.js';
import { joinEnds, sumUsage, trafficSince } from './join-tries.js';
import type { Preparation } from './prepare.js';

/** Everything that is known when a run is over, whatever became of it. */
export interface RunFacts {
  readonly runId: RunId;
  readonly spec: RunSpec;
  readonly preparation: Preparation;
  /** Empty when the agent never started. */
  readonly starts: readonly AgentStart[];
  readonly error: CagentError | undefined;
  /** Of the answer that was asked for. */
  readonly outputCheck: JsonCheck | undefined;
  /** The agent left files in its scratch. */
  readonly handedOver: boolean;
  readonly traffic: ModelTraffic | undefined;
  readonly changes: Changes | undefined;
  readonly egress: EgressSummary;
  readonly cancel: AbortSignal;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly phases: Readonly<Record<string, number>>;
  readonly notices: readonly string[];
}

/** Judges the run and writes its report. Pure. */
export function assembleReport(facts: RunFacts): Report {
  const { preparation, starts, error } = facts;
  const { early } = preparation;
  const end = joinEnds(starts);
  const agent = judged(facts);
  const { conclusion, exitCode } = concludeRun(end, error, facts.cancel, agent?.failure);
  return buildReport({
    runId: facts.runId,
    spec: early.container.spec,
    plan: preparation.plan,
    outcome: {
      conclusion,
      exitCode,
      startedAt: facts.startedAt,
      durationMs: facts.durationMs,
      phases: facts.phases,
      limitsHit: [...(end?.limitsHit ?? []), ...(agent?.limitsHit ?? [])],
      agentVersion: agent?.version ?? early.agent.version,
      model: agent?.model,
      usage: agent?.usage,
      agent: agent?.words,
      resources: resourcesOf(facts, end),
      imageDigest: preparation.images?.sandbox.digest,
      notices: [...[agent?.failure ?? []].flat(), ...(agent?.notices ?? []), ...facts.notices],
      error: conclusion === 'error' ? error : undefined,
    },
    changes: facts.changes,
    egress: facts.egress,
  });
}

/** What became of the agent's task; nothing when it never started. */
function judged(facts: RunFacts) {
  const { starts, changes, handedOver } = facts;
  const changed = changes === undefined ? undefined : changes.files.length + changes.rejected.length > 0;
  const outcomes = starts.map((start, index) =>
    judgeStart(facts, start, {
      traffic: starts[index + 1]?.before ?? facts.traffic,
      leftSomething: index === starts.length - 1 ? handedOver || changed : undefined,
    }),
  );
  const last = outcomes.at(-1);
  if (last === undefined) return undefined;
  return {
    ...last,
    usage: sumUsage(outcomes.map(({ usage }) => usage)),
    words: { ...last.words, tries: outcomes.map(({ words }, index) => tryOf(words, starts[index])) },
    limitsHit: outcomes.flatMap(({ limitsHit }) => limitsHit),
    notices: outcomes.flatMap(({ notices }) => notices),
  };
}

function tryOf({ outcome }: AgentOutcome['words'], start: AgentStart | undefined): AgentTry {
  const { end, durationMs = 0 } = start ?? {};
  return { ...outcome, exitCode: end?.exitCode ?? 0, durationMs: Math.round(durationMs) };
}

/**
 * Judges one try.
 * @param seen what the broker had seen by its end, and whether it left something, when that is known
 */
export function judgeStart(
  { spec, outputCheck }: Pick<RunFacts, 'spec' | 'outputCheck'>,
  { end, transcripts, before }: AgentStart,
  seen: { readonly traffic: ModelTraffic | undefined; readonly leftSomething: boolean | undefined },
): AgentOutcome {
  return agentOutcome({
    // A shell in an agent's sandbox is judged like any command.
    agent: agentOf(spec.agent),
    end,
    stdout: transcripts.stdout.text(),
    stderr: transcripts.stderr.text(),
    traffic: trafficSince(before, seen.traffic),
    mode: spec.view.mode,
    leftSomething: seen.leftSomething,
    outputCheck,
  });
}

function resourcesOf({ phases }: RunFacts, end: AgentEnd | undefined): Report['resources'] {
  // An agent that never began used nothing; of one that was lost nobody knows.
  if (end === undefined && phases.agent === undefined)
    return { cpuSeconds: 0, peakMemoryBytes: 0, peakPids: 0 };
  const { cpuSeconds, peakMemoryBytes, peakPids } = end?.resources ?? {};
  return {
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }),
    ...(peakPids === undefined ? {} : { peakPids }),
  };
}
