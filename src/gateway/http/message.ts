import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { endToEndHeaders, headerPairs } from './headers.js';

/** A request of the agent and the answer to it. Node gives HTTP/2 the same shape, but for what is in this file. */
export type AgentRequest = IncomingMessage | Http2ServerRequest;
export type AgentResponse = ServerResponse | Http2ServerResponse;

export function isHttp2(request: AgentRequest): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}

/** Whether a body follows the head. */
export function hasBody(request: AgentRequest): boolean {
  if (isHttp2(request)) return !request.stream.endAfterHeaders;
  return (
    request.headers['transfer-encoding'] !== undefined || (request.headers['content-length'] ?? '0') !== '0'
  );
}

/** Sends the head of the destination's answer on. */
export function writeHead(request: AgentRequest, response: AgentResponse, answer: IncomingMessage): void {
  const { statusCode = 502, statusMessage = '', rawHeaders } = answer;
  const headers = endToEndHeaders(rawHeaders);
  response.sendDate = false;
  if (isHttp2(request)) {
    (response as Http2ServerResponse).writeHead(statusCode, grouped(headers));
    return;
  }
  const plain = response as ServerResponse;
  plain.writeHead(statusCode, statusMessage, headers);
  // Server-sent events: the head must not wait for the first event.
  if (answer.headers['content-length'] === undefined) plain.flushHeaders();
}

export function addTrailers(
  request: AgentRequest,
  response: AgentResponse,
  rawTrailers: readonly string[],
): void {
  if (rawTrailers.length === 0) return;
  if (isHttp2(request))
    (response as Http2ServerResponse).addTrailers(grouped(rawTrailers) as Record<string, string>);
  else (response as ServerResponse).addTrailers(headerPairs(rawTrailers));
}

/** Alternating names and values as one entry for each name; names of HTTP/2 are in lower case. */
function grouped(headers: readonly string[]): Record<string, string | string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of headerPairs(headers)) {
    const key = name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return Object.fromEntries(
    [...groups].map(([name, values]) => [name, values.length === 1 ? (values[0] as string) : values]),
  );
}
