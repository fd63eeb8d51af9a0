import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { NO_RULE } from '../../egress/reasons.js';
import type { TrafficContext } from '../connection/context.js';
import type { UdpRelays } from '../udp/udp-relay.js';
import type { Endpoint, FlowTable } from './flow-table.js';

/**
 * Audit mode forwards every port of every name. Sockets for all of them would be too many, so the floor redirects
 * what has none to these ports, and the kernel's table tells where it was meant to go. There are several of them,
 * so that the agent may use one port of its own for several destinations.
 */
export const ANY_PORTS: readonly number[] = Array.from({ length: 16 }, (_, at) => 61_000 + at);

/** The kernel forgets a flow of datagrams, and may give its ports to another, after thirty seconds. */
const REMEMBERED_MS = 10_000;
const MOST_REMEMBERED = 4_096;

/** What a connection to one of {@link ANY_PORTS} was meant for; `undefined`: it was not redirected. */
export function meantBy(client: Socket, table: FlowTable): Endpoint | undefined {
  const { localPort = 0, remotePort = 0 } = client;
  return ANY_PORTS.includes(localPort) ? table.meantBy('tcp', localPort, remotePort) : undefined;
}

/** Hands redirected datagrams to the relays. */
export async function serveAnyUdp(
  address: string,
  table: FlowTable,
  relays: UdpRelays,
  { names, log }: Pick<TrafficContext, 'names' | 'log'>,
): Promise<{ close(): void }> {
  const meant = rememberMeant(table);
  const sockets = await Promise.all(ANY_PORTS.map((port) => bind(address, port)));
  for (const socket of sockets) {
    const { port: at } = socket.address();
    socket.on('message', (message, from) => {
      const endpoint = meant(at, from.port);
      if (endpoint === undefined) return;
      const name = names.nameOf(endpoint.address);
      if (name === undefined) {
        const where = { ip: endpoint.address, port: endpoint.port };
        log.add({ verdict: 'blocked', reason: 'own-address', rule: NO_RULE, protocol: 'udp', ...where });
        return;
      }
      const reply = (answer: Buffer): void => socket.send(answer, from.port, from.address, () => {});
      const key = `${at}:${from.port} ${name}:${endpoint.port}`;
      relays.receive({ key, name, port: endpoint.port, message, reply });
    });
  }
  return {
    close: () => {
      for (const socket of sockets) socket.close();
    },
  };
}

/** Reading the table for every datagram of a stream would cost more than the stream. */
function rememberMeant(table: FlowTable): (at: number, agentPort: number) => Endpoint | undefined {
  const known = new Map<string, { readonly endpoint: Endpoint | undefined; readonly until: number }>();
  return (at, agentPort) => {
    const key = `${at}:${agentPort}`;
    const now = performance.now();
    const recent = known.get(key);
    if (recent !== undefined && recent.until > now) return recent.endpoint;
    if (known.size >= MOST_REMEMBERED) known.clear();
    const endpoint = table.meantBy('udp', at, agentPort);
    known.set(key, { endpoint, until: now + REMEMBERED_MS });
    return endpoint;
  };
}

function bind(address: string, port: number): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    // Stays: an error later on would end the gateway, and concerns one datagram.
    socket.on('error', reject);
    socket.bind(port, address, () => resolve(socket));
  });
}
