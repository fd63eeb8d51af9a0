import { createSocket, type Socket } from 'node:dgram';
import { connectionVerdict } from '../../egress/decide.js';
import type { UdpNameRule } from '../../egress/listeners.js';
import { matchesName } from '../../egress/matching.js';
import type { TrafficContext } from '../connection/context.js';
import { failedDecision } from '../connection/refuse.js';
import { chooseAddresses } from '../upstream/dial.js';
import type { NameResolver } from '../upstream/name-resolver.js';

/**
 * UDP by name: a socket on the synthetic address of each name that has a UDP rule, and a connected socket outwards
 * for each of the agent's ports that talks to it.
 */
export interface UdpRelays {
  /** Opens the relays of a name; resolves when they listen. */
  open(name: string, address: string): Promise<void>;
  /** Passes a datagram on, whatever socket it came by. */
  receive(datagram: NamedDatagram): void;
  /** Closes every exchange with its record. */
  close(): void;
}

export interface NamedDatagram {
  /** The same for all datagrams of one exchange. */
  readonly key: string;
  readonly name: string;
  readonly port: number;
  readonly message: Buffer;
  readonly reply: (message: Buffer) => void;
}

/** An exchange without a datagram for this long has ended. */
const IDLE_MS = 60_000;
const MOST_EXCHANGES = 1_024;

type NewExchange = Omit<NamedDatagram, 'message'>;

interface Exchange {
  send(message: Buffer): void;
  end(): void;
}

export function createUdpRelays(
  rules: readonly UdpNameRule[],
  resolver: NameResolver,
  context: Pick<TrafficContext, 'policy' | 'log' | 'budgets'>,
): UdpRelays {
  const opened = new Map<string, Promise<void>>();
  const sockets = new Set<Socket>();
  const exchanges = new Map<string, Exchange>();
  let closed = false;

  async function open(name: string, address: string): Promise<void> {
    if (closed) return;
    const ports = new Set(rules.filter((rule) => matchesName(rule.target, name)).map(({ port }) => port));
    const known =
      opened.get(name) ?? Promise.all([...ports].map((port) => listen(name, address, port))).then(() => {});
    opened.set(name, known);
    return known;
  }

  function listen(name: string, address: string, port: number): Promise<void> {
    const socket = createSocket('udp4');
    sockets.add(socket);
    socket.on('message', (message, from) => {
      const key = `${address}:${port}:${from.port}`;
      const reply = (answer: Buffer): void => socket.send(answer, from.port, from.address, () => {});
      receive({ key, name, port, message, reply });
    });
    return new Promise((resolve) => {
      // A port that cannot be opened leaves the name without UDP: refused by the kernel, and recorded by the floor.
      socket.on('error', () => resolve());
      socket.bind(port, address, () => resolve());
    });
  }

  function receive({ message, ...datagram }: NamedDatagram): void {
    if (!closed) exchangeFor(datagram)?.send(message);
  }

  function exchangeFor(wanted: NewExchange): Exchange | undefined {
    const { key, name, port } = wanted;
    const known = exchanges.get(key);
    if (known !== undefined) return known;
    if (exchanges.size >= MOST_EXCHANGES) {
      const decision = connectionVerdict(context.policy, { name, port, protocol: 'udp' });
      record(name, port, { ...decision, verdict: 'blocked', reason: 'too-many-connections' }, new Date());
      return undefined;
    }
    const exchange = startExchange(wanted, () => exchanges.delete(key));
    exchanges.set(key, exchange);
    return exchange;
  }

  function startExchange({ name, port, reply }: NewExchange, ended: () => void): Exchange {
    const began = new Date();
    const decision = connectionVerdict(context.policy, { name, port, protocol: 'udp' });
    const gate = context.budgets.uploads(decision.rule);
    const upstream = createSocket('udp4');
    const bytes = { out: 0, in: 0 };
    let address: string | undefined;
    let outcome: Pick<typeof decision, 'verdict' | 'reason' | 'rule'> = decision;
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      upstream.close();
      ended();
      record(name, port, outcome, began, address, bytes);
    };
    const touch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(end, IDLE_MS);
    };
    const ready = resolver.addressesOf(name).then((found) => {
      // A late answer: the socket is closed, and the exchange is on record.
      if (over) return;
      const choice = chooseAddresses(found, decision.private);
      if (!choice.ok) {
        outcome = failedDecision(decision, choice.reason);
        address = choice.address;
        end();
        return;
      }
      address = choice.addresses[0] as string;
      return connect(address);
    });
    const fail = (): void => {
      if (over) return;
      outcome = failedDecision(decision, 'upstream-failed');
      end();
    };
    function connect(to: string): Promise<void> {
      // Node's types know nothing of the error that the callback gets, for instance without a route.
      return new Promise((resolve, reject) => {
        upstream.connect(port, to, ((error?: Error) => (error ? reject(error) : resolve())) as () => void);
      });
    }
    upstream.on('error', () => {});
    upstream.on('message', (message) => {
      bytes.in += message.length;
      touch();
      reply(message);
    });
    touch();
    const pass = (message: Buffer): void => {
      if (over) return;
      const exceeded = gate?.(message.length);
      outcome = exceeded ?? outcome;
      if (exceeded?.verdict === 'blocked') {
        end();
        return;
      }
      bytes.out += message.length;
      touch();
      upstream.send(message, () => {});
    };
    const send = (message: Buffer): void => {
      ready.then(() => pass(message)).catch(fail);
    };
    return { send, end };
  }

  function record(
    host: string,
    port: number,
    { verdict, reason, rule }: Pick<ReturnType<typeof connectionVerdict>, 'verdict' | 'reason' | 'rule'>,
    began: Date,
    ip?: string,
    bytes?: { readonly out: number; readonly in: number },
  ): void {
    const where = { host, port, ...(ip === undefined ? {} : { ip }) };
    const moved = bytes === undefined ? {} : { bytesOut: bytes.out, bytesIn: bytes.in };
    context.log.add({
      verdict,
      reason,
      rule,
      protocol: 'udp',
      ...where,
      ...moved,
      durationMs: Date.now() - began.getTime(),
      began,
    });
  }

  function close(): void {
    closed = true;
    for (const exchange of [...exchanges.values()]) exchange.end();
    for (const socket of sockets) socket.close();
  }

  return { open, receive, close };
}
