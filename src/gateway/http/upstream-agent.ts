import { Agent } from 'node:http';
import { CagentError } from '../../core/errors.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { Dial } from '../upstream/dial.js';

/** Why a destination could not be reached, as it travels through Node's HTTP client. */
export interface DialFailure {
  readonly reason: EgressReason;
  readonly address?: string;
}

/** The upstream side of one HTTP connection of the agent: dialled on demand, kept for its next requests. */
export function createUpstreamAgent(
  dial: Dial,
  target: { readonly name: string; readonly port: number; readonly private: boolean },
  mostSockets: number,
): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: mostSockets });
  // Node calls back with the socket; its types know only the form that returns one.
  (agent as { createConnection: unknown }).createConnection = (
    _options: unknown,
    callback: (error: Error | null, socket?: unknown) => void,
  ): void => {
    dial(target).then((dialled) => {
      if (dialled.ok) callback(null, dialled.socket);
      else callback(new CagentError('gateway.failed', `cannot reach ${target.name}`, { cause: dialled }));
    });
  };
  return agent;
}

/** The reason behind an error of a request to upstream. */
export function dialFailure(error: Error): DialFailure {
  const { cause } = error;
  const known =
    error instanceof CagentError && typeof cause === 'object' && cause !== null && 'reason' in cause;
  return known ? (cause as DialFailure) : { reason: 'upstream-failed' };
}
