import { type Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ModelTraffic } from '../../core/model-endpoint.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { Connections } from '../connection/connections.js';
import { bareResponse } from '../http/bare-response.js';
import { createWaitingRequests } from '../http/waiting-requests.js';
import type { BrokerStart } from '../protocol.js';
import type { EgressLog } from '../record/egress-log.js';
import type { Dial } from '../upstream/dial.js';
import { recordAttempt } from './model-record.js';
import { handleModelRequest } from './model-request.js';
import { createTrafficCounter, type TrafficCounter } from './traffic.js';
import { createBrokerAgent } from './upstream-agent.js';

export { createBrokerDial } from './upstream-agent.js';

/**
 * Plain-HTTP listeners on the link, one for each model API: they add the real credential and speak verified TLS to
 * one fixed upstream. The agent holds a placeholder.
 */
export interface Brokers {
  readonly ports: readonly number[];
  /** Serves a connection of the agent; `false` when no broker listens on its port. */
  accept(client: Socket): boolean;
  close(): void;
}

export interface BrokerContext {
  readonly log: EgressLog;
  readonly connections: Connections;
  readonly dial: Dial;
  readonly extraRoots: string | undefined;
  /** Told after every request. */
  readonly onTraffic: (traffic: ModelTraffic) => void;
}

/** One broker, as its requests see it. */
export interface Broker {
  readonly start: BrokerStart;
  readonly agent: Agent;
  readonly counter: TrafficCounter;
  readonly context: BrokerContext;
}

const LARGEST_HEAD = 64 * 1024;
/** Clients keep connections for their next request; a model may think for long before it answers. */
const KEEP_ALIVE_MS = 600_000;

export function createBrokers(starts: readonly BrokerStart[], context: BrokerContext): Brokers {
  const brokers = new Map(starts.map((start) => [start.port, listen(start, context)]));
  return {
    ports: [...brokers.keys()],
    accept: (client) => {
      const broker = brokers.get(client.localPort ?? 0);
      if (broker === undefined) return false;
      if (context.connections.admit(client)) broker.serve(client);
      else {
        client.resetAndDestroy();
        recordAttempt(broker, { verdict: 'blocked', reason: 'too-many-connections' });
      }
      return true;
    },
    close: () => {
      for (const broker of brokers.values()) broker.close();
    },
  };
}

function listen(
  start: BrokerStart,
  context: BrokerContext,
): Broker & { serve(client: Socket): void; close(): void } {
  const agent = createBrokerAgent({
    ...start,
    ...context,
    adopt: (socket) => context.connections.adopt(socket),
  });
  const broker: Broker = {
    start,
    agent,
    counter: createTrafficCounter(start.provider, start.budget),
    context,
  };
  const server = createServer({
    maxHeaderSize: LARGEST_HEAD,
    // Requests without Host are recorded like all others; where they go does not depend on it.
    requireHostHeader: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0,
    highWaterMark: 65_536,
  });
  const waiting = createWaitingRequests();
  const refused = (reason: EgressReason, request?: IncomingMessage, status?: number): void =>
    recordAttempt(broker, {
      ...{ verdict: 'blocked', reason },
      ...(request === undefined ? {} : { method: request.method ?? '', path: pathOf(request) }),
      ...(status === undefined ? {} : { status }),
    });
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (!waiting.admit(request, response)) {
      request.socket.destroy();
      refused('too-many-connections', request);
      return;
    }
    context.connections.track(
      handleModelRequest(broker, request, response).catch(() => {
        response.destroy();
        refused('http-malformed', request);
      }),
    );
  };
  server.on('request', handle);
  server.on('checkExpectation', handle);
  server.on('connect', (request, socket) => {
    const response = bareResponse(request, socket as Socket);
    if (response !== undefined) handle(request, response);
    else {
      socket.destroy();
      refused('http-malformed', request);
    }
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    refused('http-malformed', undefined, 400);
  });
  return {
    ...broker,
    serve: (client) => {
      server.emit('connection', client);
      client.resume();
    },
    close: () => agent.destroy(),
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] as string;
}
