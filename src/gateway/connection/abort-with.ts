import type { Socket } from 'node:net';

/** The wait of a connection for its destination. */
export interface Wait {
  readonly signal: AbortSignal;
  abort(): void;
  /** It is over; a thousand open connections should not keep a thousand controllers. */
  end(): void;
}

/** Aborts as soon as the connection is closed, above all at the end of the run: nobody waits for its destination then. */
export function abortWith(client: Socket): Wait {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (client.destroyed) abort();
  else client.once('close', abort);
  return { signal: controller.signal, abort, end: () => void client.off('close', abort) };
}
