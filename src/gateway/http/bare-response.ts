import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Something to answer with, for requests (CONNECT, Upgrade) that Node hands over with the bare socket.
 * @returns `undefined` behind requests that still wait for their answers: it could only be written in front of those
 */
export function bareResponse(request: IncomingMessage, socket: Socket): ServerResponse | undefined {
  const response = new ServerResponse(request);
  try {
    response.assignSocket(socket);
  } catch {
    return undefined;
  }
  response.once('finish', () => socket.destroySoon());
  return response;
}
