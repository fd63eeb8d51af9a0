import type { Stats } from 'node:fs';
import { fsPath } from '../core/path-text.js';
import { statusOf } from './file-status.js';

/** The two directories that the agent saw as one, and the directories of the upper one that cover the lower one. */
export interface Layers {
  /** The workspace. Never written to. */
  readonly lower: string;
  /** What the agent wrote. */
  readonly upper: string;
  /** Directories of the upper layer that hide what the lower one has at the same place. */
  readonly opaque: ReadonlySet<string>;
  readonly whiteouts: Whiteouts;
}

/**
 * What marks a deletion. `device`: a character device 0:0, which only overlayfs can put there; in a plain directory
 * it is a device. `file`: an empty file of 1970, in a directory in which everything was made by ourselves.
 */
export type Whiteouts = false | 'device' | 'file';

export function isWhiteout(stats: Stats, whiteouts: Whiteouts): boolean {
  if (whiteouts === 'file') return stats.isFile() && stats.size === 0 && stats.mtimeMs === 0;
  return whiteouts === 'device' && stats.isCharacterDevice() && stats.rdev === 0;
}

/** Something that a path leads to: its status and the layer that has it. */
export interface MergedEntry {
  readonly stats: Stats;
  readonly file: string | Buffer;
}

/**
 * What is at a path in the merged tree, links not followed; `undefined` for nothing. Hidden files count: they are
 * there for whoever looks at the workspace from outside.
 */
export function mergedEntry(layers: Layers, path: string): MergedEntry | undefined {
  const parts = path.split('/');
  let lowerReaches = true;
  let upperReaches = true;
  for (let length = 1; length <= parts.length; length++) {
    const place = parts.slice(0, length).join('/');
    const last = length === parts.length;
    const above: Stats | undefined = upperReaches ? statusOf(fsPath(layers.upper, place)) : undefined;
    if (above !== undefined && isWhiteout(above, layers.whiteouts)) return undefined;
    if (above !== undefined && last) return { stats: above, file: fsPath(layers.upper, place) };
    const below: Stats | undefined = lowerReaches ? statusOf(fsPath(layers.lower, place)) : undefined;
    if (above === undefined && below === undefined) return undefined;
    if (above === undefined && last) return { stats: below as Stats, file: fsPath(layers.lower, place) };
    if (above !== undefined ? !above.isDirectory() : !below?.isDirectory()) return undefined;
    upperReaches = above !== undefined;
    lowerReaches = below?.isDirectory() === true && !layers.opaque.has(place);
  }
  return undefined;
}
