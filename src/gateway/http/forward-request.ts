import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http';
import { pipeline } from 'node:stream';
import type { Decision } from '../../egress/decide.js';
import { failedDecision } from '../connection/refuse.js';
import { pipeCounted } from './counted-body.js';
import {
  announcedTrailers,
  endToEndHeaders,
  endToEndTrailers,
  headerPairs,
  headerValues,
} from './headers.js';
import type { HttpConnection } from './http-connection.js';
import {
  type AgentRequest,
  type AgentResponse,
  addTrailers,
  hasBody,
  isHttp2,
  onceOver,
  writeHead,
} from './message.js';
import { createMeter, type Meter } from './meter.js';
import { sendRefusal } from './refusal.js';
import type { RequestCheck } from './request-check.js';
import { recordRequest } from './request-record.js';
import { dialFailure } from './upstream-agent.js';

/** An allowed request, about to be written anew. */
export interface Forwarding {
  readonly connection: HttpConnection;
  readonly request: AgentRequest;
  readonly response: AgentResponse;
  readonly check: RequestCheck;
  readonly began: Date;
}

/** Without a body these may be sent again when a kept connection turns out to be closed (RFC 9110, 9.2.2). */
const REPEATABLE: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Sends the request on, streams the answer back, and records both as one line. */
export function forwardRequest(forwarding: Forwarding): void {
  const { request, response } = forwarding;
  const meter = createMeter();
  const way: { outgoing?: ClientRequest } = {};
  let decision: Decision = forwarding.check.decision;
  request.on('error', () => {});
  response.on('error', () => {});
  const fail = (failed: Decision): void => {
    decision = failed;
    sendRefusal(request, response, failed);
  };
  send(forwarding, way, meter, fail, (over) => {
    if (over.verdict === 'blocked') fail(over);
    else decision = over;
  });
  // Last: what cannot be written anew has thrown by now, and is recorded by the caller.
  onceOver(request, response, () => {
    recordRequest(forwarding, decision, meter);
    way.outgoing?.destroy();
  });
}

function send(
  forwarding: Forwarding,
  way: { outgoing?: ClientRequest },
  meter: Meter,
  fail: (decision: Decision) => void,
  overrun: (over: Decision) => void,
): void {
  const { connection, request, response, check } = forwarding;
  let cut = false;
  const body = hasBody(request);
  const outgoing = openRequest(forwarding, []);
  way.outgoing = outgoing;
  meter.follow(outgoing);
  outgoing.on('continue', () => response.writeContinue());
  outgoing.on('response', (incoming) => {
    if (!sendBack(incoming, request, response)) fail(failedDecision(check.decision, 'upstream-failed'));
  });
  // Nobody asked for another protocol, so there is nobody to speak it with.
  outgoing.on('upgrade', (_incoming, socket) => {
    socket.destroy();
    fail(failedDecision(check.decision, 'upstream-failed'));
  });
  outgoing.on('error', (error) => {
    if (cut) return;
    if (response.headersSent || response.destroyed) response.destroy();
    else if (outgoing.reusedSocket && !body && REPEATABLE.includes(request.method))
      send(forwarding, way, meter, fail, overrun);
    else {
      const { reason, address } = dialFailure(error);
      meter.refused(address);
      fail(failedDecision(check.decision, reason));
    }
  });
  if (!body) {
    request.resume();
    outgoing.end();
    return;
  }
  // A client with "Expect: 100-continue" sends its body only after the destination has seen the head.
  outgoing.flushHeaders();
  request.on('end', () => outgoing.addTrailers(headerPairs(endToEndTrailers(request.rawTrailers))));
  const gate = connection.context.budgets.uploads(check.decision.rule);
  if (gate === undefined) pipeline(request, outgoing, () => {});
  else
    pipeCounted(request, outgoing, gate, (over) => {
      cut = over.verdict === 'blocked';
      overrun(over);
    });
}

/** Begins a request to the destination with the headers of the agent's own. */
export function openRequest(
  { connection, request, check }: Forwarding,
  extra: readonly string[],
): ClientRequest {
  const headers = [...messageHeaders(request, check), ...extra];
  const sized = headerValues(request.rawHeaders, 'content-length').length > 0;
  const chunked = headerValues(request.rawHeaders, 'transfer-encoding').length > 0;
  if (chunked || (hasBody(request) && !sized))
    headers.push('Transfer-Encoding', 'chunked', ...announcedTrailers(request.rawHeaders));
  return startRequest({
    agent: connection.agent,
    method: request.method,
    path: check.target,
    headers,
    setHost: false,
    setDefaultHeaders: false,
  });
}

/** HTTP/2 has the host in a pseudo-header and may cut cookies into pieces; HTTP/1.1 has one line for each. */
function messageHeaders(request: AgentRequest, { host }: RequestCheck): string[] {
  const headers = endToEndHeaders(request.rawHeaders);
  if (!isHttp2(request)) return headers;
  const pairs = headerPairs(headers).filter(([name]) => name !== 'cookie' && name !== 'host');
  const cookies = headerValues(request.rawHeaders, 'cookie');
  const cookie = cookies.length === 0 ? [] : ['cookie', cookies.join('; ')];
  return ['host', host ?? '', ...pairs.flat(), ...cookie];
}

/** Streams the answer to the agent; `false`: its head cannot be sent on, and nothing was. */
export function sendBack(incoming: IncomingMessage, request: AgentRequest, response: AgentResponse): boolean {
  if (!writeHead(request, response, incoming)) return false;
  incoming.on('end', () => addTrailers(request, response, incoming.rawTrailers));
  pipeline(incoming, response, () => {});
  return true;
}
