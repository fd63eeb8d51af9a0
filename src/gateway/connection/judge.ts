import { type ConnectionDecision, connectionVerdict, deny } from '../../egress/decide.js';
import { normalizeName } from '../../egress/host-name.js';
import type { EgressPolicy } from '../../egress/policy.js';
import type { ClientProtocol } from './classify.js';
import type { Destination } from './context.js';
import { serverNameOf } from './tls-hello.js';

export interface Judgement extends ConnectionDecision {
  /** The host that the client named, when it is another than the one that was looked up. */
  readonly named?: string;
}

/** The verdict on a connection whose first bytes are known. A TLS hello has to name the host that was looked up. */
export function judge(destination: Destination, found: ClientProtocol, policy: EgressPolicy): Judgement {
  const decision = connectionVerdict(policy, { ...destination, protocol: found.protocol });
  if (found.protocol !== 'tls' || decision.verdict === 'blocked') return decision;
  const asked = serverNameOf(found.hello);
  if (asked === undefined) return { ...decision, ...deny(policy, 'sni-missing') };
  const named = normalizeName(asked) ?? asked;
  return named === destination.name ? decision : { ...decision, ...deny(policy, 'sni-mismatch'), named };
}

/** Whether the bytes of a connection are passed on as they are. */
export function passesUnread(found: ClientProtocol, decision: ConnectionDecision): boolean {
  return decision.verdict !== 'blocked' && found.protocol !== 'http' && !decision.inspect;
}
