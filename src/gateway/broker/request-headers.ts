import type { ModelUpstream } from '../../core/model-endpoint.js';
import { endToEndHeaders, headerPairs } from '../http/headers.js';

/** Everything by which an agent could speak for somebody else than the key's owner. */
const OF_THE_AGENT: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-goog-user-project',
  'x-http-method-override',
  'cookie',
  // Answers are read for their token counts.
  'accept-encoding',
]);

/** The headers of a request to the provider: the agent's own without its credentials, and the real credential. */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  upstream: ModelUpstream,
  credential: Readonly<Record<string, string>>,
): readonly string[] {
  const replaced = new Set(Object.keys(credential).map((name) => name.toLowerCase()));
  const kept = headerPairs(endToEndHeaders(rawHeaders)).filter(([name]) => {
    const lower = name.toLowerCase();
    return !OF_THE_AGENT.has(lower) && !replaced.has(lower) && !lower.startsWith('x-forwarded-');
  });
  return [
    'Host',
    hostHeader(upstream),
    'Accept-Encoding',
    'identity',
    ...Object.entries(credential).flat(),
    ...kept.flat(),
  ];
}

function hostHeader({ scheme, host, port }: ModelUpstream): string {
  return port === (scheme === 'https' ? 443 : 80) ? host : `${host}:${port}`;
}
