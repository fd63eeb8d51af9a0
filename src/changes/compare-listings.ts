import type { ListedEntry } from '../sandbox/list-view.js';
import type { ByteText } from '../workspace/byte-text.js';

export interface ListingDifference {
  /** New entries and those that are not the same any more; a directory only when it is new. Parents come first. */
  readonly changed: readonly ListedEntry[];
  /** Topmost paths that are gone from a directory that is still there. */
  readonly deleted: readonly ByteText[];
  /** Everything of the first list that is gone or has become something else. */
  readonly touchedBefore: readonly ByteText[];
}

/**
 * Compares the list of a volume before and after the agent. Holds in memory what was there before and what has
 * changed, and stops taking in changes after `most`, since nobody captures more.
 */
export async function compareListings(
  before: ReadonlyMap<ByteText, ListedEntry>,
  after: AsyncIterable<ListedEntry>,
  most: number,
): Promise<ListingDifference> {
  const missing = new Map(before);
  const directories = new Set<ByteText>(['']);
  const changed: ListedEntry[] = [];
  const touchedBefore: ByteText[] = [];
  for await (const entry of after) {
    const old = missing.get(entry.path);
    missing.delete(entry.path);
    if (entry.type === 'd') directories.add(entry.path);
    if (old !== undefined && isSame(old, entry)) continue;
    if (changed.length < most) changed.push(entry);
    if (old !== undefined) touchedBefore.push(entry.path);
  }
  const deleted = [...missing.keys()].filter((path) => directories.has(parentOf(path)));
  return { changed, deleted, touchedBefore: [...touchedBefore, ...missing.keys()] };
}

function isSame(old: ListedEntry, now: ListedEntry): boolean {
  if (old.type !== now.type) return false;
  // Git keeps no mode of a directory, and its content is listed by itself.
  if (old.type === 'd') return true;
  return (
    old.stamp === now.stamp && old.mode === now.mode && old.size === now.size && old.target === now.target
  );
}

function parentOf(path: ByteText): ByteText {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
