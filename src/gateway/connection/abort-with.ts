import type { Socket } from 'node:net';

/** Aborts as soon as the connection is closed, above all at the end of the run: nobody waits for its destination then. */
export function abortWith(client: Socket): AbortController {
  const controller = new AbortController();
  if (client.destroyed) controller.abort();
  else client.once('close', () => controller.abort());
  return controller;
}
