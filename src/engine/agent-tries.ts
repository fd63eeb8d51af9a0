import type { RunSpec } from '../config/run-spec.js';
import type { Clock } from '../core/clock.js';
import { formatDuration } from '../core/duration.js';
import type { Reporter } from '../core/events.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { AgentOutcomeKind, AgentVerdict } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import { createTranscript, type Transcripts } from './agent-transcript.js';
import { cancelledCode } from './conclusion.js';

/** One start of the agent, from its first byte to its death. */
export interface AgentStart {
  readonly end: AgentEnd;
  readonly durationMs: number;
  readonly transcripts: Transcripts;
  /** What the broker had seen before it. */
  readonly before: ModelTraffic | undefined;
}

export interface TryOptions {
  readonly spec: RunSpec;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly cancel: AbortSignal;
  /** What the broker has seen so far. */
  readonly traffic: () => ModelTraffic | undefined;
  /** Runs the agent once, for no longer than is left. */
  readonly start: (timeoutMs: number, transcripts: Transcripts) => Promise<AgentEnd>;
  /** What became of a try, as far as it can be known before the changes are read. */
  readonly judge: (start: AgentStart) => AgentVerdict;
}

/**
 * Starts the agent, and again while it fails in a way that can pass by. Each start is in the same view with a fresh
 * home (ADR 0016); all of them and the waiting together take no longer than the time limit.
 * @returns the starts in order, never none
 */
export async function runTries(options: TryOptions): Promise<readonly AgentStart[]> {
  const { spec, clock, reporter, cancel } = options;
  const { max, delayMs } = spec.agent.retry ?? { max: 0, delayMs: 0 };
  const deadline = clock.monotonic() + spec.limits.timeoutMs;
  const starts: AgentStart[] = [];
  for (;;) {
    const began = clock.monotonic();
    const before = options.traffic();
    const transcripts = { stdout: createTranscript(), stderr: createTranscript() };
    const end = await options.start(Math.max(1, deadline - began), transcripts);
    const start = { end, durationMs: clock.monotonic() - began, transcripts, before };
    starts.push(start);
    const verdict = options.judge(start);
    const timeLeft = deadline - clock.monotonic() > delayMs;
    if (starts.length > max || !canPass(verdict, options.traffic()) || !timeLeft) return starts;
    // Not the agent's own words: nothing is masked here.
    const when = delayMs === 0 ? 'now' : `in ${formatDuration(delayMs)}`;
    reporter.event({
      type: 'notice',
      message: `Try ${starts.length} of ${max + 1} ended with ${verdict.kind}; the next one starts ${when}.`,
    });
    await pause(delayMs, cancel);
    if (cancel.aborted) return [...starts.slice(0, -1), { ...start, end: cancelled(end, cancel) }];
    // The broker's last word may have come late.
    if (!canPass(options.judge(start), options.traffic())) return starts;
  }
}

/** What a second try may change. A wrong key, a spent budget, a request that is no good and a limit stay as they are. */
const PASSING: ReadonlySet<AgentOutcomeKind> = new Set([
  'api-error',
  'no-result',
  'invalid-output',
  'failed',
  'idle',
]);
/** The answers to a request that is wrong in itself. */
const LASTING_STATUS: ReadonlySet<number> = new Set([400, 401, 402, 403, 404, 405, 413, 422]);

function canPass({ kind }: AgentVerdict, traffic: ModelTraffic | undefined): boolean {
  if (!PASSING.has(kind)) return false;
  return kind !== 'api-error' || !LASTING_STATUS.has(traffic?.lastStatus ?? 0);
}

function cancelled(end: AgentEnd, { reason }: AbortSignal): AgentEnd {
  return { ...end, cause: 'cancelled', exitCode: cancelledCode(reason) };
}

function pause(ms: number, cancel: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (cancel.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      cancel.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    cancel.addEventListener('abort', done, { once: true });
  });
}
