import { changesReading } from './other-readings.js';

/** Headers that concern one connection and not the message (RFC 9110, 7.6.1): each side of a proxy has its own. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  // Node throws when it stands on a message that is not chunked; where it may stand, it is set anew.
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * Names and values of a message's own headers, alternating, in the order and case in which they came, without the
 * pseudo-headers of HTTP/2.
 */
export function endToEndHeaders(rawHeaders: readonly string[]): string[] {
  const listed = new Set(
    rawHeaders.flatMap((value, at) =>
      at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'connection'
        ? value.split(',').map((name) => name.trim().toLowerCase())
        : [],
    ),
  );
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    // Framing and Host are what was judged; a Connection header cannot have them taken out.
    if (
      name.startsWith(':') ||
      HOP_BY_HOP.has(name) ||
      (listed.has(name) && name !== 'content-length' && name !== 'host')
    )
      continue;
    kept.push(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  }
  return kept;
}

/** The same for trailers, where what was judged must not be said once more: some servers take them for headers. */
export function endToEndTrailers(rawTrailers: readonly string[]): string[] {
  return headerPairs(endToEndHeaders(rawTrailers))
    .filter(([name]) => !/^(host|content-length)$/i.test(name) && !changesReading(name))
    .flat();
}

/** The values of a header, one for each line of it. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}

/** What announces the trailers of a message that is sent on in chunks; only such a message has any. */
export function announcedTrailers(rawHeaders: readonly string[]): readonly string[] {
  return headerValues(rawHeaders, 'trailer').flatMap((names) => ['Trailer', names]);
}

/** Alternating names and values as pairs. */
export function headerPairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as [string, string]] : []));
}
