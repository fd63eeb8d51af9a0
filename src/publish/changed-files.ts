import type { Changes } from '../changes/changes.js';
import { displayPath } from '../core/path-text.js';
import { groupDigits, plural } from '../report/wording.js';

/** GitHub shows ten notices of a step. */
const MOST = 10;

export interface FileLine {
  /** Relative to the workspace; absent for the line that counts the rest. */
  readonly file?: string;
  readonly text: string;
}

/** One line for each changed file, those that need a close look first; at most ten, the last of which counts the rest. */
export function changedFileLines(changes: Changes | undefined): readonly FileLine[] {
  if (changes === undefined) return [];
  const why = new Map(changes.sensitive.map(({ path, reason }) => [path, reason] as const));
  const files = [
    ...changes.files.filter(({ path }) => why.has(path)),
    ...changes.files.filter(({ path }) => !why.has(path)),
  ];
  const shown = files.length > MOST ? files.slice(0, MOST - 1) : files;
  const lines = shown.map(({ path, status, added = 0, deleted = 0, binary }) => {
    const count = binary === true ? 'binary' : `+${groupDigits(added)} −${groupDigits(deleted)}`;
    const reason = why.get(path);
    const look = reason === undefined ? '' : `; needs a close look: ${displayPath(reason)}`;
    return { file: displayPath(path), text: `The agent's patch: ${status}, ${count}${look}` };
  });
  const rest = files.length - shown.length;
  return rest === 0
    ? lines
    : [...lines, { text: `The agent's patch: ${plural(rest, 'more file')}; see changes.json` }];
}
