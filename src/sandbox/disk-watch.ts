import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';

/** What an agent may leave on the runner's disk. */
export interface DiskLimit {
  readonly bytes: number;
  readonly entries: number;
}

export interface DiskWatch {
  stop(): void;
}

const SHORTEST_PAUSE_MS = 250;
/** Looking may take at most a fifth of the time, however much there is to look at. */
const PAUSE_PER_LOOK = 4;

/**
 * Watches the directories that hold the agent's writes and reports the first limit that they pass. The engine offers
 * no quota for them, so this looks, and the one who is told ends the agent: a bomb stops the agent, not the runner.
 */
export function watchDisk(
  directories: readonly string[],
  limit: DiskLimit,
  onPassed: (limit: 'disk' | 'files') => void,
): DiskWatch {
  let stopped = false;
  async function loop(): Promise<void> {
    while (!stopped) {
      const began = performance.now();
      const passed = await look(directories, limit);
      if (stopped) return;
      if (passed !== undefined) return onPassed(passed);
      await pause(Math.max(SHORTEST_PAUSE_MS, (performance.now() - began) * PAUSE_PER_LOOK));
    }
  }
  void loop();
  return {
    stop() {
      stopped = true;
    },
  };
}

/** Whether the directories hold more than the limit; stops counting as soon as it knows. */
export async function look(
  directories: readonly string[],
  limit: DiskLimit,
): Promise<'disk' | 'files' | undefined> {
  const pending: Buffer[] = directories.map((directory) => Buffer.from(directory));
  let bytes = 0;
  let entries = 0;
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of await list(directory)) {
      entries += 1;
      if (entries > limit.entries) return 'files';
      const path = Buffer.concat([directory, Buffer.from('/'), entry.name]);
      if (entry.isDirectory()) pending.push(path);
      else bytes += await allocated(path);
      if (bytes > limit.bytes) return 'disk';
    }
  }
  return undefined;
}

async function list(directory: Buffer): Promise<Dirent<Buffer>[]> {
  // The agent changes the tree while this looks at it: what has vanished takes no space.
  return readdir(directory, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
}

/** Blocks, not length: a sparse file of 100 GB costs nothing. */
async function allocated(path: Buffer): Promise<number> {
  return lstat(path).then(
    (stat) => stat.blocks * 512,
    () => 0,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
