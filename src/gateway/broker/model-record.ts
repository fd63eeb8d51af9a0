import { isIPv4 } from 'node:net';
import type { Verdict } from '../../core/egress-record.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { Broker } from './broker.js';

/** One attempt at a model API, as far as it got. */
export interface ModelAttempt {
  readonly verdict: Verdict;
  readonly reason: EgressReason;
  readonly method?: string;
  /** Without the query, which may hold a key. */
  readonly path?: string;
  /** What the agent got. */
  readonly status?: number;
  readonly bytes?: { readonly out: number; readonly in: number };
  readonly address?: string;
  readonly began?: Date;
}

/** Writes the line of one attempt. */
export function recordAttempt(
  { start, context }: Pick<Broker, 'start' | 'context'>,
  { verdict, reason, bytes, address, began, ...request }: ModelAttempt,
): void {
  const { upstream, provider } = start;
  context.log.add({
    ...{ verdict, reason, rule: `broker:${provider}`, protocol: 'http' },
    ...(isIPv4(upstream.host)
      ? { ip: upstream.host }
      : { host: upstream.host, ...(address === undefined ? {} : { ip: address }) }),
    port: upstream.port,
    ...request,
    ...(bytes === undefined ? {} : { bytesOut: bytes.out, bytesIn: bytes.in }),
    ...(began === undefined ? {} : { durationMs: Date.now() - began.getTime(), began }),
  });
}
