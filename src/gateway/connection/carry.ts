import type { ConnectionDecision } from '../../egress/decide.js';
import { abortWith } from './abort-with.js';
import type { TrafficContext } from './context.js';
import { type Attempt, failedDecision, refuse } from './refuse.js';
import { createSplice, type Splice } from './splice.js';

/** Dials the destination of an allowed connection, passes its bytes on unread, and records it at its end. */
export async function carry(
  attempt: Attempt,
  decision: ConnectionDecision,
  first: Buffer,
  context: TrafficContext,
): Promise<void> {
  const splice = createSplice(context.budgets.uploads(decision.rule));
  const wait = abortWith(attempt.client);
  const dialled = await context.dial({
    ...attempt.destination,
    private: decision.private,
    onread: splice.onread,
    signal: wait.signal,
  });
  wait.end();
  if (!dialled.ok) {
    refuse(attempt, failedDecision(decision, dialled.reason), context, dialled.address);
    return;
  }
  context.connections.adopt(dialled.socket);
  const done = splice.startDown(attempt.client, dialled.socket);
  splice.startUp(first);
  await done;
  recordCarried(attempt, decision, splice, dialled.address, context);
}

export function recordCarried(
  { destination, protocol, began }: Attempt,
  decision: Pick<ConnectionDecision, 'verdict' | 'reason' | 'rule'>,
  { bytes, overrun }: Pick<Splice, 'bytes' | 'overrun'>,
  ip: string,
  { log }: Pick<TrafficContext, 'log'>,
): void {
  const { verdict, reason, rule } = overrun() ?? decision;
  const durationMs = Date.now() - began.getTime();
  const counts = { bytesOut: bytes.out, bytesIn: bytes.in, durationMs };
  log.add({
    verdict,
    reason,
    rule,
    protocol,
    host: destination.name,
    ip,
    port: destination.port,
    ...counts,
    began,
  });
}
