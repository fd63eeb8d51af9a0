import { CagentError } from '../core/errors.js';
import { decodePath } from '../core/path-text.js';
import type { ChangedFile } from './changes.js';
import { splitNul } from './trusted-git.js';

/** A change with the hashes of its contents, which `changes.json` leaves out. */
export interface ChangeRecord {
  readonly file: ChangedFile;
  readonly oldId: string;
  readonly newId: string;
}

const STATUS: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'type-changed',
};

/** Reads what `git diff-tree -z --raw --numstat` prints: all raw records, then all line counts in the same order. */
export function parseChanges(output: Buffer): readonly ChangeRecord[] {
  const fields = splitNul(output);
  const records: ChangeRecord[] = [];
  let at = 0;
  const next = (): string => {
    const field = fields[at++];
    if (field === undefined)
      throw new CagentError('internal.bug', 'git diff-tree printed an incomplete list of changes');
    return decodePath(field);
  };
  while (fields[at]?.[0] === 0x3a) {
    const [oldMode, newMode, oldId, newId, letter] = next().slice(1).split(' ') as [
      string,
      string,
      string,
      string,
      string,
    ];
    const renamed = letter.startsWith('R');
    const first = next();
    const path = renamed ? next() : first;
    const modeOnly = letter === 'M' && oldId === newId;
    const status = modeOnly ? 'mode-changed' : (STATUS[letter.charAt(0)] ?? 'modified');
    const file = {
      path,
      status,
      ...(renamed ? { oldPath: first } : {}),
      ...(oldMode === '000000' ? {} : { oldMode }),
      ...(newMode === '000000' ? {} : { newMode }),
    };
    records.push({ file, oldId, newId });
  }
  return records.map((record) => {
    const [added, deleted, path] = splitCounts(next());
    // A rename has an empty name here, and both names follow.
    if (path === '') at += 2;
    const counts =
      added === '-' ? { binary: true as const } : { added: Number(added), deleted: Number(deleted) };
    return { ...record, file: { ...record.file, ...counts } };
  });
}

/** `1\t2\tpath`; the path itself may hold tabs. */
function splitCounts(field: string): [string, string, string] {
  const first = field.indexOf('\t');
  const second = field.indexOf('\t', first + 1);
  return [field.slice(0, first), field.slice(first + 1, second), field.slice(second + 1)];
}
