import { connect, type OnReadOpts, type Socket } from 'node:net';
import { addressVerdict } from '../../egress/address-verdict.js';
import type { EgressReason } from '../../egress/reasons.js';
import type { NameResolver } from './name-resolver.js';

/** What came of dialling a name. The address of a `Dialled` is the very one that was checked. */
export type DialResult =
  | { readonly ok: true; readonly socket: Socket; readonly address: string }
  | { readonly ok: false; readonly reason: EgressReason; readonly address?: string };

export interface DialRequest {
  readonly name: string;
  readonly port: number;
  /** The rule says that the name may be private. */
  readonly private: boolean;
  /** Buffer and callback for reading, see connection/splice; default: the socket reads as a stream. */
  readonly onread?: OnReadOpts;
  readonly signal?: AbortSignal;
}

export type Dial = (request: DialRequest) => Promise<DialResult>;

const CONNECT_MS = 10_000;
/** The next address gets its chance after this, while the earlier ones go on trying (RFC 8305). */
const NEXT_ADDRESS_MS = 250;

export function createDial(resolver: NameResolver): Dial {
  return async (request) => {
    const found = await unlessAborted(resolver.addressesOf(request.name), request.signal);
    if (found === undefined) return { ok: false, reason: 'upstream-failed' };
    const choice = chooseAddresses(found, request.private);
    if (!choice.ok) return choice;
    return connectFirst(choice.addresses, request);
  };
}

/** The addresses that may be dialled. One bad address among good ones is left out. */
export function chooseAddresses(
  addresses: readonly string[],
  mayBePrivate: boolean,
): { readonly ok: true; readonly addresses: readonly string[] } | Extract<DialResult, { ok: false }> {
  const verdicts = addresses.map((address) => ({
    address,
    ...addressVerdict(address, { private: mayBePrivate }),
  }));
  const good = verdicts.filter(({ allowed }) => allowed);
  if (good.length > 0) return { ok: true, addresses: good.map(({ address }) => address) };
  const refused = verdicts[0];
  if (refused === undefined) return { ok: false, reason: 'resolve-failed' };
  return { ok: false, reason: refused.reason, address: refused.address };
}

/** What the promise gives, or `undefined` as soon as nobody waits for it any more. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    promise.then(resolve, reject);
  });
}

function connectFirst(addresses: readonly string[], request: DialRequest): Promise<DialResult> {
  return new Promise((resolve) => {
    const trying = new Set<Socket>();
    let next = 0;
    let stagger: NodeJS.Timeout | undefined;
    const finish = (result: DialResult): void => {
      clearTimeout(stagger);
      clearTimeout(deadline);
      request.signal?.removeEventListener('abort', giveUp);
      for (const socket of trying) socket.destroy();
      resolve(result);
    };
    const giveUp = (): void => {
      const address = addresses[0];
      finish({ ok: false, reason: 'upstream-failed', ...(address === undefined ? {} : { address }) });
    };
    const tryNext = (): void => {
      clearTimeout(stagger);
      const address = addresses[next++];
      if (address === undefined) {
        if (trying.size === 0) giveUp();
        return;
      }
      const socket = connect({
        host: address,
        port: request.port,
        noDelay: true,
        allowHalfOpen: true,
        ...(request.onread === undefined ? {} : { onread: request.onread }),
      });
      trying.add(socket);
      const failed = (): void => {
        trying.delete(socket);
        tryNext();
      };
      socket.once('error', failed);
      socket.once('connect', () => {
        socket.off('error', failed);
        trying.delete(socket);
        finish({ ok: true, socket, address });
      });
      stagger = setTimeout(tryNext, NEXT_ADDRESS_MS);
    };
    const deadline = setTimeout(giveUp, CONNECT_MS);
    request.signal?.addEventListener('abort', giveUp, { once: true });
    tryNext();
  });
}
