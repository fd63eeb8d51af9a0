import type { HiddenPath } from '../workspace/workspace-plan.js';

/** Answers "is this path hidden?" and "is something hidden below it?" in constant time. */
export interface HiddenPaths {
  /** The reason if the path itself is hidden or lies below a hidden directory, else `undefined`. */
  reasonFor(path: string): string | undefined;
  /** Whether a hidden path lies below this directory. */
  hasBelow(directory: string): boolean;
}

export function indexHiddenPaths(hidden: readonly HiddenPath[]): HiddenPaths {
  const reasons = new Map(hidden.map((entry) => [entry.path, entry.reason]));
  const parents = new Set(hidden.flatMap((entry) => parentsOf(entry.path)));
  return {
    reasonFor: (path) =>
      [path, ...parentsOf(path)].map((place) => reasons.get(place)).find((reason) => reason !== undefined),
    hasBelow: (directory) => parents.has(directory),
  };
}

/** `a/b/c` to `a/b`, `a`. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    parents.push(path.slice(0, at));
  return parents;
}
