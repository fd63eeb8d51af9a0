import { type ClientRequest, type IncomingMessage, request as startRequest, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Decision } from '../../egress/decide.js';
import { failedDecision } from '../connection/refuse.js';
import { endToEndHeaders, headerPairs, headerValues } from './headers.js';
import type { HttpConnection } from './http-proxy.js';
import { sendRefusal } from './refusal.js';
import type { RequestCheck } from './request-check.js';
import { recordRequest } from './request-record.js';
import { createMeter, type Meter } from './meter.js';
import { dialFailure } from './upstream-agent.js';

/** An allowed request, about to be written anew. */
export interface Forwarding {
  readonly connection: HttpConnection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly check: RequestCheck;
  readonly began: Date;
}

/** Without a body these may be sent again when a kept connection turns out to be closed (RFC 9110, 9.2.2). */
const REPEATABLE: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Sends the request on, streams the answer back, and records both as one line. */
export function forwardRequest(forwarding: Forwarding): void {
  const { request, response } = forwarding;
  const meter = createMeter();
  let decision: Decision = forwarding.check.decision;
  response.once('close', () => recordRequest(forwarding, decision, meter));
  send(forwarding, meter, (failed) => {
    decision = failed;
    sendRefusal(response, failed);
  });
  request.on('error', () => {});
}

function send(forwarding: Forwarding, meter: Meter, fail: (decision: Decision) => void): void {
  const { request, response, check } = forwarding;
  const body = hasBody(request);
  const outgoing = openRequest(forwarding, []);
  meter.follow(outgoing);
  response.once('close', () => outgoing.destroy());
  outgoing.on('continue', () => response.writeContinue());
  outgoing.on('response', (incoming) => sendBack(incoming, response));
  outgoing.on('error', (error) => {
    if (response.headersSent || response.destroyed) response.destroy();
    else if (outgoing.reusedSocket && !body && REPEATABLE.includes(request.method)) send(forwarding, meter, fail);
    else fail(failedDecision(check.decision, dialFailure(error).reason));
  });
  if (!body) {
    request.resume();
    outgoing.end();
    return;
  }
  // A client with "Expect: 100-continue" sends its body only after the destination has seen the head.
  outgoing.flushHeaders();
  request.on('end', () => outgoing.addTrailers(headerPairs(request.rawTrailers)));
  pipeline(request, outgoing, () => {});
}

/** Begins a request to the destination with the headers of the agent's own. */
export function openRequest({ connection, request, check }: Forwarding, extra: readonly string[]): ClientRequest {
  const headers = [...endToEndHeaders(request.rawHeaders), ...extra];
  if (headerValues(request.rawHeaders, 'transfer-encoding').length > 0) headers.push('Transfer-Encoding', 'chunked');
  return startRequest({
    agent: connection.agent,
    method: request.method,
    path: check.target,
    headers,
    setHost: false,
    setDefaultHeaders: false,
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

export function sendBack(incoming: IncomingMessage, response: ServerResponse): void {
  const { statusCode = 502, statusMessage = '', rawHeaders, headers } = incoming;
  response.sendDate = false;
  response.writeHead(statusCode, statusMessage, endToEndHeaders(rawHeaders));
  // Server-sent events: the head must not wait for the first event.
  if (headers['content-length'] === undefined) response.flushHeaders();
  incoming.on('end', () => {
    if (incoming.rawTrailers.length > 0) response.addTrailers(headerPairs(incoming.rawTrailers));
  });
  pipeline(incoming, response, () => {});
}
