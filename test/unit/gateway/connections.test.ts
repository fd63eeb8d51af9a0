import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acceptConnection } from '../../../src/gateway/connection/accept.js';
import { createBudgets } from '../../../src/gateway/connection/budgets.js';
import { type Connections, createConnections } from '../../../src/gateway/connection/connections.js';
import { createTlsEndpoint } from '../../../src/gateway/inspect/tls-endpoint.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { createDial, type Dial } from '../../../src/gateway/upstream/dial.js';
import { policyOf } from '../egress/policy-of.js';

const HOST = 'slow.example.com';
const policy = policyOf([{ dest: HOST, ports: [5432, 443] }]);

let server: Server;
let port: number;
let records: NewRecord[];
let accepted: (socket: Socket) => void;

beforeEach(async () => {
  records = [];
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => accepted(socket));
  port = await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
});
afterEach(() => void server.close());

/** A connection of an agent: its end, and ours. */
async function connection(): Promise<{ readonly agent: Socket; readonly client: Socket }> {
  const arrival = new Promise<Socket>((resolve) => {
    accepted = resolve;
  });
  const agent = connect(port, '127.0.0.1');
  agent.on('error', () => {});
  return { agent, client: await arrival };
}

/** Handles a connection to the port 5432 of {@link HOST} like the gateway does. */
function accept(client: Socket, dial: Dial): Connections {
  const connections = createConnections();
  const names = createSyntheticNames();
  const log = { add: (record: NewRecord) => void records.push(record), flush: () => {}, close: () => {} };
  const unused = async (): Promise<never> => Promise.reject(new Error('unused'));
  const meant = { address: names.addressOf(HOST) as string, port: 5432 };
  connections.track(
    acceptConnection(client, meant, {
      ...{ policy, names, log, dial, connections, budgets: createBudgets(policy) },
      http: { serve: unused, refuse: unused },
      inspector: { serve: unused },
    }),
  );
  return connections;
}

it('after a server that speaks first, a hello for another host is refused all the same', async () => {
  let heard = 0;
  const destination = createServer((socket) => {
    socket.on('data', (chunk) => {
      heard += chunk.length;
    });
    socket.on('error', () => {});
    socket.write('220 welcome\r\n');
  });
  const to = await new Promise<number>((resolve) => {
    destination.listen(0, '127.0.0.1', () => resolve((destination.address() as AddressInfo).port));
  });
  const { agent, client } = await connection();
  accept(client, async ({ onread }) => {
    const socket = connect({ host: '127.0.0.1', port: to, ...(onread === undefined ? {} : { onread }) });
    await new Promise((resolve) => socket.once('connect', resolve));
    return { ok: true, socket, address: '198.51.100.7' };
  });
  const ended = new Promise((resolve) => agent.once('close', resolve));
  const greeting = await new Promise<Buffer>((resolve) => agent.once('data', resolve));
  expect(greeting.toString()).toBe('220 welcome\r\n');
  const tls = connectTls({ socket: agent, servername: 'other.example.com' });
  const failure = await new Promise<Error>((resolve) => tls.once('error', resolve));
  expect(failure.message).toMatch(/unrecognized name/);
  await ended;
  destination.close();
  expect(heard).toBe(0);
  expect(records).toEqual([
    expect.objectContaining({ verdict: 'blocked', reason: 'sni-mismatch', host: 'other.example.com' }),
  ]);
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['something', Buffer.from('hello')],
])(
  'at the end of a run, a name that nobody resolves holds nothing up when the agent has said %s',
  async (_, said) => {
    const { agent, client } = await connection();
    agent.write(said);
    const connections = accept(client, createDial({ addressesOf: () => new Promise(() => {}) }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await connections.drain();
    expect(records).toEqual([
      expect.objectContaining({ host: HOST, port: 5432, verdict: 'allowed', reason: 'upstream-failed' }),
    ]);
    agent.destroy();
  },
);

it('a connection that fails in a way that nobody foresaw is on record', async () => {
  const { agent, client } = await connection();
  accept(client, createDial({ addressesOf: () => new Promise(() => {}) }));
  agent.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
  await new Promise((resolve) => agent.once('close', resolve));
  expect(records).toEqual([expect.objectContaining({ host: HOST, port: 5432, verdict: 'blocked' })]);
});

it('a handshake whose client has gone meanwhile is over', async () => {
  const endpoint = createTlsEndpoint({ certificate: '', leafFor: () => new Promise(() => {}) });
  const { agent, client } = await connection();
  client.destroy();
  await new Promise((resolve) => client.once('close', resolve));
  expect(await endpoint.accept(client)).toBeUndefined();
  agent.destroy();
});
