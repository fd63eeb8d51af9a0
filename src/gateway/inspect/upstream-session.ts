import { type ClientHttp2Session, connect } from 'node:http2';
import type { DialFailure } from '../http/upstream-agent.js';
import type { Dial, DialRequest, DialResult } from '../upstream/dial.js';
import type { TlsDial } from './tls-dial.js';

/**
 * The upstream side of one HTTP/2 connection of the agent. It is HTTP/2 where the destination speaks it, which gRPC
 * needs on both sides; else HTTP/1.1.
 */
export interface UpstreamSession {
  /** Dials on first use, and again when the session that was there has ended. */
  open(): Promise<OpenedSession>;
  /** For destinations with HTTP/1.1: begins with the connection that showed what they speak. */
  readonly dial: Dial;
  close(): void;
}

export type OpenedSession =
  | { readonly kind: 'h2'; readonly session: ClientHttp2Session; readonly address: string }
  | { readonly kind: 'http/1.1' }
  | ({ readonly kind: 'failed' } & DialFailure);

export function createUpstreamSession(tlsDial: TlsDial, target: DialRequest): UpstreamSession {
  let opened: Promise<OpenedSession> | undefined;
  let spare: DialResult | undefined;

  async function begin(): Promise<OpenedSession> {
    const dialled = await tlsDial(target, ['h2', 'http/1.1']);
    if (!dialled.ok) {
      opened = undefined;
      return { kind: 'failed', ...dialled };
    }
    const { socket, address } = dialled;
    if (socket.alpnProtocol !== 'h2') {
      spare = dialled;
      return { kind: 'http/1.1' };
    }
    const session = connect(`https://${target.name}:${target.port}`, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    const forget = (): void => {
      opened = undefined;
    };
    session.on('error', () => {});
    session.once('close', forget).once('goaway', forget);
    return { kind: 'h2', session, address };
  }

  return {
    open: () => (opened ??= begin()),
    dial: async (request) => {
      const first = spare;
      spare = undefined;
      return first ?? tlsDial(request);
    },
    close: () => {
      if (spare?.ok) spare.socket.destroy();
      opened?.then((one) => one.kind === 'h2' && one.session.destroy());
    },
  };
}
