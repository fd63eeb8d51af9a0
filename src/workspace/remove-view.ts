import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';

/** What is left after {@link removeView}, for a helper container with more rights. */
export interface RemovedView {
  /** Absolute paths of files and directories that could not be removed; empty when everything is gone. */
  readonly remaining: readonly string[];
}

/**
 * Removes a view's directory and never follows a link out of it. Overlay leaves a directory of root without any
 * permission in its work directory; its owner's parent may still remove it while it is empty. Safe to repeat.
 */
export function removeView(directory: string): RemovedView {
  const remaining: string[] = [];
  removeTree(Buffer.from(directory), remaining);
  return { remaining };
}

function removeTree(path: Buffer, remaining: string[]): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  try {
    if (stat.isDirectory()) removeDirectory(path, remaining);
    else unlinkSync(path);
  } catch {
    remaining.push(path.toString('utf8'));
  }
}

function removeDirectory(path: Buffer, remaining: string[]): void {
  try {
    // The agent may have taken its own permissions away; the owner may give them back.
    if ((lstatSync(path).mode & 0o700) !== 0o700) chmodSync(path, 0o700);
    for (const name of readdirSync(path, { encoding: 'buffer' })) {
      removeTree(Buffer.concat([path, Buffer.from('/'), name]), remaining);
    }
  } catch {
    // Not ours to look into: perhaps it is empty.
  }
  rmdirSync(path);
}
