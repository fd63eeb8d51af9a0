import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import { GIT_REASON, type WalkResult } from './walk.js';

/** Hidden directories can be as large as installed packages; this many entries below them are looked at. */
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
export function hardLinksToHidden(
  root: ByteText,
  result: Pick<WalkResult, 'files' | 'hidden'>,
  mostEntries = MOST_ENTRIES,
): HardLinks {
  const inodes = new Map<string, ByteText>();
  const hidden = [...result.hidden].filter(([, { reason }]) => reason !== GIT_REASON).map(([path]) => path);
  const most = hidden.length + mostEntries;
  // It grows as it is read: what is hidden by name comes first, and one deep directory does not use up the number.
  const queue = [...hidden];
  let at = 0;
  for (; at < Math.min(queue.length, most); at++) {
    const path = queue[at] as ByteText;
    const stat = statusOf(root, path);
    if (stat?.isFile() && stat.nlink > 1) inodes.set(inodeOf(stat), path);
    if (stat?.isDirectory()) for (const name of namesIn(root, path)) queue.push(`${path}/${name}`);
  }
  const found = new Map<ByteText, ByteText>();
  for (const path of inodes.size === 0 ? [] : result.files) {
    const stat = statusOf(root, path);
    const other = stat && inodes.get(inodeOf(stat));
    if (other !== undefined) found.set(path, other);
  }
  return { found, partly: at < queue.length };
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
