import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectionVerdict, type Decision } from '../../egress/decide.js';
import { type EgressReason, NO_RULE } from '../../egress/reasons.js';
import type { TrafficContext } from '../connection/context.js';
import type { Attempt } from '../connection/refuse.js';
import type { Dial } from '../upstream/dial.js';
import { bareResponse } from './bare-response.js';
import { type HttpConnection, handleRequest, handleUpgrade } from './http-connection.js';
import { refusalBody } from './refusal.js';
import { isWebSocket } from './request-check.js';
import { createUpstreamAgent } from './upstream-agent.js';
import { createWaitingRequests } from './waiting-requests.js';

/**
 * The HTTP proxy: every request is parsed once, judged, and written anew, so that the destination cannot read
 * another request out of the bytes than the one that was judged.
 */
export interface HttpProxy {
  /** Serves the connection to its end. `received`: what has been read of it already. */
  serve(attempt: Attempt, received: Buffer): Promise<void>;
  /** Answers what comes over the connection with the refusal. */
  refuse(attempt: Attempt, decision: Decision, received: Buffer): Promise<void>;
  /** Serves what is inside of a TLS connection that ends here. */
  serveInside(tls: Socket, attempt: Attempt, dial: Dial): Promise<void>;
}

const LARGEST_HEAD = 64 * 1024;
/** A connection without any traffic. */
const IDLE_MS = 600_000;

export function createHttpProxy(context: TrafficContext): HttpProxy {
  const connections = new WeakMap<Duplex, HttpConnection>();
  const waiting = createWaitingRequests();
  const server = createServer({
    maxHeaderSize: LARGEST_HEAD,
    // Requests without Host are judged and recorded here, like all others.
    requireHostHeader: false,
    keepAliveTimeout: IDLE_MS,
    highWaterMark: 65_536,
    shouldUpgradeCallback: (request: IncomingMessage) => isWebSocket(request.headers),
  });
  server.timeout = IDLE_MS;

  function request(incoming: IncomingMessage, response: ServerResponse): void {
    const connection = connections.get(incoming.socket);
    if (connection === undefined) response.destroy();
    else if (waiting.admit(incoming, response)) handleRequest(connection, incoming, response);
    else {
      incoming.socket.destroy();
      recordUnanswered(connection, incoming, 'too-many-connections');
    }
  }

  function takeOver(
    incoming: IncomingMessage,
    socket: Socket,
    handle: (connection: HttpConnection, request: IncomingMessage, response: ServerResponse) => void,
  ): void {
    const connection = connections.get(socket);
    const response = bareResponse(incoming, socket);
    if (connection !== undefined && response !== undefined) handle(connection, incoming, response);
    else {
      socket.destroy();
      if (connection !== undefined) recordUnanswered(connection, incoming, 'http-malformed');
    }
  }

  server.on('request', request);
  server.on('checkContinue', request);
  server.on('checkExpectation', request);
  server.on('connect', (incoming, socket) => takeOver(incoming, socket as Socket, handleRequest));
  server.on('upgrade', (incoming, socket, head) =>
    takeOver(incoming, socket as Socket, (connection, upgrade, response) =>
      handleUpgrade(connection, upgrade, response, head),
    ),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    refuseMalformed(connections.get(socket), error, socket);
  });

  async function serveSocket(
    socket: Socket,
    attempt: Attempt,
    dial: Dial,
    mayBePrivate: boolean,
    refusal?: Decision,
  ): Promise<void> {
    const agent = createUpstreamAgent(dial, { ...attempt.destination, private: mayBePrivate }, 1);
    connections.set(socket, { attempt, agent, context, ...(refusal === undefined ? {} : { refusal }) });
    server.emit('connection', socket);
    socket.resume();
    await new Promise<void>((resolve) => {
      if (socket.destroyed) resolve();
      else socket.once('close', () => resolve());
    });
    agent.destroy();
  }

  return {
    serve: (attempt, received) => {
      if (received.length > 0) attempt.client.unshift(received);
      const decision = connectionVerdict(context.policy, { ...attempt.destination, protocol: 'http' });
      return serveSocket(attempt.client, attempt, context.dial, decision.private);
    },
    refuse: (attempt, decision, received) => {
      attempt.client.unshift(received);
      return serveSocket(attempt.client, attempt, context.dial, false, decision);
    },
    serveInside: (tls, attempt, dial) => {
      const decision = connectionVerdict(context.policy, { ...attempt.destination, protocol: 'tls' });
      return serveSocket(tls, attempt, dial, decision.private);
    },
  };
}

/** What Node's parser refuses: ambiguous framing, forbidden bytes, heads that are too large, HTTP/2. */
function refuseMalformed(
  connection: HttpConnection | undefined,
  error: NodeJS.ErrnoException,
  socket: Duplex,
): void {
  if (connection === undefined || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http-malformed';
  const decision = { verdict: 'blocked', reason, rule: NO_RULE } as const;
  const body = refusalBody(decision);
  const head = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n';
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const { name: host, port } = connection.attempt.destination;
  connection.context.log.add({
    ...decision,
    protocol: 'http',
    host,
    port,
    status: 400,
  });
}

/** No client has a reason to ask for a tunnel, an upgrade or a lot more while it still waits for earlier answers. */
function recordUnanswered(
  { attempt, context }: HttpConnection,
  { method = '', url = '' }: IncomingMessage,
  reason: EgressReason,
): void {
  const { name: host, port } = attempt.destination;
  const where = { host, port, method, path: url };
  context.log.add({ verdict: 'blocked', reason, rule: NO_RULE, protocol: 'http', ...where });
}
