import type { Socket } from 'node:net';

/** Alert codes of RFC 8446, section 6. */
export const ALERT = { accessDenied: 49, internalError: 80, unrecognizedName: 112 } as const;

/** Ends a TLS connection before its handshake, so that the client can say why instead of guessing. */
export function sendAlert(socket: Socket, code: number): void {
  const fatal = 2;
  socket.end(Buffer.from([21, 3, 3, 0, 2, fatal, code]));
  // What the client still sends must not become a reset that overtakes the alert.
  socket.resume();
  socket.setTimeout(1_000, () => socket.destroy());
}
