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
  /** Whether a character device 0:0 marks a deletion. Only overlayfs can put it there; in a plain directory it is a device. */
  readonly whiteouts: boolean;
}

/** overlayfs marks a deleted name by a character device 0:0. */
export function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
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
    if (above !== undefined && layers.whiteouts && isWhiteout(above)) return undefined;
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
