import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import type { Decision } from '../../egress/decide.js';
import { normalizeName } from '../../egress/host-name.js';
import { NO_RULE } from '../../egress/reasons.js';
import type { TrafficContext } from '../connection/context.js';
import type { Attempt } from '../connection/refuse.js';
import { failedDecision } from '../connection/refuse.js';
import type { UpstreamSession } from '../inspect/upstream-session.js';
import { type Forwarding, forwardRequest } from './forward-request.js';
import { forwardStream, type StreamForwarding } from './forward-stream.js';
import { forwardUpgrade } from './forward-upgrade.js';
import { type AgentRequest, type AgentResponse, headBytes } from './message.js';
import type { Meter } from './meter.js';
import { sendRefusal } from './refusal.js';
import { checkRequest, type RequestCheck } from './request-check.js';
import { recordRequest } from './request-record.js';

/** One HTTP connection of the agent, and the upstream side that its requests share. */
export interface HttpConnection {
  readonly attempt: Attempt;
  readonly agent: Agent;
  readonly context: TrafficContext;
  /** The way on for the streams of an HTTP/2 connection; absent: `agent` is. */
  readonly upstream?: UpstreamSession;
  /** Nothing may pass on this connection, e.g. because its port is for TLS: every request gets this answer. */
  readonly refusal?: Decision;
}

/** Judges a request and sends it on, or answers with the refusal; one line of the record in either case. */
export function handleRequest(
  connection: HttpConnection,
  request: AgentRequest,
  response: AgentResponse,
): void {
  const began = new Date();
  const giveUp = (): void => refuseUnsendable(connection, request, response, began);
  try {
    const check = checkWithBudget(connection, request);
    if (check.decision.verdict === 'blocked')
      refuseRequest(connection, request, response, check.decision, began);
    else if (connection.upstream === undefined)
      forwardRequest({ connection, request, response, check, began });
    else
      forwardByUpstream({ connection, request, response, check, began }, connection.upstream).catch(giveUp);
  } catch {
    giveUp();
  }
}

/**
 * The last resort for a request that Node cannot write anew: an agent must not be able to end the gateway, and with it
 * the record, by an error that nobody foresaw.
 */
function refuseUnsendable(
  connection: HttpConnection,
  request: AgentRequest,
  response: AgentResponse,
  began: Date,
): void {
  if (response.headersSent || response.destroyed) response.destroy();
  else
    refuseRequest(
      connection,
      request,
      response,
      { verdict: 'blocked', reason: 'http-malformed', rule: NO_RULE },
      began,
    );
}

async function forwardByUpstream(forwarding: Forwarding, upstream: UpstreamSession): Promise<void> {
  const { request, response, check } = forwarding;
  let gone = false;
  const leave = (): void => {
    gone = true;
    recordRequest(forwarding, check.decision, nothingMoved());
  };
  response.once('close', leave);
  const opened = await upstream.open();
  if (gone) return;
  response.off('close', leave);
  if (opened.kind === 'h2') forwardStream(forwarding as StreamForwarding, opened);
  else if (opened.kind === 'http/1.1') forwardRequest(forwarding);
  else {
    const decision = failedDecision(check.decision, opened.reason);
    response.once('close', () => recordRequest(forwarding, decision, nothingMoved(opened.address)));
    sendRefusal(request, response, decision);
  }
}

function nothingMoved(address?: string): Pick<Meter, 'address' | 'bytes'> {
  return { address: () => address, bytes: () => ({ out: 0, in: 0 }) };
}

/** The same for a request that wants to become a WebSocket. */
export function handleUpgrade(
  connection: HttpConnection,
  request: IncomingMessage,
  response: ServerResponse,
  head: Buffer,
): void {
  const began = new Date();
  try {
    const check = checkWithBudget(connection, request);
    if (check.decision.verdict === 'blocked')
      refuseRequest(connection, request, response, check.decision, began);
    else forwardUpgrade({ connection, request, response, check, began }, head);
  } catch {
    refuseUnsendable(connection, request, response, began);
  }
}

/** A request that the rules allow counts against the budget of its rule, head included: a path can carry data too. */
function checkWithBudget({ attempt, context, refusal }: HttpConnection, request: AgentRequest): RequestCheck {
  if (refusal !== undefined) return { decision: refusal, target: request.url ?? '', host: undefined };
  const check = checkRequest(request, attempt.destination, context.policy);
  if (check.decision.verdict !== 'allowed') return check;
  const { rule } = check.decision;
  const over = context.budgets.request(rule) ?? context.budgets.uploads(rule)?.(headBytes(request));
  return over === undefined ? check : { ...check, decision: over };
}

function refuseRequest(
  { attempt, context }: HttpConnection,
  request: AgentRequest,
  response: AgentResponse,
  decision: Decision,
  began: Date,
): void {
  sendRefusal(request, response, decision);
  const { name, port } = attempt.destination;
  const { method = '', url = '', headers } = request;
  const authority = String(headers[':authority'] ?? headers.host ?? name);
  context.log.add({
    ...decision,
    protocol: 'http',
    host: hostOf(authority),
    port,
    method,
    path: url,
    status: response.statusCode,
    began,
  });
}

/** Without the port, which is that of the connection; in the form of all other records where it is a name. */
function hostOf(authority: string): string {
  const host = authority.replace(/:\d*$/, '');
  return normalizeName(host) ?? host;
}
