import { type HelloMessage, readHelloMessage } from './tls-hello.js';

/** The protocol of a connection, by what the client says first. */
export type ClientProtocol =
  | { readonly protocol: 'tls'; readonly hello: HelloMessage }
  | { readonly protocol: 'http' }
  | { readonly protocol: 'tcp' };

/**
 * What Node's parser takes for a method, and `PRI`, with which HTTP/2 begins. Written out, since loading node:http
 * for its list costs two megabytes in a gateway that may never see plain HTTP.
 */
export const REQUEST_METHODS: readonly string[] = (
  'ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY ' +
  'OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK ' +
  'UNLOCK UNSUBSCRIBE PRI'
).split(' ');

/** Bytes within which a request has to begin. */
const LONGEST_START = 256;
const REQUEST_STARTS = REQUEST_METHODS.map((method) => `${method} `);

/** Classifies by the bytes so far; `undefined` as long as they can still become TLS or HTTP. */
export function classify(received: Buffer): ClientProtocol | undefined {
  if (received.length === 0) return undefined;
  const hello = readHelloMessage(received);
  if (hello === 'more') return undefined;
  if (hello !== 'not-tls') return { protocol: 'tls', hello };
  // Servers ignore empty lines before a request (RFC 9112, 2.2), so they cannot hide one.
  const start = received.toString('latin1', 0, LONGEST_START).replace(/^[\r\n]+/, '');
  if (start === '' && received.length >= LONGEST_START) return { protocol: 'tcp' };
  if (REQUEST_STARTS.some((request) => start.startsWith(request))) return { protocol: 'http' };
  return REQUEST_STARTS.some((request) => request.startsWith(start)) ? undefined : { protocol: 'tcp' };
}
