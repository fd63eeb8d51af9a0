import type { Socket } from 'node:net';

/** What the first bytes of a connection turned out to be; `undefined` as long as they can be several things. */
export type Classify<T> = (received: Buffer) => T | undefined;

export type FirstBytes<T> =
  | { readonly kind: 'found'; readonly found: T; readonly received: Buffer }
  /** Silent for too long, or closed, before it was clear. */
  | { readonly kind: 'timeout' | 'closed'; readonly received: Buffer };

/**
 * Reads from a paused socket until the bytes are classified, and leaves it paused again.
 * @param wait.ms milliseconds, from now or from the first byte on
 */
export function readFirstBytes<T>(
  socket: Socket,
  classify: Classify<T>,
  wait: { readonly ms: number; readonly from: 'now' | 'first-byte' },
): Promise<FirstBytes<T>> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    let timer: NodeJS.Timeout | undefined;
    const startTimer = (): void => {
      timer ??= setTimeout(() => finish({ kind: 'timeout', received }), wait.ms);
    };
    const finish = (result: FirstBytes<T>): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      resolve(result);
    };
    const onEnd = (): void => finish({ kind: 'closed', received });
    const onData = (chunk: Buffer): void => {
      startTimer();
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const found = classify(received);
      if (found !== undefined) finish({ kind: 'found', found, received });
    };
    if (wait.from === 'now') startTimer();
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
    socket.resume();
  });
}
