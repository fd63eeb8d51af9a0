/** The lines of one changed file on which GitHub takes a comment: those that its diff shows. */
export interface DiffLines {
  /** The hunk, counted from 0, in which a line of the new file is shown. */
  readonly newLines: ReadonlyMap<number, number>;
  /** The same for lines of the old file. */
  readonly oldLines: ReadonlyMap<number, number>;
  /** Text of a line of the new file that is shown. */
  readonly text: ReadonlyMap<number, string>;
}

/**
 * Reads the `patch` of a file as GitHub's API gives it: hunks without file headers. Lines that are no part of a
 * hunk are passed over. Pure.
 */
export function diffLines(patch: string): DiffLines {
  const newLines = new Map<number, number>();
  const oldLines = new Map<number, number>();
  const text = new Map<number, string>();
  let hunk = -1;
  let [oldLine, newLine] = [0, 0];
  // What is left of the hunk: a line of the file may look like the head of the next one.
  let [oldLeft, newLeft] = [0, 0];
  for (const line of patch.split('\n')) {
    const head = oldLeft <= 0 && newLeft <= 0 ? HUNK.exec(line) : null;
    if (head !== null) {
      hunk += 1;
      [oldLine, newLine] = [Number(head[1]), Number(head[3])];
      [oldLeft, newLeft] = [Number(head[2] ?? 1), Number(head[4] ?? 1)];
      continue;
    }
    if (hunk < 0) continue;
    const [kind, rest] = [line[0] ?? ' ', line.slice(1)];
    if (kind !== '+' && oldLeft > 0 && kind !== '\\') {
      oldLines.set(oldLine++, hunk);
      oldLeft -= 1;
    }
    if (kind !== '-' && newLeft > 0 && kind !== '\\') {
      newLines.set(newLine, hunk);
      text.set(newLine++, rest);
      newLeft -= 1;
    }
  }
  return { newLines, oldLines, text };
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
