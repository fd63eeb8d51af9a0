import type { Writable } from 'node:stream';
import type { Changes } from '../changes/changes.js';
import type { Clock } from '../core/clock.js';
import type { Environment } from '../core/environment.js';
import type { Reporter } from '../core/events.js';
import type { Processes } from '../core/process.js';
import type { SecretValue } from '../core/secret-values.js';
import type { Report } from '../report/report.js';
import type { Terminal } from '../sandbox/terminal.js';

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
  /** The terminal of a shell; absent for agents and where nobody types. */
  readonly terminal?: Terminal;
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

/** What is left for looking at. */
export interface KeptSandbox {
  /** The agent's container, which is stopped. */
  readonly container: string;
  /** A docker command that opens a shell in the view. */
  readonly look: readonly string[];
  /** Host directory with what the agent wrote; absent where the view is copied. */
  readonly edits?: string;
}

export interface RunResult {
  readonly report: Report;
  readonly changes: Changes | undefined;
  /** Absolute path. */
  readonly runDirectory: string;
  /** With `keep`, and once there was something to keep. */
  readonly kept?: KeptSandbox;
  /** What the process should exit with: the agent's own code, 124, 125, 130, 137 or 143. */
  readonly exitCode: number;
}
