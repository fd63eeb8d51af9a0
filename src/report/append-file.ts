import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/**
 * A file that grows during the run. Writes are synchronous, so that what was said before a crash is on disk; a write
 * that fails (a full disk) is remembered, not thrown, since the run must come to its end all the same.
 */
export interface AppendFile {
  write(bytes: Uint8Array): void;
  /** The first error of a write, if any. Closing twice is harmless. */
  close(): NodeJS.ErrnoException | undefined;
}

/**
 * Creates the file; throws the system's error when it exists or cannot be created. When a write fails, the last
 * `giveBack` bytes are cut off again: a long log must not be the reason why the report finds no space.
 */
export function createAppendFile(path: string, giveBack = 0): AppendFile {
  const flags =
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  let descriptor: number | undefined = openSync(path, flags, 0o600);
  let failure: NodeJS.ErrnoException | undefined;

  function attempt(work: (opened: number) => void): void {
    try {
      if (descriptor !== undefined) work(descriptor);
    } catch (error) {
      failure ??= error as NodeJS.ErrnoException;
    }
  }

  return {
    write(bytes) {
      if (failure !== undefined) return;
      attempt((opened) => {
        for (let at = 0; at < bytes.length; ) at += writeSync(opened, bytes, at);
      });
      if (failure === undefined || giveBack === 0) return;
      attempt((opened) => ftruncateSync(opened, Math.max(0, fstatSync(opened).size - giveBack)));
    },
    close() {
      attempt(closeSync);
      descriptor = undefined;
      return failure;
    },
  };
}
