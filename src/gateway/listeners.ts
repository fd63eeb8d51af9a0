import { createServer, type Server, type Socket } from 'node:net';
import { CagentError } from '../core/errors.js';

/** The agent may open many connections at once; what does not fit is refused by the kernel without a record. */
const BACKLOG = 4_096;

/** Listens on TCP ports of all synthetic addresses at once. Sockets come paused, and may be closed by halves. */
export async function listenOn(
  ports: readonly number[],
  accept: (client: Socket) => void,
): Promise<readonly Server[]> {
  return Promise.all([...new Set(ports)].map((port) => listen(port, accept)));
}

function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, accept);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new CagentError('gateway.failed', `the gateway cannot listen on port ${port}: ${error.message}`),
      );
    });
    server.listen({ host: '0.0.0.0', port, backlog: BACKLOG }, () => resolve(server));
  });
}
