import { constants, createWriteStream, fstatSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** One of our own two streams; a terminal has a size, and says `resize` when it changes. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Standard output or error. Node's own stream writes to a pipe synchronously: a reader that stalls would stop the
 * whole process, its time-out and Ctrl-C included. A file stream writes from another thread. It gets a description of
 * its own, since Node makes the inherited one non-blocking, which file streams cannot handle.
 */
export function outputStream(fd: 1 | 2): OutputStream {
  return pipeStream(fd) ?? (fd === 1 ? process.stdout : process.stderr);
}

function pipeStream(fd: number): OutputStream | undefined {
  try {
    if (!fstatSync(fd).isFIFO()) return undefined;
    return createWriteStream('', {
      fd: openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY),
      autoClose: false,
    });
  } catch {
    // A closed descriptor, no /proc, or a pipe of another user.
    return undefined;
  }
}
