import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Counts the bytes that one request moves over an upstream connection that serves several, one after the other. */
export interface Meter {
  follow(request: ClientRequest): void;
  bytes(): { readonly out: number; readonly in: number };
  /** The address that was dialled or refused; absent before that. */
  address(): string | undefined;
  /** Takes down the address behind a failure, where no connection will tell it. */
  refused(address: string | undefined): void;
}

export function createMeter(): Meter {
  let socket: Socket | undefined;
  let start = { out: 0, in: 0 };
  let address: string | undefined;
  return {
    follow: (request) => {
      request.once('socket', (assigned) => {
        socket = assigned;
        // Node forgets the peer of a closed socket.
        address = assigned.remoteAddress;
        start = { out: assigned.bytesWritten, in: assigned.bytesRead };
      });
    },
    address: () => address,
    refused: (without) => {
      address ??= without;
    },
    bytes: () => ({ out: (socket?.bytesWritten ?? 0) - start.out, in: (socket?.bytesRead ?? 0) - start.in }),
  };
}
