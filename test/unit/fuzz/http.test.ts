import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { requestVerdict } from '../../../src/egress/decide-request.js';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import { createConnections } from '../../../src/gateway/connection/connections.js';
import type { TrafficContext } from '../../../src/gateway/connection/context.js';
import { createHttpProxy } from '../../../src/gateway/http/http-proxy.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import { policyOf } from '../egress/policy-of.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

/** The real proxy between a client that sends anything and a server that reads strictly. */

const HOST = 'api.example.com';
const policy = policyOf([{ dest: `http://${HOST}/v1/`, http: [{ methods: ['GET', 'POST'] }] }]);
const PATIENCE_MS = 300;

let proxied: Server;
let upstream: Server;
let arrived: { readonly method: string; readonly path: string; readonly hosts: readonly string[] }[] = [];
let unreadable: Error[] = [];
// Counted over all inputs: a request may arrive when the next input is on its way already.
let arrivals = 0;
let recorded = 0;

beforeAll(async () => {
  const origin = createHttpServer({ insecureHTTPParser: false });
  const note = ({ method = '', url = '', rawHeaders }: IncomingMessage): void => {
    const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
    arrived.push({ method, path: url, hosts });
    arrivals += 1;
  };
  origin.on('request', (request, response) => {
    note(request);
    request.resume();
    response.end('ok');
  });
  origin.on('upgrade', (request, socket) => {
    note(request);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
  });
  origin.on('connect', (request, socket) => {
    note(request);
    socket.destroy();
  });
  origin.on('clientError', (error, socket) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A client that goes away in the middle of its body is cut off upstream too: that is an end, not a misreading.
    if (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE') unreadable.push(error);
    socket.destroy();
  });
  upstream = origin;
  await listening(upstream);
  const { port } = upstream.address() as AddressInfo;
  const context: TrafficContext = {
    policy,
    names: createSyntheticNames(),
    log: { add, flush: () => {}, close: () => {} },
    connections: createConnections(),
    budgets: createBudgets(policy),
    dial: () =>
      new Promise((resolve) => {
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        socket.on('error', () => resolve({ ok: false, reason: 'upstream-failed' }));
        socket.once('connect', () => resolve({ ok: true, socket, address: '198.51.100.7' }));
      }),
  };
  const proxy = createHttpProxy(context);
  proxied = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => {});
    const destination = { name: HOST, port: 80 };
    void proxy.serve({ client, destination, protocol: 'http', began: new Date() }, Buffer.alloc(0));
  });
  await listening(proxied);
});

afterAll(() => {
  proxied.close();
  upstream.close();
});

test(
  'no bytes make a request arrive that the rules do not allow, or that is read in another way',
  async () => {
    await fuzz('http', 1_000, async (bytes) => {
      arrived = [];
      unreadable = [];
      await send(bytes);
      for (const { method, path, hosts } of arrived) {
        expect(requestVerdict(policy, { name: HOST, port: 80, method, path }).verdict).toBe('allowed');
        expect(hosts.map((host) => host.toLowerCase().replace(/\.?(:0*80)?$/, ''))).toEqual([HOST]);
      }
      expect(unreadable).toEqual([]);
      await expect.poll(() => recorded, { interval: 5 }).toBeGreaterThanOrEqual(arrivals);
    });
  },
  FUZZ_TIMEOUT_MS,
);

function add({ verdict }: Pick<EgressRecord, 'verdict'>): void {
  if (verdict === 'allowed') recorded += 1;
}

/** Resolves when the proxy has closed the connection, or has had its time. */
function send(bytes: Buffer): Promise<void> {
  const client: Socket = connect({ host: '127.0.0.1', port: (proxied.address() as AddressInfo).port });
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.destroy(), PATIENCE_MS);
    client.on('error', () => {});
    client.on('data', () => {});
    client.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    client.end(bytes);
  });
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
}
