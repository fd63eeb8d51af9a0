import type { CagentError } from '../core/errors.js';
import type { Conclusion } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';

/** Exit code of cagent's own failures, as in docker. */
const OWN_FAILURE = 125;

/** How the whole run ended and what the process should exit with. */
export function concludeRun(
  end: AgentEnd | undefined,
  error: CagentError | undefined,
  cancel: AbortSignal,
): { readonly conclusion: Conclusion; readonly exitCode: number } {
  const cancelled = end === undefined ? cancel.aborted : end.cause === 'cancelled';
  if (cancelled) return { conclusion: 'cancelled', exitCode: end?.exitCode ?? cancelledCode(cancel.reason) };
  if (error !== undefined || end === undefined) return { conclusion: 'error', exitCode: OWN_FAILURE };
  const { exitCode, cause } = end;
  if (cause === 'timeout' || cause === 'limit') return { conclusion: cause, exitCode };
  return { conclusion: exitCode === 0 ? 'success' : 'failure', exitCode };
}

function cancelledCode(reason: unknown): number {
  if (reason === 'SIGINT') return 130;
  return reason === 'SIGPIPE' ? 141 : 143;
}
