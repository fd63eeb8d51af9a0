import type { Socket } from 'node:net';

/** The agent's open connections: their number is capped, and at the end of the run each is closed and recorded. */
export interface Connections {
  /** Takes a connection in; `false`: there are too many. */
  admit(client: Socket): boolean;
  /** The upstream side of a connection that is in; it does not count, but is closed at the end too. */
  adopt(upstream: Socket): void;
  /** Work that ends with a record; {@link drain} waits for it. */
  track(work: Promise<void>): void;
  /** Closes everything and waits until every record is written. */
  drain(): Promise<void>;
}

export const MOST_CONNECTIONS = 4_096;

export function createConnections(most: number = MOST_CONNECTIONS): Connections {
  const open = new Set<Socket>();
  const upstreams = new Set<Socket>();
  const pending = new Set<Promise<void>>();
  return {
    admit: (client) => {
      if (open.size >= most) return false;
      open.add(client);
      client.once('close', () => open.delete(client));
      return true;
    },
    adopt: (upstream) => {
      upstreams.add(upstream);
      upstream.once('close', () => upstreams.delete(upstream));
    },
    track: (work) => {
      // An error here has nobody to go to, and must not end the process: whoever hands work in records its failures.
      const done: Promise<void> = work.catch(() => {}).finally(() => pending.delete(done));
      pending.add(done);
    },
    drain: async () => {
      for (const socket of [...open, ...upstreams]) socket.destroy();
      await Promise.allSettled([...pending]);
    },
  };
}
