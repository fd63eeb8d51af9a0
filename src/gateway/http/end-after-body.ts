import type { ServerResponse } from 'node:http';
import { hasBody } from './message.js';

/** How long a client may still send a body that nobody wants. */
const LAST_BODY_MS = 5_000;

/**
 * Ends an answer and its connection. A connection that is closed while its client still sends is reset, and a client
 * that meets the reset before it has read its answer never hears of it (RFC 9112, section 9.6): a quarter of the uploads
 * by curl in a measurement. So what is left of the request's body is read and thrown away.
 * @param response its head is written, with `connection: close` and the length of `body`
 */
export function endAfterBody(response: ServerResponse, body: string): void {
  const { req: request, socket } = response;
  // Behind answers that are still awaited it has no connection yet.
  if (socket === null || !hasBody(request) || request.complete || request.destroyed) {
    response.end(body);
    return;
  }
  response.write(body);
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LAST_BODY_MS);
  socket.once('close', () => clearTimeout(timer));
  request.once('end', () => socket.destroySoon()).resume();
}
