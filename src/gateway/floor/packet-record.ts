import type { EgressRecord } from '../../core/egress-record.js';
import { type ConnectionDecision, connectionVerdict, type Decision } from '../../egress/decide.js';
import { directVerdict } from '../../egress/direct.js';
import type { EgressPolicy } from '../../egress/policy.js';
import { NO_RULE } from '../../egress/reasons.js';
import type { SyntheticNames } from '../names/synthetic-names.js';
import type { LinkAddresses } from '../protocol.js';
import type { LoggedPacket } from './packet.js';

/** The record's rule for what only the packet filter has seen. */
const FLOOR = 'floor';

export interface PacketContext {
  readonly policy: EgressPolicy;
  readonly link: LinkAddresses;
  readonly names: SyntheticNames;
}

/** The record of a logged packet; `undefined` when whoever carried it writes the record. */
export function packetRecord(
  packet: LoggedPacket,
  context: PacketContext,
): Omit<EgressRecord, 'schema' | 'time'> | undefined {
  const { names, policy } = context;
  const name = names.nameOf(packet.destination);
  const decision = packet.kind === 'spoofed' ? SPOOFED : decide(packet, name, context);
  // A relay has taken it and writes one record for the whole exchange.
  if (packet.kind === 'passed' && name !== undefined && decision.verdict !== 'blocked') return undefined;
  const verdict = packet.kind === 'passed' && policy.mode !== 'none' ? decision.verdict : 'blocked';
  return {
    verdict,
    reason: decision.reason,
    rule: decision.rule === NO_RULE && name === undefined ? FLOOR : decision.rule,
    protocol: packet.protocol === 'other' ? 'icmp' : packet.protocol,
    ...(name === undefined ? {} : { host: name }),
    ip: packet.destination,
    ...(packet.port === undefined ? {} : { port: packet.port }),
    ...(packet.count > 1 ? { count: packet.count } : {}),
  };
}

const SPOOFED: Decision = { verdict: 'blocked', reason: 'spoofed-source', rule: FLOOR };

function decide(packet: LoggedPacket, name: string | undefined, { policy, link }: PacketContext): Decision {
  const { protocol, destination, port } = packet;
  if (protocol === 'other') return { verdict: 'blocked', reason: 'protocol-not-allowed', rule: NO_RULE };
  if (destination === link.gateway) return { verdict: 'blocked', reason: 'gateway-port', rule: NO_RULE };
  if (name === undefined)
    return directVerdict(policy, { address: destination, protocol, ...(port === undefined ? {} : { port }) });
  if (protocol === 'icmp' || port === undefined)
    return { verdict: 'blocked', reason: 'protocol-not-allowed', rule: NO_RULE };
  return refusal(connectionVerdict(policy, { name, port, protocol }));
}

/** The floor refused a port that no rule opens for any name, so the answer can only be a refusal. */
function refusal(decision: ConnectionDecision): Decision {
  return { verdict: decision.verdict, reason: decision.reason, rule: decision.rule };
}
