import { z } from 'zod';
import { MODEL_PROVIDERS } from '../core/model-endpoint.js';
import type { GatewayEvent } from '../gateway/protocol.js';

/**
 * The gateway talks to strangers, so what it says is checked like anything else from outside: a gateway that was
 * taken over can lie in its record, but it cannot make the host crash or write what is no record.
 */

/** Longer than any request head that the gateway takes. */
const LONGEST_TEXT = 128 * 1024;
/** A whole record, escaped, or a certificate. */
export const LONGEST_LINE = 1024 * 1024;

const text = z.string().max(LONGEST_TEXT);
const word = text.min(1);
const count = z.int().min(0);
/** A clock that was set back must not cost a record. */
const amount = z.number().transform((value) => Math.max(0, value));

const record = z.object({
  schema: z.literal('cagent.egress/1'),
  time: z.iso.datetime({ precision: 3 }),
  verdict: z.enum(['allowed', 'blocked', 'audited']),
  reason: word,
  rule: word,
  protocol: z.enum(['dns', 'tls', 'http', 'tcp', 'udp', 'icmp']),
  host: text.optional(),
  ip: text.optional(),
  port: count.max(65_535).optional(),
  method: text.optional(),
  path: text.optional(),
  status: z.int().min(100).max(999).optional(),
  bytesOut: amount.optional(),
  bytesIn: amount.optional(),
  durationMs: amount.optional(),
  count: z.int().min(2).optional(),
});

const traffic = z.object({
  provider: z.enum(MODEL_PROVIDERS),
  requests: count,
  failed: count,
  lastStatus: count.optional(),
  model: text.optional(),
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  uncounted: count,
  costUsd: z.number().min(0).optional(),
  exhausted: z.enum(['max-requests', 'max-tokens', 'max-cost-usd']).optional(),
  keyRefused: z.literal(true).optional(),
});

const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('started') }),
  z.object({ event: z.literal('floor') }),
  z.object({ event: z.literal('ready'), caCertificate: text.optional() }),
  z.object({ event: z.literal('egress'), record }),
  z.object({ event: z.literal('usage'), traffic }),
  z.object({ event: z.literal('warning'), message: text }),
  z.object({ event: z.literal('finished') }),
  z.object({
    event: z.literal('fatal'),
    code: z.enum(['gateway.failed', 'gateway.resolver']),
    message: text,
  }),
]);

/** One line of the gateway's standard output; `undefined` when it is no event. Takes any text. */
export function parseGatewayEvent(line: string): GatewayEvent | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  try {
    // zod types an absent key as `T | undefined`; JSON has no undefined, so the cast loses nothing.
    return event.safeParse(JSON.parse(line)).data as GatewayEvent | undefined;
  } catch {
    return undefined;
  }
}
