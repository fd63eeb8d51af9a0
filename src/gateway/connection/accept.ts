import type { Socket } from 'node:net';
import { type ConnectionDecision, connectionVerdict } from '../../egress/decide.js';
import { NO_RULE } from '../../egress/reasons.js';
import type { HttpProxy } from '../http/http-proxy.js';
import type { Inspector } from '../inspect/inspector.js';
import { carry } from './carry.js';
import { type ClientProtocol, classify } from './classify.js';
import type { TrafficContext } from './context.js';
import { carryEitherFirst } from './either-first.js';
import { readFirstBytes } from './first-bytes.js';
import { judge } from './judge.js';
import { type Attempt, refuse } from './refuse.js';

/** How long the first bytes, a TLS hello for instance, may take. */
const FIRST_BYTES_MS = 10_000;

export interface AcceptContext extends TrafficContext {
  readonly http: Pick<HttpProxy, 'serve' | 'refuse'>;
  readonly inspector: Inspector;
}

/**
 * Handles one TCP connection of the agent, from its first byte to its record. The socket comes paused.
 * @param meant where the agent wanted to go: a synthetic address
 */
export async function acceptConnection(
  client: Socket,
  meant: { readonly address: string; readonly port: number },
  context: AcceptContext,
): Promise<void> {
  client.on('error', () => {});
  const { address, port } = meant;
  const name = context.names.nameOf(address);
  if (name === undefined) {
    client.resetAndDestroy();
    const where = { ip: address, port };
    context.log.add({ verdict: 'blocked', reason: 'own-address', rule: NO_RULE, protocol: 'tcp', ...where });
    return;
  }
  const attempt: Attempt = {
    client,
    destination: { name, port },
    protocol: 'tcp',
    began: new Date(),
  };
  const blind = connectionVerdict(context.policy, { ...attempt.destination, protocol: 'tcp' });
  if (!context.connections.admit(client)) {
    refuse(attempt, { ...blind, verdict: 'blocked', reason: 'too-many-connections' }, context);
    return;
  }
  try {
    await serve(attempt, blind, context);
  } catch (error) {
    // What nobody foresaw is on record all the same.
    refuse(attempt, { ...blind, verdict: 'blocked', reason: 'upstream-failed' }, context);
    throw error;
  }
}

async function serve(attempt: Attempt, blind: ConnectionDecision, context: AcceptContext): Promise<void> {
  if (blind.reason === 'not-tls' || blind.reason === 'not-http') await awaitClient(attempt, blind, context);
  else if (blind.verdict === 'blocked') refuse(attempt, blind, context);
  else
    await carryEitherFirst(
      attempt,
      blind,
      (found, received) => proceed(attempt, found, received, context),
      context,
    );
}

/** Where the rules want TLS or HTTP, the client has to show what it speaks before anybody is dialled. */
async function awaitClient(
  attempt: Attempt,
  blind: ConnectionDecision,
  context: AcceptContext,
): Promise<void> {
  const first = await readFirstBytes(attempt.client, classify, { ms: FIRST_BYTES_MS, from: 'now' });
  if (first.kind === 'found') await proceed(attempt, first.found, first.received, context);
  // Who connects, says nothing and goes was only looking whether the port is open.
  else if (first.kind === 'closed' && first.received.length === 0) attempt.client.destroy();
  else
    refuse(
      attempt,
      first.kind === 'timeout' ? { ...blind, verdict: 'blocked', reason: 'timeout' } : blind,
      context,
    );
}

/** Goes on with a connection whose protocol is known. */
async function proceed(
  known: Attempt,
  found: ClientProtocol,
  received: Buffer,
  context: AcceptContext,
): Promise<void> {
  const attempt: Attempt = { ...known, protocol: found.protocol };
  const decision = judge(attempt.destination, found, context.policy);
  const isHttp = found.protocol === 'http';
  if (decision.verdict === 'blocked' && isHttp) await context.http.refuse(attempt, decision, received);
  else if (decision.verdict === 'blocked') refuse(attempt, decision, context);
  else if (isHttp) await context.http.serve(attempt, received);
  else if (decision.inspect) await context.inspector.serve(attempt, decision, received);
  else await carry(attempt, decision, received, context);
}
