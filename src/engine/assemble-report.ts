import type { Changes } from '../changes/changes.js';
import { nameOfAgent } from '../config/agent-names.js';
import type { RunSpec } from '../config/run-spec.js';
import type { CagentError } from '../core/errors.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { RunId } from '../core/run-id.js';
import { buildReport } from '../report/build-report.js';
import type { EgressSummary, Report } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import { agentOutcome } from './agent-outcome.js';
import type { Transcripts } from './agent-transcript.js';
import { concludeRun } from './conclusion.js';
import type { Preparation } from './prepare.js';

/** Everything that is known when a run is over, whatever became of it. */
export interface RunFacts {
  readonly runId: RunId;
  readonly spec: RunSpec;
  readonly preparation: Preparation;
  /** `undefined` when the agent never started. */
  readonly end: AgentEnd | undefined;
  readonly error: CagentError | undefined;
  readonly transcripts: Transcripts;
  /** How long the agent ran. */
  readonly agentMs: number;
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
  const { preparation, end, error } = facts;
  const { early } = preparation;
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
      resources: resourcesOf(facts),
      imageDigest: preparation.images?.sandbox.digest,
      notices: [...[agent?.failure ?? []].flat(), ...(agent?.notices ?? []), ...facts.notices],
      error: conclusion === 'error' ? error : undefined,
    },
    changes: facts.changes,
    egress: facts.egress,
  });
}

/** What became of the agent's task; nothing when it never started. */
function judged({ end, spec, transcripts, traffic, changes, handedOver, agentMs }: RunFacts) {
  if (end === undefined) return undefined;
  const left = changes === undefined ? undefined : changes.files.length + changes.rejected.length > 0;
  const outcome = agentOutcome({
    // A shell in an agent's sandbox is judged like any command.
    name: nameOfAgent(spec.agent),
    end,
    stdout: transcripts.stdout.text(),
    stderr: transcripts.stderr.text(),
    traffic,
    mode: spec.view.mode,
    leftSomething: handedOver || left,
  });
  const last = { ...outcome.words.outcome, exitCode: end.exitCode, durationMs: Math.round(agentMs) };
  return { ...outcome, words: { ...outcome.words, tries: [last] } };
}

function resourcesOf({ end, phases }: RunFacts): Report['resources'] {
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
