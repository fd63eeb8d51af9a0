import { SAMPLE } from './floor-rules.js';

/** A packet from the agent that the floor logged. */
export interface LoggedPacket {
  /** Which chain logged it. */
  readonly kind: 'refused' | 'spoofed' | 'passed';
  /** How many packets it stands for. */
  readonly count: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  readonly source: string;
  readonly destination: string;
  readonly port?: number;
  readonly sourcePort?: number;
}

const PROTOCOLS: Readonly<Record<number, LoggedPacket['protocol']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp',
};

/** Reads a line of ulogd's JSON output; `undefined` when it is not one of ours. */
export function parsePacket(line: string): LoggedPacket | undefined {
  const fields = parseObject(line);
  const [kind, sampled] = String(fields?.['oob.prefix'] ?? '').split('*');
  if (fields === undefined || (kind !== 'refused' && kind !== 'spoofed' && kind !== 'passed'))
    return undefined;
  const { dest_ip: destination, src_ip: source, dest_port: port, src_port: sourcePort } = fields;
  const protocol = PROTOCOLS[Number(fields['ip.protocol'] ?? fields['ip6.nexthdr'])] ?? 'other';
  return {
    kind,
    count: sampled === undefined ? 1 : SAMPLE,
    protocol,
    source: String(source ?? ''),
    destination: String(destination ?? ''),
    ...(typeof port === 'number' ? { port } : {}),
    ...(typeof sourcePort === 'number' ? { sourcePort } : {}),
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
