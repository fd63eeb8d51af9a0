/** `report.json`, schema `cagent.report/1`: DESIGN's contract, field by field. Readonly JSON. */
export interface Report {
  readonly schema: 'cagent.report/1';
  readonly runId: string;
  readonly conclusion: Conclusion;
  readonly exitCode: number;
  readonly startedAt: string;
  readonly durationMs: number;
  /** Phase name to milliseconds. */
  readonly phases: Readonly<Record<string, number>>;
  readonly agent: {
    readonly name: string;
    readonly version?: string;
    readonly model?: string;
    readonly usage: AgentUsage;
    /** What became of its task; absent when it never started. */
    readonly outcome?: AgentVerdict;
    /** Each start of the agent, the last one with `outcome`; more than one after `max-retries`. */
    readonly tries?: readonly AgentTry[];
    /** The agent's last words, cut at 100,000 characters. */
    readonly finalMessage?: string;
    /** The value that `output-schema` asked for; it is valid. */
    readonly structuredOutput?: unknown;
    /** The agent's own name for this conversation. */
    readonly sessionId?: string;
  };
  readonly image: { readonly ref: string; readonly digest?: string };
  readonly workspace: {
    readonly mode: 'overlay' | 'read-only';
    /** The user that the agent ran as; absent when cagent failed before it was known. */
    readonly owner?: { readonly uid: number; readonly gid: number };
    /** How the view got to the engine: mounted from this machine's disk, or copied; with the reason for a copy. */
    readonly strategy?: 'overlay' | 'copy';
    readonly strategyReason?: string;
    /** Where configuration came from, for a workspace under review; see `base` of the plan. */
    readonly base?: {
      readonly commit: string;
      /** Paths that the agent saw as this commit has them, and paths that it did not see for not being in it. */
      readonly shown: readonly string[];
      readonly absent: readonly string[];
    };
    /** Files that the agent could see. */
    readonly files: number;
    readonly hidden: readonly { readonly path: string; readonly reason: string }[];
    /** Length of `findings`. */
    readonly secretsFound: number;
    readonly findings: readonly { readonly path: string; readonly line: number; readonly rule: string }[];
  };
  readonly egress: EgressSummary;
  readonly changes: {
    readonly files: number;
    readonly added: number;
    readonly deleted: number;
    readonly patchBytes: number;
    /** Of `changes.patch` as it was written, in hexadecimal digits; absent when it could not be written. */
    readonly patchSha256?: string;
    readonly rejected: readonly { readonly path: string; readonly reason: string }[];
    readonly sensitive: readonly { readonly path: string; readonly reason: string }[];
    /** A secret value was replaced in `changes.patch`, which therefore differs from what the agent wrote. */
    readonly patchMasked?: true;
  };
  readonly limits: {
    readonly hit: readonly string[];
    /** What was in force. */
    readonly set?: {
      readonly cpus: number;
      readonly memoryBytes: number;
      readonly pids: number;
      readonly diskBytes: number;
      readonly timeoutMs: number;
      readonly idleTimeoutMs?: number;
    };
  };
  readonly resources: {
    readonly cpuSeconds?: number;
    readonly peakMemoryBytes?: number;
    readonly peakPids?: number;
  };
  readonly notices: readonly string[];
  /** Names of the variables passed on purpose from cagent's environment. */
  readonly secretsPassed: readonly string[];
  /** When cagent itself failed. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export type Conclusion = 'success' | 'failure' | 'timeout' | 'cancelled' | 'limit' | 'error';

/** What became of the agent's task, whatever its exit code was. Only `done` and `nothing-changed` are successes. */
export const AGENT_OUTCOMES = [
  /** It says that it succeeded, and changed something or handed something over. */
  'done',
  /** It says that it succeeded, but changed nothing: right for a question, suspicious for a task. */
  'nothing-changed',
  /** It asked its model nothing and changed nothing. */
  'nothing-done',
  /** It changed nothing, and tools were refused to it. */
  'tools-denied',
  /** Its model did not answer, or with errors. */
  'api-error',
  /** The provider did not accept the key. */
  'refused-key',
  /** A bound of `budget` was reached. */
  'budget',
  /** A bound of the agent's own was reached, such as its number of turns. */
  'agent-limit',
  /** It ended without saying how. */
  'no-result',
  /** What `output-schema` asked for is missing or not valid. */
  'invalid-output',
  /** It reported another error, or exited with a code other than 0. */
  'failed',
  /** Its command is not there or cannot be run. */
  'not-started',
  /** Ended by cagent: the time was over, it was silent for too long, it hit a limit, or the run was cancelled. */
  'timeout',
  'idle',
  'limit',
  'cancelled',
] as const;

export type AgentOutcomeKind = (typeof AGENT_OUTCOMES)[number];

export interface AgentVerdict {
  readonly kind: AgentOutcomeKind;
  /** One sentence. */
  readonly message: string;
}

export interface AgentTry extends AgentVerdict {
  readonly exitCode: number;
  readonly durationMs: number;
}

/** All absent when the agent does not tell. */
export interface AgentUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly costUsd?: number;
  readonly turns?: number;
}

/**
 * Sums over the lines of `egress.jsonl`, each counted `count` times: `allowed + blocked + audited` is every decision
 * on record. A lookup and the connection after it are two decisions.
 */
export interface EgressSummary {
  readonly mode?: 'block' | 'audit' | 'none';
  readonly allowed: number;
  readonly blocked: number;
  /** Let through only because the mode is `audit`; not part of `allowed`. */
  readonly audited: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Blocked first, then audited, then allowed; most attempts first. */
  readonly hosts: readonly HostSummary[];
  /** In audit mode: YAML list items for `network.allow` under which the same run would pass in block mode. */
  readonly suggestion?: readonly string[];
  /** Absent when there was no attempt. */
  readonly timeline?: EgressTimeline;
}

/** One row for each host, port, verdict and rule. */
export interface HostSummary {
  /** Name, or address where no name was meant; `(others)` for what is beyond the cap of rows per verdict. */
  readonly host: string;
  /** Absent for ICMP. */
  readonly port?: number;
  readonly verdict: 'allowed' | 'blocked' | 'audited';
  readonly rule: string;
  readonly count: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** The different ones, first seen first, a few at most. */
  readonly protocols: readonly string[];
  readonly reasons: readonly string[];
  /** Blocked as expected, see `network.known-blocked`: nothing to warn about. */
  readonly expected?: true;
  /** For HTTP: the first few requests, `POST /v1/upload`. */
  readonly requests?: readonly string[];
}

/** Attempts over time. All series have the same length; element `i` is the bucket that begins at `start + i * bucketMs`. */
export interface EgressTimeline {
  readonly start: string;
  readonly bucketMs: number;
  readonly allowed: readonly number[];
  readonly blocked: readonly number[];
  readonly audited: readonly number[];
}
