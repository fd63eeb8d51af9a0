import { closeSync, constants, openSync, readSync } from 'node:fs';

/** What the kernel has done to the processes of a container; absent: nothing, or nobody may know. */
export interface KernelWords {
  /** 1: it refused a new process or thread, which it says once for each control group. */
  readonly pidsRefused?: 1;
  /** 1: it killed one, since the container had used up its memory. */
  readonly oomKills?: 1;
}

/** The kernel's log from now on. */
export interface KernelLog {
  /** Ends it. @param containerId full id, as it stands in the path of the control group */
  wordsAbout(containerId: string): KernelWords;
}

/** The longest record, see Documentation/ABI/testing/dev-kmsg of the kernel. */
const RECORD_BYTES = 8_192;
/** What is there is read, and nothing waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The only place that still tells of a control group that is gone: its counters vanish some 20 ms after its last
 * process, and on a busy machine nobody need have looked at them in that time. Most hosts show their log to root only.
 */
export function followKernelLog(file = '/dev/kmsg'): KernelLog {
  let opened: number;
  try {
    opened = openSync(file, FLAGS);
  } catch {
    return { wordsAbout: () => ({}) };
  }
  // What was said before is about somebody else, or about an earlier start of the same container.
  for (const _ of recordsOf(opened));
  return {
    wordsAbout(containerId) {
      const words = wordsIn(recordsOf(opened), containerId);
      closeSync(opened);
      return words;
    },
  };
}

/** @param records `PRIORITY,SEQUENCE,TIME,-;MESSAGE` */
export function wordsIn(records: Iterable<string>, containerId: string): KernelWords {
  const about = [...records].filter((record) => record.includes(containerId));
  const said = (words: string): boolean => about.some((record) => record.includes(`;${words}`));
  return {
    ...(said('cgroup: fork rejected by pids controller in ') ? { pidsRefused: 1 } : {}),
    ...(said('oom-kill:constraint=CONSTRAINT_MEMCG,') ? { oomKills: 1 } : {}),
  };
}

/** Those that are there and were not read yet. */
function* recordsOf(descriptor: number): Generator<string> {
  const record = Buffer.alloc(RECORD_BYTES);
  for (;;) {
    try {
      const length = readSync(descriptor, record);
      if (length === 0) return;
      yield record.toString('latin1', 0, length);
    } catch (error) {
      // Overwritten before it was read: the next one is there. EAGAIN is the end.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return;
    }
  }
}
