import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { pipeline } from 'node:stream';
import type { Decision } from '../../egress/decide.js';
import { NO_RULE } from '../../egress/reasons.js';
import { failedDecision } from '../connection/refuse.js';
import { pipeCounted } from './counted-body.js';
import type { Forwarding } from './forward-request.js';
import { endToEndHeaders, headerPairs } from './headers.js';
import { grouped, hasBody, headBytes, headerBytes, http2Trailers, writeHttp2Head } from './message.js';
import { sendRefusal } from './refusal.js';
import { recordRequest } from './request-record.js';

export type StreamForwarding = Forwarding & {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
};

/** Sends a request on as a stream of an HTTP/2 session with the destination, both ways at once, and records it. */
export function forwardStream(
  forwarding: StreamForwarding,
  upstream: { readonly session: ClientHttp2Session; readonly address: string },
): void {
  const { connection, request, response, check } = forwarding;
  // Heads are compressed with what went before, so their own size is told.
  const bytes = { out: headBytes(request), in: 0 };
  const meter = { address: () => upstream.address, bytes: () => bytes };
  let decision: Decision = check.decision;
  let failed = false;
  response.once('close', () => recordRequest(forwarding, decision, meter));
  request.on('error', () => {});
  response.on('error', () => {});
  const fail = (why: Decision): void => {
    // A stream that the agent has given up has not failed.
    if (failed || request.stream.closed) return;
    failed = true;
    decision = why;
    sendRefusal(request, response, why);
  };
  const body = hasBody(request);
  const outgoing = openStream(forwarding, upstream.session, body);
  if (outgoing === undefined) {
    const { destroyed, closed } = upstream.session;
    if (destroyed || closed) fail(failedDecision(check.decision, 'upstream-failed'));
    else fail({ verdict: 'blocked', reason: 'http-malformed', rule: NO_RULE });
    return;
  }
  outgoing.on('wantTrailers', () => outgoing.sendTrailers(http2Trailers(request.rawTrailers)));
  outgoing.on('continue', () => response.writeContinue());
  outgoing.on('response', (headers, _flags, raw) => {
    bytes.in += headerBytes(raw);
    if (!writeHttp2Head(response, Number(headers[':status']), raw)) {
      fail(failedDecision(check.decision, 'upstream-failed'));
      return;
    }
    outgoing.on('trailers', (_trailers, _end, rawTrailers) =>
      response.addTrailers(http2Trailers(rawTrailers)),
    );
    pipeline(outgoing, response, () => {});
  });
  outgoing.on('data', (chunk: Buffer) => {
    bytes.in += chunk.length;
  });
  outgoing.on('error', () => fail(failedDecision(check.decision, 'upstream-failed')));
  outgoing.once('close', () => {
    if (!response.headersSent) fail(failedDecision(check.decision, 'upstream-failed'));
  });
  response.once('close', () => outgoing.close(constants.NGHTTP2_CANCEL));
  if (!body) {
    request.resume();
    return;
  }
  const gate = connection.context.budgets.uploads(check.decision.rule);
  if (gate === undefined) pipeline(request, outgoing, () => {});
  else
    pipeCounted(request, outgoing, gate, (over) => {
      if (over.verdict === 'blocked') fail(over);
      else decision = over;
    });
  request.on('data', (chunk: Buffer) => {
    if (!failed) bytes.out += chunk.length;
  });
}

/** `undefined` when the session has just ended, and for headers that may stand only once but do not. */
function openStream(
  forwarding: StreamForwarding,
  session: ClientHttp2Session,
  body: boolean,
): ClientHttp2Stream | undefined {
  try {
    return session.request(requestHeaders(forwarding), { endStream: !body, waitForTrailers: body });
  } catch {
    return undefined;
  }
}

/** The agent's own headers under what was judged: method, host and target. */
function requestHeaders({ request, check, connection }: StreamForwarding): Record<string, string | string[]> {
  const own = headerPairs(endToEndHeaders(request.rawHeaders)).filter(([name]) => name !== 'host');
  return {
    ':method': request.method,
    ':scheme': 'https',
    ':authority': check.host ?? connection.attempt.destination.name,
    ':path': check.target,
    ...grouped(own.flat()),
    // The only hop-by-hop header that HTTP/2 has; servers of gRPC insist on it.
    ...(request.headers.te === 'trailers' ? { te: 'trailers' } : {}),
  };
}
