import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Decision } from '../../egress/decide.js';
import { failedDecision } from '../connection/refuse.js';
import { type Forwarding, openRequest, sendBack } from './forward-request.js';
import { createMeter } from './meter.js';
import { sendRefusal } from './refusal.js';
import { recordRequest } from './request-record.js';
import { dialFailure } from './upstream-agent.js';

/** Sends a WebSocket handshake on; when the destination agrees, the connection is passed on from there unread. */
export function forwardUpgrade(
  forwarding: Forwarding & { readonly request: IncomingMessage; readonly response: ServerResponse },
  head: Buffer,
): void {
  const { connection, request, response, check } = forwarding;
  const client = request.socket;
  const meter = createMeter();
  let decision: Decision = check.decision;
  // Throws for what cannot be written anew, before anything is recorded.
  const outgoing = openRequest(forwarding, ['Connection', 'Upgrade', 'Upgrade', 'websocket']);
  client.once('close', () => recordRequest(forwarding, decision, meter));
  meter.follow(outgoing);
  client.once('close', () => outgoing.destroy());
  outgoing.on('response', (incoming) => {
    response.shouldKeepAlive = false;
    if (sendBack(incoming, request, response)) return;
    decision = failedDecision(decision, 'upstream-failed');
    sendRefusal(request, response, decision);
  });
  outgoing.on('upgrade', (incoming, upstream: Socket, upstreamHead) => {
    response.detachSocket(client);
    response.statusCode = 101;
    client.write(switchingProtocols(incoming));
    if (upstreamHead.length > 0) client.write(upstreamHead);
    const gate = connection.context.budgets.uploads(check.decision.rule);
    const mayLeave = (bytes: number): boolean => {
      decision = gate?.(bytes) ?? decision;
      return decision.verdict !== 'blocked';
    };
    if (head.length > 0) client.unshift(head);
    join(client, upstream, mayLeave);
  });
  outgoing.on('error', (error) => {
    const { reason, address } = dialFailure(error);
    meter.refused(address);
    decision = failedDecision(decision, reason);
    if (client.writable) sendRefusal(request, response, decision);
  });
  outgoing.end();
}

function switchingProtocols({ rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}\r\n`] : [],
  );
  return `HTTP/1.1 101 ${STATUS_CODES[101]}\r\n${lines.join('')}\r\n`;
}

function join(client: Socket, upstream: Socket, mayLeave: (bytes: number) => boolean): void {
  client.setTimeout(0);
  upstream.setTimeout(0);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroySoon());
  client.on('data', (chunk: Buffer) => {
    if (mayLeave(chunk.length)) return;
    upstream.destroy();
    client.destroy();
  });
  client.pipe(upstream).pipe(client);
}
