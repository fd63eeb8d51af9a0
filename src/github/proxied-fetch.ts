import { ProxyAgent, fetch as undiciFetch } from 'undici';

/** The `fetch` of Node, or one that reaches every host through an HTTP proxy; TLS stays between us and the host. */
export function fetchThrough(proxy: string | undefined): typeof fetch {
  if (proxy === undefined) return fetch;
  const dispatcher = new ProxyAgent(proxy);
  const through: unknown = (input: string, init: object) => undiciFetch(input, { ...init, dispatcher });
  return through as typeof fetch;
}
