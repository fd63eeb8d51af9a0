import { type Dirent, lstatSync } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';

/** What an agent may leave on the runner's disk. */
export interface DiskLimit {
  readonly bytes: number;
  readonly entries: number;
}

export interface DiskWatch {
  /** The agent is dead: looks a last time. */
  stop(): Promise<DiskEnd>;
}

/** What the agent has left behind. */
export interface DiskEnd {
  /** A limit that it passed after the last look. */
  readonly passed: 'disk' | 'files' | undefined;
  /** It has used up its space, so a write may have been refused: no single file may be larger than that space. */
  readonly full: boolean;
}

const SHORTEST_PAUSE_MS = 250;
/** Asking the file system what is free takes microseconds; what an agent can write in this time is what it overshoots. */
const GLANCE_MS = 25;
/** Of the free space: the results of the run, and whatever else lives on that disk, need the rest. */
const SHARE = 3 / 4;
/** An agent whose one big file was refused may cope, and write a few words about it. */
const MARGIN = 1 / 16;
/** Looking may take at most a fifth of the time, however much there is to look at. */
const PAUSE_PER_LOOK = 4;
/** Docker and the agent's output go on in between. */
const ENTRIES_PER_SLICE = 2_000;

/** What is free on a file system. */
export interface Room {
  readonly bytes: number;
  readonly entries: number;
}

/** Below this much free space it matters what nobody can find: deleted files that are still open, for instance. */
const RESERVE: Room = { bytes: 2 ** 29, entries: 20_000 };

/**
 * Watches the directories that hold the agent's writes and reports the first limit that they pass. The engine offers
 * no quota for them, so this looks, and the one who is told ends the agent: a bomb stops the agent, not the runner.
 */
export function watchDisk(
  directories: readonly string[],
  limit: DiskLimit,
  onPassed: (limit: 'disk' | 'files') => void,
  roomOf: (directory: string) => Promise<Room> = freeRoom,
): DiskWatch {
  let stopped = false;
  const [first] = directories;
  const before = first === undefined ? undefined : roomOf(first);
  let most = { ...limit, bytes: limit.bytes * (1 + MARGIN) };
  async function loop(directory: string, atFirst: Promise<Room>): Promise<void> {
    const before = await atFirst;
    // What an earlier start of the agent has left is counted again.
    const share = (before.bytes + (await measure(directories, most)).bytes) * SHARE;
    // Not a number where nobody can tell.
    if (share < most.bytes) most = { ...most, bytes: share };
    while (!stopped) {
      const began = performance.now();
      const room = await roomOf(directory);
      const seen = await measure(directories, most);
      const passed = seen.passed === 'unclear' ? lost(before, await roomOf(directory), limit) : seen.passed;
      const last = passed ?? lostReserve(before, await roomOf(directory), limit);
      if (stopped) return;
      if (last !== undefined) return onPassed(last);
      // Once what was left may be gone, nobody waits for the end of the pause.
      const left = { bytes: most.bytes - seen.bytes, entries: most.entries - seen.entries };
      const mayBeGone = async () => lost(room, await roomOf(directory), left) !== undefined;
      const ended = performance.now();
      const took = ended - began;
      const paused = () => performance.now() - ended;
      do await pause(GLANCE_MS);
      while (
        !stopped &&
        paused() < Math.max(SHORTEST_PAUSE_MS, took * PAUSE_PER_LOOK) &&
        !(paused() >= took && (await mayBeGone()))
      );
    }
  }
  /** What the file system tells where the directories do not. */
  async function lostSince(): Promise<'disk' | 'files' | undefined> {
    if (first === undefined || before === undefined) return undefined;
    return lost(await before, await roomOf(first), limit);
  }

  if (first !== undefined && before !== undefined) void loop(first, before);
  return {
    async stop() {
      stopped = true;
      const { bytes, passed } = await measure(directories, most);
      return { passed: passed === 'unclear' ? await lostSince() : passed, full: bytes >= limit.bytes };
    },
  };
}

/**
 * Whether the directories hold more than the limit; stops counting as soon as it knows. `unclear`: not as far as can
 * be seen, but the agent has made directories that nobody may list.
 */
export async function look(directories: readonly string[], limit: DiskLimit): Promise<Passed> {
  return (await measure(directories, limit)).passed;
}

type Passed = 'disk' | 'files' | 'unclear' | undefined;

async function measure(
  directories: readonly string[],
  limit: DiskLimit,
): Promise<{ readonly bytes: number; readonly entries: number; readonly passed: Passed }> {
  const pending: Buffer[] = directories.map((directory) => Buffer.from(directory));
  let bytes = 0;
  let entries = 0;
  let unclear = false;
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const listed = await list(directory);
    // No program needs a path longer than any program can name, except to hide what is there.
    if (listed === 'ENAMETOOLONG') return { bytes, entries, passed: 'files' };
    if (typeof listed === 'string') {
      unclear ||= listed === 'EACCES';
      continue;
    }
    for (const entry of listed) {
      entries += 1;
      if (entries > limit.entries) return { bytes, entries, passed: 'files' };
      if (entries % ENTRIES_PER_SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      const path = Buffer.concat([directory, Buffer.from('/'), entry.name]);
      if (entry.isDirectory()) pending.push(path);
      else bytes += allocated(path);
      if (bytes > limit.bytes) return { bytes, entries, passed: 'disk' };
    }
  }
  return { bytes, entries, passed: unclear ? 'unclear' : undefined };
}

/** The limit that the whole file system has lost since the beginning; others write to it too, so it is no first choice. */
function lost(before: Room, now: Room, limit: DiskLimit): 'disk' | 'files' | undefined {
  if (before.bytes - now.bytes > limit.bytes) return 'disk';
  return before.entries - now.entries > limit.entries ? 'files' : undefined;
}

/** The same, once there is hardly any room left. */
function lostReserve(before: Room, now: Room, limit: DiskLimit): 'disk' | 'files' | undefined {
  const passed = lost(before, now, limit);
  if (passed === 'disk') return now.bytes < RESERVE.bytes ? passed : undefined;
  return now.entries < RESERVE.entries ? passed : undefined;
}

async function freeRoom(directory: string): Promise<Room> {
  return statfs(directory).then(
    ({ bavail, bsize, ffree }) => ({ bytes: bavail * bsize, entries: ffree }),
    // Compares as neither more nor less.
    () => ({ bytes: Number.NaN, entries: Number.NaN }),
  );
}

/** The entries, or the code of the error. */
async function list(directory: Buffer): Promise<Dirent<Buffer>[] | string> {
  return readdir(directory, { withFileTypes: true, encoding: 'buffer' }).catch(
    // The agent changes the tree while this looks at it: what has vanished takes no space.
    (error: NodeJS.ErrnoException) => error.code ?? '',
  );
}

/** Blocks, not length: a sparse file of 100 GB costs nothing. Not waiting for each makes it ten times faster. */
function allocated(path: Buffer): number {
  try {
    return lstatSync(path).blocks * 512;
  } catch {
    // Gone meanwhile.
    return 0;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
