import type { ConnectionDecision } from '../../egress/decide.js';
import { abortWith } from './abort-with.js';
import { recordCarried } from './carry.js';
import { type ClientProtocol, classify } from './classify.js';
import type { TrafficContext } from './context.js';
import { readFirstBytes } from './first-bytes.js';
import { judge, passesUnread } from './judge.js';
import { type Attempt, failedDecision, refuse } from './refuse.js';
import { createSplice } from './splice.js';

/** A few bytes that may or may not become TLS or HTTP are passed on as they are after this. */
const UNDECIDED_MS = 1_000;
/** How long a refused client may still take to show what it speaks. */
const LAST_WORD_MS = 100;

/**
 * Carries a connection on a port where any protocol may pass. The server may be the one who speaks first (SSH,
 * SMTP, MySQL), so it is dialled at once. What is not to be passed on unread after all is left to `proceed`.
 */
export async function carryEitherFirst(
  attempt: Attempt,
  blind: ConnectionDecision,
  proceed: (found: ClientProtocol, received: Buffer) => Promise<void>,
  context: TrafficContext,
): Promise<void> {
  const { client, destination } = attempt;
  const splice = createSplice(context.budgets.uploads(blind.rule));
  const wait = abortWith(client);
  const dialling = context.dial({
    ...destination,
    private: blind.private,
    onread: splice.onread,
    signal: wait.signal,
  });
  const reading = readFirstBytes(client, classify, { ms: UNDECIDED_MS, from: 'first-byte' });
  const judging = reading.then((first) => {
    const found: ClientProtocol = first.kind === 'found' ? first.found : { protocol: 'tcp' };
    return { found, received: first.received, decision: judge(destination, found, context.policy) };
  });
  const early = await Promise.race([judging, dialling.then(() => undefined)]);
  if (early !== undefined && !passesUnread(early.found, early.decision)) {
    wait.abort();
    dialling.then((late) => late.ok && late.socket.destroy());
    return proceed(early.found, early.received);
  }
  const dialled = await dialling;
  wait.end();
  if (!dialled.ok) {
    // A refusal is told in the client's own protocol, where it has one and is about to show it.
    const shown = await Promise.race([judging, delay(LAST_WORD_MS)]);
    if (shown !== undefined && !passesUnread(shown.found, shown.decision)) {
      return proceed(shown.found, shown.received);
    }
    const protocol = shown?.found.protocol ?? attempt.protocol;
    refuse({ ...attempt, protocol }, failedDecision(blind, dialled.reason), context, dialled.address);
    return;
  }
  context.connections.adopt(dialled.socket);
  const done = splice.startDown(client, dialled.socket);
  const { found, received, decision } = await judging;
  // After a server that speaks first, what looks like HTTP may be another protocol; what is refused is refused.
  if (decision.verdict === 'blocked' || (!passesUnread(found, decision) && splice.bytes.in === 0)) {
    splice.detach();
    dialled.socket.destroy();
    return proceed(found, received);
  }
  splice.startUp(received);
  await done;
  recordCarried({ ...attempt, protocol: found.protocol }, decision, splice, dialled.address, context);
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
