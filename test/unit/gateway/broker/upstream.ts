import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { ModelProvider, ModelTraffic, ModelUpstream } from '../../../../src/core/model-endpoint.js';
import { type BrokerContext, createBrokers } from '../../../../src/gateway/broker/broker.js';
import { createConnections } from '../../../../src/gateway/connection/connections.js';
import type { BrokerStart } from '../../../../src/gateway/protocol.js';
import type { NewRecord } from '../../../../src/gateway/record/egress-log.js';

/** A request as the provider got it. */
export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Rig {
  /** Base URL of the broker, for the agent. */
  readonly base: string;
  readonly received: readonly Received[];
  readonly records: readonly NewRecord[];
  traffic(): ModelTraffic | undefined;
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly provider?: ModelProvider;
  readonly start?: Partial<Omit<BrokerStart, 'upstream'>>;
  readonly upstream?: Partial<ModelUpstream>;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly extraRoots?: string;
  readonly dial?: BrokerContext['dial'];
  readonly onTraffic?: BrokerContext['onTraffic'];
}

/** A broker in this process, between a listener that stands for the link and a provider on loopback. */
export async function startRig(answer: RequestListener, options: RigOptions = {}): Promise<Rig> {
  const received: Received[] = [];
  const records: NewRecord[] = [];
  let traffic: ModelTraffic | undefined;
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(request, response);
    });
  };
  const provider: Server =
    options.tls === undefined ? createServer(listener) : createSecureServer(options.tls, listener);
  const upstreamPort = await listen(provider);
  const connections = createConnections();
  const link = createTcpServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    if (!brokers.accept(client)) client.destroy();
  });
  const port = await listen(link);
  const brokers = createBrokers(
    [
      {
        provider: options.provider ?? 'anthropic',
        port,
        upstream: {
          scheme: options.tls === undefined ? 'http' : 'https',
          host: 'model.test',
          port: upstreamPort,
          path: '',
          ...options.upstream,
        },
        private: false,
        credential: { 'x-api-key': 'the-real-key' },
        budget: {},
        ...options.start,
      },
    ],
    {
      log: { add: (record) => void records.push(record), flush: () => {}, close: () => {} },
      connections,
      extraRoots: options.extraRoots,
      dial: options.dial ?? dialLoopback,
      onTraffic: (latest) => {
        options.onTraffic?.(latest);
        traffic = latest;
      },
    },
  );
  return {
    base: `http://127.0.0.1:${port}`,
    received,
    records,
    traffic: () => traffic,
    stop: async () => {
      await connections.drain();
      brokers.close();
      provider.closeAllConnections();
      await Promise.all([provider, link].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** Every name is this machine; the gateway's own dial would refuse it. */
const dialLoopback: BrokerContext['dial'] = ({ port }) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.once('error', () => resolve({ ok: false, reason: 'upstream-failed', address: '127.0.0.1' }));
    socket.once('connect', () => resolve({ ok: true, socket, address: '127.0.0.1' }));
  });

function listen(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
