import type { EngineEndpoint } from '../docker/engine-endpoint.js';

/**
 * How the view gets to the engine. `overlay`: a mount of this machine's directories. `copy`: what is visible is sent
 * into a volume of the engine, and what the agent changed is fetched from there.
 */
export interface ViewStrategy {
  readonly strategy: 'overlay' | 'copy';
  /** Why not the overlay, one sentence. */
  readonly reason?: string;
}

/**
 * A copy where the engine surely cannot see our directories. An engine behind a socket of this machine may still not
 * see them; that turns out when it mounts them. Pure.
 */
export function planViewStrategy({ url, from }: EngineEndpoint, platform: NodeJS.Platform): ViewStrategy {
  if (platform !== 'linux')
    return { strategy: 'copy', reason: `Docker runs in a virtual machine on this platform (${platform}).` };
  if (url === undefined || url.startsWith('unix://')) return { strategy: 'overlay' };
  return {
    strategy: 'copy',
    reason: `The engine is not reached by a socket of this machine (${from} is ${shown(url)}).`,
  };
}

/** Without the user and password that a URL may hold. */
function shown(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
