import {
  type ClientHttp2Session,
  connect as connectHttp2,
  Http2ServerRequest,
  Http2ServerResponse,
  performServerHandshake,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import { createConnections } from '../../../src/gateway/connection/connections.js';
import type { TrafficContext } from '../../../src/gateway/connection/context.js';
import { handleRequest } from '../../../src/gateway/http/http-connection.js';
import { createHttpProxy } from '../../../src/gateway/http/http-proxy.js';
import { createUpstreamAgent } from '../../../src/gateway/http/upstream-agent.js';
import type { OpenedSession } from '../../../src/gateway/inspect/upstream-session.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { policyOf } from '../egress/policy-of.js';

export const HOST = 'api.example.com';
const policy = policyOf([{ dest: HOST, http: [{ methods: ['GET', 'HEAD', 'POST'] }] }]);
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

/** The gateway's real HTTP code between real sockets: an agent on one side, a destination on the other. */
export interface HttpRig {
  readonly records: NewRecord[];
  /** All that the destination has received. */
  arrived(): string;
  /** A destination that answers whatever it is asked with these bytes; `undefined`: not at all. */
  destination(answer?: string): Promise<number>;
  /** Sends the bytes through the proxy to a destination, and gives all that comes back until the connection ends. */
  exchange(request: string, destination: Promise<number>): Promise<string>;
  /** The agent's end of a connection through the proxy. */
  connect(destination: Promise<number>): Promise<Socket>;
  /** The same for HTTP/2, towards a destination that speaks `opened`. */
  connectHttp2(
    destination: Promise<number>,
    open?: () => Promise<OpenedSession>,
  ): Promise<ClientHttp2Session>;
  listen(accept: (socket: Socket) => void, pauseOnConnect?: boolean): Promise<number>;
  close(): void;
}

export function createHttpRig(): HttpRig {
  const records: NewRecord[] = [];
  const closers: (() => void)[] = [];
  let arrived = '';

  function listen(accept: (socket: Socket) => void, pauseOnConnect = true): Promise<number> {
    const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect }, (socket) => {
      closers.push(() => socket.destroy());
      accept(socket);
    });
    closers.push(() => server.close());
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }

  function contextOf(port: number): TrafficContext {
    return {
      policy,
      names: createSyntheticNames(),
      log: { add: (record) => void records.push(record), flush: () => {}, close: () => {} },
      connections: createConnections(),
      budgets: createBudgets(policy),
      dial: () =>
        new Promise((resolve) => {
          const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
          const address = '198.51.100.7';
          socket.on('error', () => resolve({ ok: false, reason: 'upstream-failed', address }));
          socket.once('connect', () => resolve({ ok: true, socket, address }));
        }),
    };
  }

  async function connectThrough(destination: Promise<number>): Promise<Socket> {
    const proxy = createHttpProxy(contextOf(await destination));
    const port = await listen((client) => {
      const attempt = {
        client,
        destination: { name: HOST, port: 80 },
        protocol: 'http',
        began: new Date(),
      } as const;
      void proxy.serve(attempt, Buffer.alloc(0));
    });
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    return client;
  }

  return {
    records,
    arrived: () => arrived,
    listen,
    connect: connectThrough,
    destination: (answer) =>
      listen((socket) => {
        socket.on('error', () => {});
        socket.on('data', (chunk: Buffer) => {
          arrived += chunk.toString('latin1');
          const isWhole = /chunked/i.test(arrived) ? /\r\n0\r\n(.*\r\n)?\r\n$/s : /\r\n\r\n/;
          if (answer !== undefined && isWhole.test(arrived)) socket.end(answer, 'latin1');
        });
        socket.resume();
      }),
    exchange: async (request, destination) => {
      const client = await connectThrough(destination);
      let received = '';
      client.setEncoding('latin1').on('data', (text: string) => {
        received += text;
      });
      client.write(request, 'latin1');
      await new Promise((resolve) => client.once('close', resolve));
      return received;
    },
    connectHttp2: async (destination, open = async () => ({ kind: 'http/1.1' })) => {
      const context = contextOf(await destination);
      const port = await listen((client) => {
        const attempt = {
          client,
          destination: { name: HOST, port: 443 },
          protocol: 'tls',
          began: new Date(),
        } as const;
        const agent = createUpstreamAgent(context.dial, { name: HOST, port: 443, private: false }, 1);
        const upstream = { open, dial: context.dial, close: () => {} };
        const session = performServerHandshake(client);
        session.on('error', () => {});
        session.on('stream', (stream, headers, _flags, raw) => {
          stream.on('error', () => {});
          const request = new Http2ServerRequest(stream, headers, {}, raw as unknown as string[]);
          handleRequest({ attempt, agent, upstream, context }, request, new Http2ServerResponse(stream));
        });
      }, false);
      const session = connectHttp2(`http://127.0.0.1:${port}`);
      session.on('error', () => {});
      closers.push(() => session.destroy());
      return session;
    },
    close: () => {
      for (const close of closers) close();
    },
  };
}
