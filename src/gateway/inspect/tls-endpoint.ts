import type { Socket } from 'node:net';
import { createSecureContext, createServer, type SecureContext, type TLSSocket } from 'node:tls';
import { normalizeName } from '../../egress/host-name.js';
import type { Authority } from './authority.js';

/** The server's side of TLS towards the agent, with a certificate of the run's authority for each name. */
export interface TlsEndpoint {
  /** Shakes hands on a connection; `undefined`: the client broke it off, or took too long. */
  accept(client: Socket): Promise<TLSSocket | undefined>;
}

/** Generous: with a thousand handshakes at once it is the gateway that is slow, not the client. */
const HANDSHAKE_MS = 30_000;

export function createTlsEndpoint(authority: Authority): TlsEndpoint {
  const contexts = new Map<string, Promise<SecureContext>>();
  /** Connections in their handshake. Node hands the finished one over without saying which it was. */
  const waiting = new Map<string, (tls: TLSSocket) => void>();

  function contextOf(name: string): Promise<SecureContext> {
    const known = contexts.get(name) ?? authority.leafFor(name).then((leaf) => createSecureContext(leaf));
    contexts.set(name, known);
    return known;
  }

  const server = createServer({
    ALPNProtocols: ['h2', 'http/1.1'],
    handshakeTimeout: HANDSHAKE_MS,
    SNICallback: (name, done) => {
      // The name in the hello has been compared with the one that was looked up before.
      contextOf(normalizeName(name) ?? name).then((context) => done(null, context), done);
    },
  });
  server.on('secureConnection', (tls) => waiting.get(keyOf(tls))?.(tls));
  server.on('tlsClientError', (_error, tls) => tls.destroy());

  async function accept(client: Socket): Promise<TLSSocket | undefined> {
    if (client.destroyed) return undefined;
    const key = keyOf(client);
    const { allowHalfOpen } = client;
    // A client that hangs up in its handshake would be noticed only at the deadline.
    client.allowHalfOpen = false;
    return new Promise((resolve) => {
      const finish = (tls?: TLSSocket): void => {
        waiting.delete(key);
        client.off('close', closed);
        tls?.on('error', () => {});
        if (tls !== undefined) tls.allowHalfOpen = allowHalfOpen;
        resolve(tls);
      };
      const closed = (): void => finish();
      waiting.set(key, finish);
      client.once('close', closed);
      server.emit('connection', client);
    });
  }

  return { accept };
}

/** A connection by its two ends. */
function keyOf({ localAddress, localPort, remotePort }: Socket): string {
  return `${localAddress}:${localPort}:${remotePort}`;
}
