import type { Changes } from '../changes/changes.js';
import type { RunSpec } from '../config/run-spec.js';
import type { RunId } from '../core/run-id.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import type { AgentUsage, Conclusion, EgressSummary, Report } from './report.js';

/** How a run ended, as far as it got. A value: an agent that failed or hit a limit is not an exception. */
export interface RunOutcome {
  readonly conclusion: Conclusion;
  /** The agent's own; 124, 125, 130, 137 or 143 where cagent decided. */
  readonly exitCode: number;
  readonly startedAt: Date;
  /** Start to end of the whole run. */
  readonly durationMs: number;
  /** Phase name to milliseconds, in the order in which they ran. */
  readonly phases: Readonly<Record<string, number>>;
  /** Names of limits that ended the agent or refused it something: `memory`, `disk`, `pids`, `timeout`, `idle-timeout`. */
  readonly limitsHit: readonly string[];
  readonly resources: Report['resources'];
  /** What the agent told of itself. */
  readonly agentVersion?: string | undefined;
  /** The model that really answered, when the agent tells. */
  readonly model?: string | undefined;
  readonly usage?: AgentUsage | undefined;
  /** What became of its task; absent when it never started. */
  readonly agent?: AgentWords | undefined;
  /** `sha256:…` of the sandbox image, once it is here. */
  readonly imageDigest?: string | undefined;
  /** One sentence each, beyond those of the plan. */
  readonly notices: readonly string[];
  /** When cagent itself failed; a CagentError fits. */
  readonly error?: RunFailure | undefined;
}

/** What is known of the agent's task beside numbers. */
export type AgentWords = Pick<
  Report['agent'],
  'outcome' | 'tries' | 'finalMessage' | 'structuredOutput' | 'sessionId'
>;

export interface RunFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Everything that a report is made from. */
export interface ReportInput {
  readonly runId: RunId;
  readonly spec: RunSpec;
  /** `undefined` when planning failed. */
  readonly plan: SandboxPlan | undefined;
  readonly outcome: RunOutcome;
  /** `undefined` when there was nothing to capture or capturing failed. */
  readonly changes: Changes | undefined;
  readonly egress: EgressSummary;
}
