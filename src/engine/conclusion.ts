import type { CagentError } from '../core/errors.js';
import type { Conclusion } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';

/** Exit code of cagent's own failures, as in docker. */
const OWN_FAILURE = 125;
/** For an agent that exits with 0 after an error of its model or the like: a CI job has to go red (ADR 0009). */
const UNADMITTED_FAILURE = 1;

/**
 * How the whole run ended and what the process should exit with.
 * @param failure why the agent failed by its own words, whatever its exit code is
 */
export function concludeRun(
  end: AgentEnd | undefined,
  error: CagentError | undefined,
  cancel: AbortSignal,
  failure?: string,
): { readonly conclusion: Conclusion; readonly exitCode: number } {
  const cancelled = end === undefined ? cancel.aborted : end.cause === 'cancelled';
  if (cancelled) return { conclusion: 'cancelled', exitCode: end?.exitCode ?? cancelledCode(cancel.reason) };
  if (error !== undefined || end === undefined) return { conclusion: 'error', exitCode: OWN_FAILURE };
  const { exitCode, cause } = end;
  if (cause === 'timeout' || cause === 'limit') return { conclusion: cause, exitCode };
  if (exitCode === 0 && failure === undefined) return { conclusion: 'success', exitCode };
  return { conclusion: 'failure', exitCode: exitCode === 0 ? UNADMITTED_FAILURE : exitCode };
}

export function cancelledCode(reason: unknown): number {
  if (reason === 'SIGINT') return 130;
  return reason === 'SIGPIPE' ? 141 : 143;
}
