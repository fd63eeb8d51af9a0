import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onceOver } from './message.js';

/** Clients ask one after the other; a hundred at a time are what HTTP/2 gives them too. */
export const MOST_WAITING = 100;

/**
 * Counts the requests of each connection that wait for their answers: an agent that never stops to ask would fill this
 * process's memory.
 */
export interface WaitingRequests {
  /** Takes a request in; `false`: there are too many. */
  admit(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createWaitingRequests(): WaitingRequests {
  const waiting = new WeakMap<Socket, number>();
  return {
    admit: (request, response) => {
      const { socket } = request;
      const count = waiting.get(socket) ?? 0;
      if (count >= MOST_WAITING) return false;
      // Each of them listens for the end of the connection.
      socket.setMaxListeners(0);
      waiting.set(socket, count + 1);
      onceOver(request, response, () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
      return true;
    },
  };
}
