import { Http2ServerRequest, Http2ServerResponse, performServerHandshake } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ConnectionDecision } from '../../egress/decide.js';
import type { TrafficContext } from '../connection/context.js';
import type { Attempt } from '../connection/refuse.js';
import { handleRequest } from '../http/http-connection.js';
import type { HttpProxy } from '../http/http-proxy.js';
import { createUpstreamAgent } from '../http/upstream-agent.js';
import type { Authority } from './authority.js';
import type { TlsDial } from './tls-dial.js';
import { createTlsEndpoint } from './tls-endpoint.js';
import { createUpstreamSession } from './upstream-session.js';

/**
 * Ends the agent's TLS for hosts with HTTP rules, so that each request can be judged; the way to the destination is
 * a TLS connection of the gateway's own.
 */
export interface Inspector {
  /** Serves the connection to its end. `received`: what has been read of it already, the hello. */
  serve(attempt: Attempt, decision: ConnectionDecision, received: Buffer): Promise<void>;
}

const MOST_STREAMS = 100;
/** Upstream connections for the streams of one HTTP/2 connection where the way on is HTTP/1.1. */
const MOST_UPSTREAM = 8;

export interface InspectorParts {
  readonly authority: Authority;
  readonly http: HttpProxy;
  /** Dials destinations over TLS. */
  readonly tlsDial: TlsDial;
}

export function createInspector(
  { authority, http, tlsDial }: InspectorParts,
  context: TrafficContext,
): Inspector {
  const endpoint = createTlsEndpoint(authority);

  async function serve(attempt: Attempt, decision: ConnectionDecision, received: Buffer): Promise<void> {
    const { client, destination, began } = attempt;
    client.unshift(received);
    const tls = await endpoint.accept(client);
    if (tls === undefined) {
      const { verdict, rule } = decision;
      const where = { host: destination.name, port: destination.port };
      context.log.add({ verdict, reason: 'client-handshake', rule, protocol: 'tls', ...where, began });
    } else if (tls.alpnProtocol === 'h2') await serveHttp2(attempt, decision, tls);
    else await http.serveInside(tls, attempt, tlsDial);
  }

  async function serveHttp2(attempt: Attempt, decision: ConnectionDecision, tls: TLSSocket): Promise<void> {
    const target = { ...attempt.destination, private: decision.private };
    const upstream = createUpstreamSession(tlsDial, target);
    const agent = createUpstreamAgent(upstream.dial, target, MOST_UPSTREAM);
    const session = performServerHandshake(tls, { settings: { maxConcurrentStreams: MOST_STREAMS } });
    session.on('error', () => {});
    session.on('stream', (stream, headers, _flags, rawHeaders) => {
      stream.on('error', () => {});
      const request = new Http2ServerRequest(stream, headers, {}, rawHeaders);
      handleRequest({ attempt, agent, upstream, context }, request, new Http2ServerResponse(stream));
    });
    await new Promise<void>((resolve) => {
      session.once('close', resolve);
    });
    agent.destroy();
    upstream.close();
    tls.destroy();
  }

  return { serve };
}
