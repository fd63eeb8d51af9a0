import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { directRules } from '../../egress/direct.js';
import type { EgressPolicy } from '../../egress/policy.js';
import type { LoggedPacket } from './packet.js';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A connection that the kernel forwards by itself, as its connection tracking knows it. */
export interface Flow {
  /** Which one it is: protocol, addresses and ports of its first packet. */
  readonly key: string;
  readonly protocol: string;
  readonly destination: Endpoint;
  /** Bytes on the wire, headers of IP and TCP included. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Where its answers come from in this namespace: differs from where it was meant to go when it was redirected. */
  readonly answeredAt: number;
  readonly agentPort: number;
  /** Both sides have closed it, or one has broken it. */
  readonly over: boolean;
}

/** Reads the flows of this network namespace. */
export interface FlowTable {
  /** Whether this kernel lists its connections, with their bytes. */
  readonly available: boolean;
  read(): readonly Flow[];
  /** Where a redirected flow was meant to go, by the port that it came to and the agent's own. */
  meantBy(protocol: 'tcp' | 'udp', answeredAt: number, agentPort: number): Endpoint | undefined;
  close(): void;
}

const TABLE = '/proc/net/nf_conntrack';
const ACCOUNTING = '/proc/sys/net/netfilter/nf_conntrack_acct';
const PIECE = 2 ** 16;

/** Has to be opened as root; reading goes on afterwards. A kernel without the file has no flows to tell of. */
export function openFlowTable(path: string = TABLE): FlowTable {
  const file = openIfThere(path);
  const read = (): readonly Flow[] => (file === undefined ? [] : parseFlows(readFromStart(file)));
  return {
    available: file !== undefined && isCounting(),
    read,
    meantBy: (protocol, answeredAt, agentPort) =>
      read().find(
        (flow) =>
          flow.protocol === protocol && flow.answeredAt === answeredAt && flow.agentPort === agentPort,
      )?.destination,
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}

/** What a run has to do without when the kernel does not list its connections; `undefined`: nothing that it needs. */
export function tableNotice(
  policy: EgressPolicy,
  { available }: Pick<FlowTable, 'available'>,
): string | undefined {
  const audits = policy.mode === 'audit';
  if (available || (!audits && directRules(policy).length === 0)) return undefined;
  const closed = audits
    ? ', and ports of names that no rule opens are refused instead of audited, but for 80 and 443'
    : '';
  return `This kernel does not list its connections (${TABLE}): connections to addresses are on record without their bytes${closed}.`;
}

/** Which flow a logged packet began; `undefined` for one that stands for many, and for protocols without ports. */
export function flowKey(packet: LoggedPacket): string | undefined {
  const { protocol, source, sourcePort, destination, port, count } = packet;
  if (sourcePort === undefined || port === undefined || count > 1) return undefined;
  return keyOf(protocol, { source, sourcePort, destination, port });
}

/** Lines of the kernel's table; those of protocols without ports, or without byte counts, are left out. */
export function parseFlows(text: string): readonly Flow[] {
  return text.split('\n').flatMap((line) => {
    const [, protocol, state = ''] = /^ipv4 +2 +(tcp|udp) +\d+ \d+ ([A-Z_]+)?/.exec(line) ?? [];
    const [there, back] = [...line.matchAll(DIRECTION)].map(({ groups }) => groups as Direction);
    if (protocol === undefined || there === undefined || back === undefined) return [];
    return [
      {
        key: keyOf(protocol, there),
        protocol,
        destination: { address: there.destination, port: Number(there.port) },
        bytesOut: Number(there.bytes),
        bytesIn: Number(back.bytes),
        answeredAt: Number(back.sourcePort),
        agentPort: Number(back.port),
        over: state === 'TIME_WAIT' || state === 'CLOSE',
      },
    ];
  });
}

function keyOf(
  protocol: string,
  ends: Readonly<Record<'source' | 'sourcePort' | 'destination' | 'port', string | number>>,
): string {
  return `${protocol} ${ends.source}:${ends.sourcePort} ${ends.destination}:${ends.port}`;
}

type Direction = Readonly<Record<'source' | 'destination' | 'sourcePort' | 'port' | 'bytes', string>>;
const DIRECTION =
  /src=(?<source>[\d.]+) dst=(?<destination>[\d.]+) sport=(?<sourcePort>\d+) dport=(?<port>\d+) packets=\d+ bytes=(?<bytes>\d+)/g;

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch {
    return undefined;
  }
}

function isCounting(): boolean {
  try {
    return readFileSync(ACCOUNTING, 'utf8').trim() === '1';
  } catch {
    return false;
  }
}

function readFromStart(file: number): string {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE);
    const length = readSync(file, piece, 0, PIECE, at);
    if (length === 0) return Buffer.concat(pieces).toString('latin1');
    pieces.push(piece.subarray(0, length));
    at += length;
  }
}
