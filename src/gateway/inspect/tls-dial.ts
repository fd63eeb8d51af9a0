import type { Socket } from 'node:net';
import { connect, createSecureContext, rootCertificates, type TLSSocket } from 'node:tls';
import type { EgressReason } from '../../egress/reasons.js';
import type { Dial, DialRequest, DialResult } from '../upstream/dial.js';

const HANDSHAKE_MS = 30_000;

/** Dials over TLS; `protocols` are offered to the destination (ALPN), by default HTTP/1.1 alone. */
export type TlsDial = (
  request: DialRequest,
  protocols?: readonly string[],
) => Promise<Exclude<DialResult, { ok: true }> | { ok: true; socket: TLSSocket; address: string }>;

/** Dials like `dial` and adds TLS: the certificate has to be valid for the name that was looked up. */
export function createTlsDial(dial: Dial, extraRoots: string | undefined): TlsDial {
  // Made once: reading a hundred and fifty roots for each connection would cost more than the connection.
  const secureContext = createSecureContext(
    extraRoots === undefined ? {} : { ca: [...rootCertificates, extraRoots] },
  );
  return async (request, protocols = ['http/1.1']) => {
    const dialled = await dial(request);
    if (!dialled.ok) return dialled;
    const tls = connect({
      socket: dialled.socket,
      servername: request.name,
      ALPNProtocols: [...protocols],
      secureContext,
    });
    return handshake(tls, dialled.socket, dialled.address);
  };
}

function handshake(tls: TLSSocket, socket: Socket, address: string): ReturnType<TlsDial> {
  return new Promise((resolve) => {
    const fail = (reason: EgressReason): void => {
      clearTimeout(timer);
      tls.destroy();
      socket.destroy();
      resolve({ ok: false, reason, address });
    };
    const timer = setTimeout(() => fail('timeout'), HANDSHAKE_MS);
    const failed = (error: Error): void =>
      fail(tls.authorizationError ? 'upstream-certificate' : reasonOf(error));
    const closed = (): void => fail('upstream-failed');
    tls.once('error', failed);
    tls.once('close', closed);
    tls.once('secureConnect', () => {
      clearTimeout(timer);
      tls.off('close', closed);
      tls.off('error', failed);
      resolve({ ok: true, socket: tls, address });
    });
  });
}

/** A name that is not in the certificate is found after OpenSSL has verified the chain. */
function reasonOf(error: NodeJS.ErrnoException): EgressReason {
  return error.code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'upstream-certificate' : 'upstream-failed';
}
