import { CagentError } from '../core/errors.js';

/** @throws CagentError `run.cancelled` */
export function stopIfCancelled(cancel: AbortSignal): void {
  if (cancel.aborted)
    throw new CagentError('run.cancelled', 'The run was cancelled before the agent started.');
}
