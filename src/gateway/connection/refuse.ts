import type { Socket } from 'node:net';
import type { EgressProtocol } from '../../core/egress-record.js';
import type { Decision } from '../../egress/decide.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { Destination, TrafficContext } from './context.js';
import { ALERT, sendAlert } from './tls-alert.js';

/** A connection of the agent as far as it is known. */
export interface Attempt {
  readonly client: Socket;
  readonly destination: Destination;
  readonly protocol: EgressProtocol;
  readonly began: Date;
}

/**
 * Ends a connection at once, in the way its protocol says "no", and records why.
 * @param decision.named the host that the client named, when it is not the destination's
 */
export function refuse(
  attempt: Attempt,
  decision: Decision & { readonly named?: string },
  { log }: Pick<TrafficContext, 'log'>,
  ip?: string,
): void {
  const { client, destination, protocol, began } = attempt;
  if (protocol === 'tls') sendAlert(client, alertFor(decision.reason));
  else client.resetAndDestroy();
  const { verdict, reason, rule } = decision;
  const address = ip === undefined ? {} : { ip };
  log.add({
    verdict,
    reason,
    rule,
    protocol,
    host: decision.named ?? destination.name,
    port: destination.port,
    ...address,
    began,
  });
}

function alertFor(reason: EgressReason): number {
  if (reason === 'sni-missing' || reason === 'sni-mismatch') return ALERT.unrecognizedName;
  return FAILURES.includes(reason) ? ALERT.internalError : ALERT.accessDenied;
}

/** Allowed, but it did not work out: not our refusal. */
const FAILURES: readonly EgressReason[] = ['resolve-failed', 'upstream-failed', 'timeout'];

/** The verdict on a connection that could not be made: blocked when the address was refused, else a mere failure. */
export function failedDecision(decision: Decision, reason: EgressReason): Decision {
  return { ...decision, verdict: FAILURES.includes(reason) ? decision.verdict : 'blocked', reason };
}
