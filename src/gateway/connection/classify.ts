import { METHODS } from 'node:http';
import { type HelloMessage, readHelloMessage } from './tls-hello.js';

/** The protocol of a connection, by what the client says first. */
export type ClientProtocol =
  | { readonly protocol: 'tls'; readonly hello: HelloMessage }
  | { readonly protocol: 'http' }
  | { readonly protocol: 'tcp' };

/** `PRI` is how HTTP/2 begins; it is HTTP too, and refused as such. */
const REQUEST_STARTS = [...METHODS, 'PRI'].map((method) => `${method} `);

/** Classifies by the bytes so far; `undefined` as long as they can still become TLS or HTTP. */
export function classify(received: Buffer): ClientProtocol | undefined {
  if (received.length === 0) return undefined;
  const hello = readHelloMessage(received);
  if (hello === 'more') return undefined;
  if (hello !== 'not-tls') return { protocol: 'tls', hello };
  // Servers ignore empty lines before a request (RFC 9112, 2.2), so they cannot hide one.
  const start = received.toString('latin1', 0, 256).replace(/^[\r\n]+/, '');
  if (REQUEST_STARTS.some((request) => start.startsWith(request))) return { protocol: 'http' };
  return REQUEST_STARTS.some((request) => request.startsWith(start)) ? undefined : { protocol: 'tcp' };
}
