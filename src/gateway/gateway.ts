import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate as afterInput, setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../core/clock.js';
import { CagentError, messageOf } from '../core/errors.js';
import { listenPorts, udpNameRules } from '../egress/listeners.js';
import { NO_RULE } from '../egress/reasons.js';
import type { BrokerContext, Brokers } from './broker/broker.js';
import { acceptConnection } from './connection/accept.js';
import { createBudgets } from './connection/budgets.js';
import { createConnections } from './connection/connections.js';
import { answerQuestion } from './dns/agent-question.js';
import { type DnsAnswerer, serveDnsOverTcp, serveDnsOverUdp } from './dns/dns-server.js';
import { ANY_PORTS, meantBy, serveAnyUdp } from './floor/any-port.js';
import { createDirectFlows } from './floor/direct-flows.js';
import { floorRules } from './floor/floor-rules.js';
import { flowKey, openFlowTable, tableNotice } from './floor/flow-table.js';
import { loadFloor } from './floor/load-floor.js';
import { parsePacket } from './floor/packet.js';
import { startPacketLog } from './floor/packet-log.js';
import { packetRecord } from './floor/packet-record.js';
import { createHttpParts } from './http/on-demand.js';
import type { Authority } from './inspect/authority.js';
import { needsAuthority } from './inspect/needs-authority.js';
import { listenOn } from './listeners.js';
import { createSyntheticNames } from './names/synthetic-names.js';
import type { GatewayEvent, GatewayStart } from './protocol.js';
import { createEgressLog } from './record/egress-log.js';
import { createCanaryWatch } from './start/canary.js';
import {
  configureLink,
  makeSyntheticBlockLocal,
  routeTheUnroutable,
  useRouter,
  waitForLink,
} from './start/link-interface.js';
import { dropPrivileges } from './start/privileges.js';
import { createUdpRelays } from './udp/udp-relay.js';
import { createDial } from './upstream/dial.js';
import { anyResolverAnswers, createNameResolver, type NameResolver } from './upstream/name-resolver.js';
import { parseResolver, type ResolverAddress, resolversOf } from './upstream/resolver-addresses.js';

/** A gateway that serves its agent. */
export interface RunningGateway {
  /** Closes every connection and writes the last records. */
  finish(): Promise<void>;
}

export interface GatewayPorts {
  readonly emit: (event: GatewayEvent) => void;
  /** Whether the host is far behind with what was emitted. */
  readonly crowded: () => boolean;
  /** Something without which the gateway must not go on. */
  readonly fail: (error: CagentError) => void;
  /** Remembers how to write the records that are held back, for an end that nobody foresaw. */
  readonly onCrash: (flush: () => void) => void;
  /** Remembers what has to be closed for the process to end. */
  readonly onClose: (close: () => void) => void;
}

/** The host reads a large workspace meanwhile; if it dies instead, the end of standard input ends this process. */
const LINK_DEADLINE_MS = 600_000;
/** How long the link may take to be tested, once it is there. */
const CANARY_DEADLINE_MS = 15_000;
const RESOLVER_DEADLINE_MS = 3_000;
/** Time for packets that were refused just now to come through the packet log. */
const LAST_PACKETS_MS = 50;

/** Brings the gateway up, in the order that leaves no moment without the floor, and serves. */
export async function startGateway(start: GatewayStart, ports: GatewayPorts): Promise<RunningGateway> {
  const { policy, link } = start;
  const { emit, fail, onClose } = ports;
  const resolvers = resolversFor(start);
  const names = createSyntheticNames();
  const log = createEgressLog(systemClock, (record) => emit({ event: 'egress', record }), ports.crowded);
  onClose(log.close);
  ports.onCrash(log.flush);
  const resolver = createNameResolver(resolvers, systemClock.monotonic);
  const connections = createConnections();
  const dial = createDial(resolver);
  const context = { policy, names, log, connections, dial, budgets: createBudgets(policy) };
  const relays = createUdpRelays(udpNameRules(policy), resolver, context);
  const canary = createCanaryWatch();
  const table = openFlowTable();
  const notice = tableNotice(policy, table);
  if (notice !== undefined) emit({ event: 'warning', message: notice });
  const flows = createDirectFlows(table, log.add, systemClock.now);
  onClose(flows.close);
  const anyPorts = policy.mode === 'audit' ? ANY_PORTS : [];

  const authority = needsAuthority(policy) ? makeAuthority() : undefined;
  const http = createHttpParts(context, async () => authority ?? makeAuthority(), start.extraRoots);
  const [packets] = await Promise.all([
    startPacketLog({ line: logPacket, end: (why) => fail(new CagentError('gateway.failed', why)) }),
    loadFloor(floorRules({ policy, link, resolvers, brokers: start.brokers ?? [] })),
    makeSyntheticBlockLocal(),
    routeTheUnroutable(),
    ...(start.router === undefined ? [] : [useRouter(start.router)]),
  ]);
  onClose(packets.close);
  emit({ event: 'floor' });
  const resolving =
    start.resolvers.length === 0 ? Promise.resolve() : proveResolvers(resolvers, namesToDial(start));
  resolving.catch(() => {});
  await waitForLink(LINK_DEADLINE_MS);
  await configureLink(link);
  dropPrivileges();

  const brokers = await startBrokers(start, resolver, {
    ...{ log, connections, extraRoots: start.extraRoots },
    onTraffic: (traffic) => emit({ event: 'usage', traffic }),
  });
  onClose(brokers.close);
  const dns = await serveDnsOverUdp(link.gateway, answer);
  onClose(() => dns.close());
  if (anyPorts.length > 0) {
    const any = await serveAnyUdp(link.gateway, table, relays, context);
    onClose(any.close);
  }
  const listening = [53, ...brokers.ports, ...listenPorts(policy), ...anyPorts];
  const servers = await listenOn(listening, (client) => {
    const { localAddress: address = '', localPort: port = 0 } = client;
    const own = address === link.gateway && !anyPorts.includes(port);
    const meant = own ? undefined : (meantBy(client, table) ?? { address, port });
    if (meant !== undefined)
      connections.track(
        acceptConnection(client, meant, { ...context, ...http }).catch((error) => mishap(error, client)),
      );
    else if (!brokers.accept(client)) acceptDns(client);
  });
  onClose(() => {
    for (const server of servers) server.close();
  });
  await resolving;
  await canary.seen(CANARY_DEADLINE_MS);
  emit({
    event: 'ready',
    ...(authority === undefined ? {} : { caCertificate: (await authority).certificate }),
  });
  return { finish };

  function logPacket(line: string): void {
    const packet = parsePacket(line);
    if (packet === undefined || canary.isPacket(packet)) return;
    const record = packetRecord(packet, { policy, link, names });
    if (record === undefined) return;
    const key = packet.kind === 'passed' && record.verdict !== 'blocked' ? flowKey(packet) : undefined;
    if (key === undefined) log.add(record);
    else flows.follow(key, record);
  }

  async function answer(message: Buffer): ReturnType<DnsAnswerer> {
    const { reply, record, address } = answerQuestion(message, context);
    if (!canary.isQuestion(record.host)) log.add(record);
    if (address !== undefined && record.host !== undefined) await relays.open(record.host, address);
    return reply;
  }

  function acceptDns(client: Socket): void {
    if (connections.admit(client)) {
      serveDnsOverTcp(client, answer);
      return;
    }
    client.resetAndDestroy();
    const where = { ip: link.gateway, port: 53 };
    log.add({
      ...{ verdict: 'blocked', reason: 'too-many-connections', rule: NO_RULE, protocol: 'dns' },
      ...where,
    });
  }

  function mishap(error: unknown, client: { destroy(): void }): void {
    client.destroy();
    emit({
      event: 'warning',
      message: `a connection was closed because of an internal error: ${messageOf(error)}`,
    });
  }

  async function finish(): Promise<void> {
    for (const server of servers) server.close();
    relays.close();
    await connections.drain();
    await sleep(LAST_PACKETS_MS);
    // Where this process had to wait for its turn, the time is over before it has read anything.
    await afterInput();
    flows.finish();
    log.flush();
  }
}

/** Loaded only for runs whose rules look into TLS. */
async function makeAuthority(): Promise<Authority> {
  const { createAuthority } = await import('./inspect/authority.js');
  return createAuthority(systemClock.now());
}

/** Loaded only for runs that have one. */
async function startBrokers(
  { brokers = [] }: GatewayStart,
  resolver: NameResolver,
  context: Omit<BrokerContext, 'dial'>,
): Promise<Brokers> {
  if (brokers.length === 0) return { ports: [], accept: () => false, close: () => {} };
  const { createBrokerDial, createBrokers } = await import('./broker/broker.js');
  return createBrokers(brokers, { ...context, dial: createBrokerDial(resolver) });
}

function resolversFor({ resolvers }: GatewayStart): readonly ResolverAddress[] {
  if (resolvers.length === 0) return resolversOf(readFileSync('/etc/resolv.conf', 'utf8'));
  return resolvers.map((text) => {
    const resolver = parseResolver(text);
    if (resolver !== undefined) return resolver;
    throw new CagentError(
      'gateway.resolver',
      `'${text}' is not an upstream resolver: IPv4 address, or address:port`,
    );
  });
}

/** The names that are written out whole: what the resolvers are there for. */
function namesToDial({ policy, brokers = [] }: GatewayStart): readonly string[] {
  const named = policy.rules.flatMap(({ target }) => (target.kind === 'name' ? [target.name] : []));
  return [...brokers.map(({ upstream }) => upstream.host), ...named];
}

async function proveResolvers(
  resolvers: readonly ResolverAddress[],
  names: readonly string[],
): Promise<void> {
  if (await anyResolverAnswers(resolvers, names, RESOLVER_DEADLINE_MS)) return;
  const list = resolvers.map(({ address, port }) => `${address}:${port}`).join(', ');
  throw new CagentError(
    'gateway.resolver',
    `no upstream resolver answers within ${RESOLVER_DEADLINE_MS / 1000} s: ${list}`,
  );
}
