import type { Writable } from 'node:stream';
import type { Changes } from '../changes/changes.js';
import type { Clock } from '../core/clock.js';
import type { Environment } from '../core/environment.js';
import type { Reporter } from '../core/events.js';
import type { Processes } from '../core/process.js';
import type { SecretValue } from '../core/secret-values.js';
import type { Report } from '../report/report.js';

/** What the engine needs from whoever hosts it: a terminal, a workflow runner, a test. */
export interface RunHost {
  readonly processes: Processes;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Values that must not appear in any result, besides those that the run itself passes on. */
  readonly secrets?: readonly SecretValue[];
  /** Where the agent's own streams go. */
  readonly stdin: 'inherit' | 'none';
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborted with reason `SIGINT`, `SIGTERM` or `SIGPIPE` to cancel the run. */
  readonly cancel: AbortSignal;
  /** The reader of `stdout` or `stderr` has gone; the host decides (the command line cancels). */
  readonly onBrokenPipe: () => void;
  /** Absolute path of cagent itself: the folder that holds `docker/` and `dist/`. */
  readonly installation: string;
  /** Where run directories go when the user names none: `<runsDirectory>/<run id>`. */
  readonly runsDirectory: string;
  /** Where results that speed up the next run are kept; `undefined` for nowhere. */
  readonly cacheDirectory: string | undefined;
}

export interface RunResult {
  readonly report: Report;
  readonly changes: Changes | undefined;
  /** Absolute path. */
  readonly runDirectory: string;
  /** What the process should exit with: the agent's own code, 124, 125, 130, 137 or 143. */
  readonly exitCode: number;
}
