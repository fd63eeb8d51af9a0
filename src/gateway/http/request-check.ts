import { type Decision, deny } from '../../egress/decide.js';
import { requestVerdict } from '../../egress/decide-request.js';
import { normalizeName } from '../../egress/host-name.js';
import type { EgressPolicy } from '../../egress/policy.js';
import { type EgressReason, NO_RULE } from '../../egress/reasons.js';
import type { Destination } from '../connection/context.js';
import { headerValues } from './headers.js';
import type { AgentRequest } from './message.js';
import { otherReadings } from './other-readings.js';

export interface RequestCheck {
  readonly decision: Decision;
  /** What to ask the destination for: path and query. */
  readonly target: string;
  /** The host that the request names, when it names one. */
  readonly host: string | undefined;
}

/**
 * Judges one request on a connection to `destination`. Host, and the target when it is a whole URL, have to name
 * the host that was looked up; then the rules have their say. Audit mode sends a request with another Host on to the
 * host that was looked up; what cannot be read in one way only is refused there too.
 */
export function checkRequest(
  request: Pick<AgentRequest, 'method' | 'url' | 'rawHeaders' | 'headers'>,
  destination: Destination,
  policy: EgressPolicy,
): RequestCheck {
  const { method = '', url = '' } = request;
  const hosts = headerValues(request.rawHeaders, 'host');
  // HTTP/2 names the host in a pseudo-header, and may do so in Host too.
  const authorities = headerValues(request.rawHeaders, ':authority');
  const named = [...authorities, ...hosts];
  const refuse = (reason: EgressReason): RequestCheck => ({
    decision: { verdict: 'blocked', reason, rule: NO_RULE },
    target: url,
    host: named[0],
  });
  if (method === 'CONNECT') return refuse('method-not-allowed');
  if (named.length === 0 || hosts.length > 1) return refuse('host-missing');
  const target = originForm(url, method);
  if (target === undefined) return refuse('http-malformed');
  const all = [...named, ...(target.authority === undefined ? [] : [target.authority])];
  const mismatch = all.every((authority) => isDestination(authority, destination))
    ? undefined
    : deny(policy, 'host-mismatch');
  if (mismatch?.verdict === 'blocked') return refuse('host-mismatch');
  if (isForeignUpgrade(request.headers)) return refuse('protocol-not-allowed');
  const reading = { method, path: target.path };
  const own = requestVerdict(policy, { ...destination, ...reading });
  const others = otherReadings(request.rawHeaders, reading);
  if (others === undefined) return refuse('http-malformed');
  const verdicts = [own, ...others.map((other) => requestVerdict(policy, { ...destination, ...other }))];
  const refused = verdicts.find((each) => each.verdict === 'blocked') ?? mismatch;
  const { verdict, reason, rule } = refused ?? verdicts.find((each) => each.verdict !== 'allowed') ?? own;
  return { decision: { verdict, reason, rule }, target: own.target, host: named[0] };
}

/** Whether the request wants to go on as a WebSocket. */
export function isWebSocket(headers: AgentRequest['headers']): boolean {
  return headers.upgrade?.trim().toLowerCase() === 'websocket';
}

/** Any other protocol, HTTP/2 above all, would pass unread behind the first request. */
function isForeignUpgrade(headers: AgentRequest['headers']): boolean {
  return headers.upgrade !== undefined && !isWebSocket(headers);
}

/** `host`, or `host:port` with the port of the connection. */
function isDestination(authority: string, { name, port }: Destination): boolean {
  const [, host = '', written] = /^([^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  return normalizeName(host) === name && (written === undefined || Number(written) === port);
}

/** The target as path and query; a whole URL is taken apart. `*` is for OPTIONS alone. */
function originForm(
  url: string,
  method: string,
): { readonly path: string; readonly authority?: string } | undefined {
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return { path: url };
  const [, authority, path = ''] = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(url) ?? [];
  if (authority === undefined) return undefined;
  return { path: path.startsWith('/') ? path : `/${path}`, authority };
}
