import {
  connect as connectHttp2,
  Http2ServerRequest,
  Http2ServerResponse,
  performServerHandshake,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import { createConnections } from '../../../src/gateway/connection/connections.js';
import type { TrafficContext } from '../../../src/gateway/connection/context.js';
import { handleRequest } from '../../../src/gateway/http/http-connection.js';
import { createHttpProxy } from '../../../src/gateway/http/http-proxy.js';
import { createUpstreamAgent } from '../../../src/gateway/http/upstream-agent.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { policyOf } from '../egress/policy-of.js';

/**
 * What made the gateway's process throw where nobody catches it. An agent that ends the gateway ends its record. The
 * test runner fails for errors that nobody catches, so each of these would.
 */

const HOST = 'api.example.com';
const policy = policyOf([{ dest: HOST, http: [{ methods: ['GET', 'HEAD', 'POST'] }] }]);
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

let records: NewRecord[];
let arrived: string;
let answer: string;
let servers: Server[];

beforeEach(() => {
  records = [];
  arrived = '';
  answer = OK;
  servers = [];
});

afterEach(() => {
  for (const server of servers) server.close();
});

describe("an agent's request", () => {
  it.each([
    ['a GET with Trailer', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nConnection: close\r\n\r\n`],
    [
      'a POST of known length with Trailer',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    ],
    [
      'a WebSocket handshake with Trailer',
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nTrailer: x\r\n\r\n`,
    ],
  ])('%s passes, and is on record', async (_name, request) => {
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(arrived).not.toMatch(/^trailer:/im);
    await recorded({ verdict: 'allowed', status: 200 });
  });

  it('keeps the trailers of a chunked body, and what announces them', async () => {
    await exchange(
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n`,
    );
    expect(arrived).toContain('Trailer: x-sum\r\n');
    expect(arrived).toContain('0\r\nx-sum: 7\r\n\r\n');
  });

  it('over HTTP/2 with trailer passes to a destination with HTTP/1.1, and is on record', async () => {
    const port = await proxyHttp2(await destination());
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const status = await new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/', ':authority': HOST, trailer: 'x' });
      stream.on('error', reject);
      stream.on('response', (headers) => resolve(headers[':status']));
      stream.resume();
    });
    session.destroy();
    expect(status).toBe(200);
    await recorded({ verdict: 'allowed', status: 200 });
  });
});

describe("a destination's answer", () => {
  const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
  const UPGRADE = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

  it.each([GET, UPGRADE])('has its reason phrase replaced: %j', async (request) => {
    answer = OK.replace('OK', 'O\x01K');
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    await recorded({ status: 200 });
  });

  it.each([
    ['099', GET],
    ['000', GET],
    ['099', UPGRADE],
  ])('with status %s is a 502, and on record: %j', async (status, request) => {
    answer = OK.replace('200', status);
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]*cagent: upstream-failed/);
    await recorded({ verdict: 'allowed', reason: 'upstream-failed', status: 502 });
  });

  it.each([
    ['204 No Content', 'GET'],
    ['304 Not Modified', 'GET'],
    ['200 OK', 'HEAD'],
  ])('of %s to %s with Trailer but no body passes', async (status, method) => {
    answer = `HTTP/1.1 ${status}\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    expect(await exchange(GET.replace('GET', method))).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
    await recorded({ status: Number(status.slice(0, 3)) });
  });

  it('keeps the trailers of a chunked body, and what announces them', async () => {
    answer =
      'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n';
    const received = await exchange(GET);
    expect(received).toContain('Trailer: x-sum\r\n');
    expect(received).toContain('0\r\nx-sum: 7\r\n\r\n');
  });

  it('to HTTP/1.0, which has no chunks, passes without its trailers', async () => {
    answer =
      'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n';
    expect(await exchange(`GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`)).toMatch(/\r\n\r\nhi$/);
  });
});

it('work that fails is no error that nobody catches, and is not waited for', async () => {
  const connections = createConnections();
  connections.track(Promise.reject(new Error('boom')));
  await connections.drain();
});

function recorded(expected: Partial<NewRecord>): Promise<void> {
  return expect.poll(() => records).toEqual([expect.objectContaining(expected)]);
}

/** Sends the bytes through the real proxy, and gives all that comes back until the connection ends. */
async function exchange(request: string): Promise<string> {
  const proxy = createHttpProxy(contextOf(await destination()));
  const port = await listen((client) => {
    void proxy.serve(
      { client, destination: { name: HOST, port: 80 }, protocol: 'http', began: new Date() },
      Buffer.alloc(0),
    );
  });
  const client = connect(port, '127.0.0.1');
  let received = '';
  client.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  client.on('error', () => {});
  client.write(request);
  await new Promise((resolve) => client.once('close', resolve));
  return received;
}

/** The streams of plain HTTP/2, on their way to a destination that speaks HTTP/1.1. */
async function proxyHttp2(upstreamPort: number): Promise<number> {
  const context = contextOf(upstreamPort);
  return listen((client) => {
    const attempt = {
      client,
      destination: { name: HOST, port: 443 },
      protocol: 'tls',
      began: new Date(),
    } as const;
    const agent = createUpstreamAgent(context.dial, { name: HOST, port: 443, private: false }, 1);
    const upstream = {
      open: async () => ({ kind: 'http/1.1' }) as const,
      dial: context.dial,
      close: () => {},
    };
    const session = performServerHandshake(client);
    session.on('error', () => {});
    session.on('stream', (stream, headers, _flags, raw) => {
      stream.on('error', () => {});
      const request = new Http2ServerRequest(stream, headers, {}, raw as unknown as string[]);
      handleRequest({ attempt, agent, upstream, context }, request, new Http2ServerResponse(stream));
    });
  }, false);
}

/** Answers whatever it is asked with `answer`. */
function destination(): Promise<number> {
  return listen((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      arrived += chunk.toString('latin1');
      const isWhole = /chunked/i.test(arrived) ? /0\r\n.*\r\n\r\n$/s : /\r\n\r\n/;
      if (isWhole.test(arrived)) socket.end(answer, 'latin1');
    });
    socket.resume();
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
        socket.on('error', () => resolve({ ok: false, reason: 'upstream-failed' }));
        socket.once('connect', () => resolve({ ok: true, socket, address: '198.51.100.7' }));
      }),
  };
}

function listen(accept: (socket: Socket) => void, pauseOnConnect = true): Promise<number> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect }, accept);
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
