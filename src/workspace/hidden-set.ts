import { type ByteText, pathToByteText } from './byte-text.js';
import type { HiddenPath } from './workspace-plan.js';

/** Answers "is this path, or a directory above it, hidden?" for many paths. Paths are bytes. */
export interface HiddenSet {
  has(path: ByteText): boolean;
}

/** A set that remembers its answers per directory, since neighbours are asked one after the other. */
export function hiddenSet(hidden: readonly Pick<HiddenPath, 'path'>[]): HiddenSet {
  const paths = new Set(hidden.map((entry) => pathToByteText(entry.path)));
  const directories = new Map<ByteText, boolean>([['', false]]);

  const directoryHidden = (directory: ByteText): boolean => {
    const known = directories.get(directory);
    if (known !== undefined) return known;
    const answer = paths.has(directory) || directoryHidden(parent(directory));
    directories.set(directory, answer);
    return answer;
  };
  return { has: (path) => paths.has(path) || directoryHidden(parent(path)) };
}

function parent(path: ByteText): ByteText {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
