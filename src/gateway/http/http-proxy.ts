import { Agent, createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { EGRESS_REASONS, NO_RULE } from '../../egress/reasons.js';
import type { Attempt } from '../connection/refuse.js';
import type { TrafficContext } from '../connection/context.js';
import { connectionVerdict, type Decision } from '../../egress/decide.js';
import { forwardRequest } from './forward-request.js';
import { forwardUpgrade } from './forward-upgrade.js';
import { sendRefusal } from './refusal.js';
import { checkRequest, isWebSocket } from './request-check.js';
import { createUpstreamAgent } from './upstream-agent.js';

/**
 * The HTTP proxy: every request is parsed once, judged, and written anew, so that the destination cannot read
 * another request out of the bytes than the one that was judged.
 */
export interface HttpProxy {
  /** Serves the connection to its end. `received`: what has been read of it already. */
  serve(attempt: Attempt, received: Buffer): Promise<void>;
}

/** One connection of the agent. */
export interface HttpConnection {
  readonly attempt: Attempt;
  readonly agent: Agent;
  readonly context: TrafficContext;
}

const LARGEST_HEAD = 64 * 1024;
/** A connection without any traffic. */
const IDLE_MS = 600_000;

export function createHttpProxy(context: TrafficContext): HttpProxy {
  const connections = new WeakMap<Duplex, HttpConnection>();
  const server = createServer({
    maxHeaderSize: LARGEST_HEAD,
    // Requests without Host are judged and recorded here, like all others.
    requireHostHeader: false,
    keepAliveTimeout: IDLE_MS,
    highWaterMark: 65_536,
    shouldUpgradeCallback: (request: IncomingMessage) => isWebSocket(request.headers),
  });
  server.timeout = IDLE_MS;

  function handle(request: IncomingMessage, response: ServerResponse, head?: Buffer): void {
    const connection = connections.get(request.socket);
    if (connection === undefined) {
      response.destroy();
      return;
    }
    const began = new Date();
    const check = checkRequest(request, connection.attempt.destination, context.policy);
    if (check.decision.verdict === 'blocked') refuseRequest(connection, request, response, check.decision, began);
    else if (head !== undefined) forwardUpgrade({ connection, request, response, check, began }, head);
    else forwardRequest({ connection, request, response, check, began });
  }

  server.on('request', (request, response) => handle(request, response));
  server.on('checkContinue', (request, response) => handle(request, response));
  server.on('checkExpectation', (request, response) => handle(request, response));
  server.on('upgrade', (request, socket, head) => handle(request, rawResponse(request, socket as Socket), head));
  server.on('connect', (request, socket) => handle(request, rawResponse(request, socket as Socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseMalformed(connections.get(socket), error, socket));

  async function serve(attempt: Attempt, received: Buffer): Promise<void> {
    const { client, destination } = attempt;
    const decision = connectionVerdict(context.policy, { ...destination, protocol: 'http' });
    const agent = createUpstreamAgent(context.dial, { ...destination, private: decision.private });
    connections.set(client, { attempt, agent, context });
    if (received.length > 0) client.unshift(received);
    server.emit('connection', client);
    client.resume();
    await new Promise<void>((resolve) => {
      if (client.destroyed) resolve();
      else client.once('close', () => resolve());
    });
    agent.destroy();
  }

  return { serve };
}

function refuseRequest(
  { attempt, context }: HttpConnection,
  request: IncomingMessage,
  response: ServerResponse,
  decision: Decision,
  began: Date,
): void {
  sendRefusal(response, decision);
  const { name, port } = attempt.destination;
  const { method = '', url = '' } = request;
  const what = { host: request.headers.host ?? name, port, method, path: url, status: response.statusCode };
  context.log.add({ ...decision, protocol: 'http', ...what, began });
}

/** What Node's parser refuses: ambiguous framing, forbidden bytes, heads that are too large, HTTP/2. */
function refuseMalformed(connection: HttpConnection | undefined, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (connection === undefined || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'http-malformed';
  const body = `cagent: ${reason}: ${EGRESS_REASONS[reason]}\n`;
  const head = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n';
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const { name: host, port } = connection.attempt.destination;
  connection.context.log.add({ verdict: 'blocked', reason, rule: NO_RULE, protocol: 'http', host, port, status: 400 });
}

/** For requests that Node hands over with the bare socket: something to answer with. */
function rawResponse(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  return response;
}
