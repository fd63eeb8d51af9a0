import { Agent } from 'node:http';
import { isIPv4, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { CagentError } from '../../core/errors.js';
import type { ModelUpstream } from '../../core/model-endpoint.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { DialFailure } from '../http/upstream-agent.js';
import { createDial, type Dial } from '../upstream/dial.js';
import type { NameResolver } from '../upstream/name-resolver.js';

export interface UpstreamOptions {
  readonly upstream: ModelUpstream;
  /** The base URL was written out by the user, so it may be private. */
  readonly private: boolean;
  readonly dial: Dial;
  /** More roots to verify with, PEM. */
  readonly extraRoots: string | undefined;
  readonly adopt: (socket: Socket) => void;
}

/** Providers close idle connections after a minute or so; a request on one that was just closed would be lost. */
const IDLE_MS = 4_000;
const HANDSHAKE_MS = 10_000;

/** Dials like all of the gateway does, and takes addresses too: a base URL may have one. */
export function createBrokerDial(resolver: NameResolver): Dial {
  return createDial({
    addressesOf: (name) => (isIPv4(name) ? Promise.resolve([name]) : resolver.addressesOf(name)),
  });
}

/**
 * Connections to the one upstream of a broker. The address is checked like that of any rule; over TLS the
 * certificate has to be valid for the name of the base URL.
 */
export function createBrokerAgent(options: UpstreamOptions): Agent {
  const { upstream, dial } = options;
  const context = options.extraRoots === undefined ? undefined : contextWith(options.extraRoots);
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  async function open(): Promise<Socket> {
    const dialled = await dial({ name: upstream.host, port: upstream.port, private: options.private });
    if (!dialled.ok) throw failure(upstream, dialled);
    options.adopt(dialled.socket);
    return upstream.scheme === 'https'
      ? handshake(dialled.socket, dialled.address, upstream, context)
      : dialled.socket;
  }

  // Node calls back with the socket; its types know only the form that returns one.
  (agent as { createConnection: unknown }).createConnection = (
    _options: unknown,
    callback: (error: Error | null, socket?: unknown) => void,
  ): void => {
    open().then(
      (socket) => callback(null, socket),
      (error) => callback(error),
    );
  };
  return agent;
}

function contextWith(extraRoots: string): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, extraRoots] });
}

function handshake(
  socket: Socket,
  address: string,
  upstream: ModelUpstream,
  secureContext: SecureContext | undefined,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      ...(isIPv4(upstream.host) ? { host: upstream.host } : { servername: upstream.host }),
      ALPNProtocols: ['http/1.1'],
      ...(secureContext === undefined ? {} : { secureContext }),
    });
    const timer = setTimeout(
      () => tls.destroy(new CagentError('gateway.failed', 'the handshake took too long')),
      HANDSHAKE_MS,
    );
    const fail = (error: Error & { readonly code?: string }): void => {
      clearTimeout(timer);
      tls.destroy();
      reject(failure(upstream, { reason: reasonOf(error), address }));
    };
    tls.once('error', fail);
    const closed = (): void => fail(new CagentError('gateway.failed', 'closed during the handshake'));
    tls.once('close', closed);
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      tls.off('close', closed);
      tls.off('error', fail);
      resolve(tls);
    });
  });
}

/** Node names what is wrong with a certificate; everything else is the connection's trouble. */
function reasonOf({ code = '' }: { readonly code?: string }): EgressReason {
  const ofCertificates =
    /CERT|SIGNATURE|ALTNAME|ISSUER|^HOSTNAME_MISMATCH|^INVALID_(CA|PURPOSE)|^PATH_LENGTH/;
  return ofCertificates.test(code) && !code.startsWith('ERR_SSL')
    ? 'upstream-certificate'
    : 'upstream-failed';
}

function failure(upstream: ModelUpstream, cause: DialFailure): CagentError {
  return new CagentError('gateway.failed', `cannot reach ${upstream.host}`, { cause });
}
