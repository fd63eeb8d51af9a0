import type { Decision } from '../../egress/decide.js';
import type { Forwarding } from './forward-request.js';
import type { Meter } from './meter.js';

/** Writes the line of one request, when its answer has ended in whatever way. */
export function recordRequest(
  { connection, request, response, check, began }: Forwarding,
  decision: Decision,
  meter: Pick<Meter, 'address' | 'bytes'>,
): void {
  const { destination } = connection.attempt;
  const { method = '' } = request;
  const { verdict, reason, rule } = decision;
  const bytes = meter.bytes();
  // The head of a WebSocket's 101 is written past the response, which therefore knows of none.
  const isAnswered = response.headersSent || response.statusCode === 101;
  connection.context.log.add({
    ...{ verdict, reason, rule, protocol: 'http', host: destination.name, port: destination.port },
    ...(meter.address() === undefined ? {} : { ip: meter.address() as string }),
    ...{ method, path: check.target },
    ...(isAnswered ? { status: response.statusCode } : {}),
    ...{ bytesOut: bytes.out, bytesIn: bytes.in, durationMs: Date.now() - began.getTime(), began },
  });
}
