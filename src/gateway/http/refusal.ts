import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Decision } from '../../egress/decide.js';
import { EGRESS_REASONS, NO_RULE } from '../../egress/reasons.js';
import { endAfterBody } from './end-after-body.js';
import { type AgentRequest, type AgentResponse, isHttp2 } from './message.js';

/** Status of a refused request; what cannot be read is not refused but wrong. */
export function refusalStatus({ reason }: Pick<Decision, 'reason'>): number {
  if (reason === 'http-malformed') return 400;
  if (reason === 'timeout') return 504;
  return FAILURES.has(reason) ? 502 : 403;
}

const FAILURES: ReadonlySet<string> = new Set(['resolve-failed', 'upstream-failed', 'upstream-certificate']);

/** A few words for whoever reads the agent's log: why, and by which rule. */
export function refusalBody({ reason, rule }: Decision): string {
  const which = rule === NO_RULE ? 'No rule allows it.' : `Rule: ${rule}`;
  return `cagent: ${reason}: ${EGRESS_REASONS[reason]} ${which}\n`;
}

/** Answers instead of the destination, and ends the connection, since its request body may still be on the way. */
export function sendRefusal(request: AgentRequest, response: AgentResponse, decision: Decision): void {
  // Node throws for a stream that the agent has reset a moment ago.
  if (response.headersSent || (isHttp2(request) && request.stream.closed)) {
    response.destroy();
    return;
  }
  const body = refusalBody(decision);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) };
  if (isHttp2(request)) {
    (response as Http2ServerResponse).writeHead(refusalStatus(decision), headers);
    response.end(body);
    return;
  }
  (response as ServerResponse).writeHead(refusalStatus(decision), { ...headers, connection: 'close' });
  endAfterBody(response as ServerResponse, body);
}
