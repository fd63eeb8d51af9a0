import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { announcedTrailers, endToEndHeaders, endToEndTrailers, headerPairs } from './headers.js';

/** A request of the agent and the answer to it. Node gives HTTP/2 the same shape, but for what is in this file. */
export type AgentRequest = IncomingMessage | Http2ServerRequest;
export type AgentResponse = ServerResponse | Http2ServerResponse;

export function isHttp2(request: AgentRequest): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}

/** The size of a request's head, as it is on the wire of HTTP/1.1. */
export function headBytes({ method = '', url = '', rawHeaders }: AgentRequest): number {
  return headerBytes(rawHeaders) + method.length + url.length + 12;
}

export function headerBytes(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
}

/** Whether a body follows the head. */
export function hasBody(request: AgentRequest): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders;
  return (
    request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0'
  );
}

/**
 * Calls back when an answer is over, whole or not. On a connection that ends, the answers that wait for their turn
 * behind another one may never hear of it, so the connection itself is listened to.
 */
export function onceOver(request: AgentRequest, response: AgentResponse, over: () => void): void {
  const connection = isHttp2(request) ? undefined : request.socket;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    connection?.off('close', end);
    over();
  };
  response.prependOnceListener('close', end);
  connection?.once('close', end);
}

/**
 * Sends the head of the destination's answer on, with the reason phrase that is usual: the destination's may be anything.
 * @returns `false` when it cannot be said in the agent's protocol: a status below 100, and HTTP/2 has headers that may
 * stand only once. Another head can be written then.
 */
export function writeHead(request: AgentRequest, response: AgentResponse, answer: IncomingMessage): boolean {
  const { statusCode = 502, rawHeaders } = answer;
  if (isHttp2(request)) return writeHttp2Head(response as Http2ServerResponse, statusCode, rawHeaders);
  const plain = response as ServerResponse;
  plain.sendDate = false;
  const isChunked = answer.headers['transfer-encoding'] !== undefined && request.httpVersion === '1.1';
  const trailers = isChunked && mayHaveBody(request, statusCode) ? announcedTrailers(rawHeaders) : [];
  try {
    plain.writeHead(statusCode, [...endToEndHeaders(rawHeaders), ...trailers]);
  } catch {
    plain.statusMessage = '';
    return false;
  }
  // Server-sent events: the head must not wait for the first event.
  if (answer.headers['content-length'] === undefined) plain.flushHeaders();
  return true;
}

function mayHaveBody({ method }: AgentRequest, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

/** The same for an answer whose status and headers are known. */
export function writeHttp2Head(
  response: Http2ServerResponse,
  status: number,
  rawHeaders: readonly string[],
): boolean {
  response.sendDate = false;
  try {
    response.writeHead(status, grouped(endToEndHeaders(rawHeaders)));
    return true;
  } catch {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    return false;
  }
}

export function addTrailers(
  request: AgentRequest,
  response: AgentResponse,
  rawTrailers: readonly string[],
): void {
  if (rawTrailers.length === 0) return;
  if (isHttp2(request)) (response as Http2ServerResponse).addTrailers(http2Trailers(rawTrailers));
  else (response as ServerResponse).addTrailers(headerPairs(endToEndTrailers(rawTrailers)));
}

/** One value for each name: Node throws at repeated ones where nobody can catch it. */
export function http2Trailers(rawTrailers: readonly string[]): Record<string, string> {
  const first = Object.entries(grouped(endToEndTrailers(rawTrailers)));
  return Object.fromEntries(first.map(([name, values]) => [name, [values].flat()[0] as string]));
}

/** Alternating names and values as one entry for each name; names of HTTP/2 are in lower case. */
export function grouped(headers: readonly string[]): Record<string, string | string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of headerPairs(headers)) {
    const key = name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return Object.fromEntries(
    [...groups].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  );
}
