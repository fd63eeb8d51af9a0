import type { TrafficContext } from '../connection/context.js';
import type { Authority } from '../inspect/authority.js';
import type { Inspector } from '../inspect/inspector.js';
import type { HttpProxy } from './http-proxy.js';

/** What parses HTTP, loaded with the first connection that needs it: what is never used costs no memory. */
export interface HttpParts {
  readonly http: Pick<HttpProxy, 'serve' | 'refuse'>;
  readonly inspector: Inspector;
}

/** @param authority of the run; asked only for connections whose TLS ends here */
export function createHttpParts(
  context: TrafficContext,
  authority: () => Promise<Authority>,
  extraRoots: string | undefined,
): HttpParts {
  const proxy = once(async () => {
    const { createHttpProxy } = await import('./http-proxy.js');
    return createHttpProxy(context);
  });
  const inspector = once(async () => {
    const [{ createInspector }, { createTlsDial }] = await Promise.all([
      import('../inspect/inspector.js'),
      import('../inspect/tls-dial.js'),
    ]);
    const parts = {
      authority: await authority(),
      http: await proxy(),
      tlsDial: createTlsDial(context.dial, extraRoots),
    };
    return createInspector(parts, context);
  });
  return {
    http: {
      serve: async (...args) => (await proxy()).serve(...args),
      refuse: async (...args) => (await proxy()).refuse(...args),
    },
    inspector: { serve: async (...args) => (await inspector()).serve(...args) },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
