import type { OnReadOpts, Socket } from 'node:net';
import type { Decision } from '../../egress/decide.js';
import type { UploadGate } from './budgets.js';

/**
 * Moves bytes between the agent's socket and the upstream one, both ways, unread. Downloads are the heavy way: they
 * are read into a buffer that is used again and again, which costs half of what a stream does.
 */
export interface Splice {
  /** For the upstream socket, which has to be made with it. */
  readonly onread: OnReadOpts;
  readonly bytes: { out: number; in: number };
  /** Set when the agent sent more than the rule's budget. */
  overrun(): Decision | undefined;
  /** Begins to pass on what the destination says. Resolves when both sockets are closed. */
  startDown(client: Socket, upstream: Socket): Promise<void>;
  /** Begins to pass on what the agent says; `first` is what has been read already. After {@link startDown}. */
  startUp(first: Buffer): void;
  /** Gives the agent's socket back; only as long as nothing has been passed on. */
  detach(): void;
}

/** Small at first, since most connections say little; then as large as measured best. */
const BUFFER_SIZES = [8_192, 65_536, 262_144] as const;
/** One side is closed and the other silent: the peer is gone. */
const HALF_OPEN_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;

/** @param gate asked for all that leaves */
export function createSplice(gate?: UploadGate): Splice {
  const bytes = { out: 0, in: 0 };
  const early: Buffer[] = [];
  let buffer: Buffer = Buffer.alloc(0);
  let filled = true;
  let client: Socket | undefined;
  let upstream: Socket | undefined;
  let over: Decision | undefined;
  const link = { active: true };

  function flushed(): void {
    if (client?.writableLength === 0) upstream?.resume();
  }

  const onread: OnReadOpts = {
    // Asked before the first read and after each one; a larger one when the last was filled.
    buffer: () => {
      const larger = BUFFER_SIZES.find((size) => size > buffer.length);
      if (filled && larger !== undefined) buffer = Buffer.allocUnsafeSlow(larger);
      return buffer;
    },
    callback: (length, read) => {
      const chunk = Buffer.from(read.buffer, read.byteOffset, length);
      filled = length === read.length;
      if (client === undefined) {
        early.push(Buffer.from(chunk));
        return false;
      }
      bytes.in += length;
      client.write(chunk, flushed);
      // What the kernel did not take at once still lies in the buffer, so nothing may be read into it until then.
      return client.writableLength === 0;
    },
  };

  function startDown(from: Socket, to: Socket): Promise<void> {
    client = from;
    upstream = to;
    for (const chunk of early) {
      bytes.in += chunk.length;
      from.write(chunk, flushed);
    }
    to.on('end', () => from.end());
    if (from.writableLength === 0) to.resume();
    return closed(from, to, link);
  }

  function startUp(first: Buffer): void {
    if (client === undefined || upstream === undefined) return;
    forward(client, upstream, first, (length) => {
      over = gate?.(length) ?? over;
      if (over?.verdict === 'blocked') return false;
      bytes.out += length;
      return true;
    });
  }

  function detach(): void {
    link.active = false;
  }

  return { onread, bytes, overrun: () => over, startDown, startUp, detach };
}

function forward(from: Socket, to: Socket, first: Buffer, mayLeave: (length: number) => boolean): void {
  const send = (chunk: Buffer): void => {
    if (!mayLeave(chunk.length)) cut(from, to);
    else if (!to.write(chunk)) from.pause();
  };
  if (first.length > 0) send(first);
  from.on('data', send);
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  if (from.destroyed) return;
  if (from.readableEnded) to.end();
  else if (to.writableNeedDrain) from.pause();
  else from.resume();
}

/** Not an end: the destination must not take what it has for all of it. */
function cut(from: Socket, to: Socket): void {
  from.resetAndDestroy();
  to.resetAndDestroy();
}

/** A break on one side is a break on the other: a reset stays a reset, so that nobody takes it for the end. */
function closed(client: Socket, upstream: Socket, link: { readonly active: boolean }): Promise<void> {
  const end = (socket: Socket, other: Socket): Promise<void> => {
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('error', () => link.active && other.resetAndDestroy());
    socket.on('end', () => link.active && other.setTimeout(HALF_OPEN_MS, () => other.destroy()));
    return new Promise((resolve) => {
      const gone = (): void => {
        if (link.active) other.destroySoon();
        resolve();
      };
      if (socket.destroyed) gone();
      else socket.once('close', gone);
    });
  };
  return Promise.all([end(client, upstream), end(upstream, client)]).then(() => {});
}
