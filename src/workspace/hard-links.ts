import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import { GIT_REASON, type WalkResult } from './walk.js';

/** Hidden directories can be as large as installed packages; this many entries of them are looked at. */
const MOST_ENTRIES = 50_000;

export interface HardLinks {
  /** Visible files that share an inode with a hidden one, with the hidden path. */
  readonly found: ReadonlyMap<ByteText, ByteText>;
  /** Not everything below hidden directories was looked at. */
  readonly partly: boolean;
}

/**
 * Hiding one name of a file and showing another would hide nothing. Looks at the visible files only when a hidden one
 * has more than one name. Git data is left out: a local clone shares its objects, and no checked out file is one.
 */
export function hardLinksToHidden(root: ByteText, result: WalkResult): HardLinks {
  const inodes = new Map<string, ByteText>();
  let left = MOST_ENTRIES;
  const visit = (path: ByteText): void => {
    left -= 1;
    if (left < 0) return;
    const stat = statusOf(root, path);
    if (stat?.isFile() && stat.nlink > 1) inodes.set(inodeOf(stat), path);
    if (stat?.isDirectory()) for (const name of namesIn(root, path)) visit(`${path}/${name}`);
  };
  for (const [path, { reason }] of result.hidden) if (reason !== GIT_REASON) visit(path);
  const found = new Map<ByteText, ByteText>();
  for (const path of inodes.size === 0 ? [] : result.files) {
    const stat = statusOf(root, path);
    const hidden = stat && inodes.get(inodeOf(stat));
    if (hidden !== undefined) found.set(path, hidden);
  }
  return { found, partly: left < 0 };
}

function inodeOf(stat: Stats): string {
  return `${stat.dev}:${stat.ino}`;
}

function statusOf(root: ByteText, path: ByteText): Stats | undefined {
  try {
    return lstatSync(byteTextToFile(`${root}/${path}`), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** What cannot be listed cannot be told apart from what has no other name. */
function namesIn(root: ByteText, directory: ByteText): readonly ByteText[] {
  try {
    return readdirSync(byteTextToFile(`${root}/${directory}`), { encoding: 'latin1' as BufferEncoding });
  } catch {
    return [];
  }
}
