import type { ByteText } from './byte-text.js';

/** One change of a commit against its first parent. */
export interface TreeChange {
  readonly path: ByteText;
  /** Octal; `undefined` for a deletion. */
  readonly mode: string | undefined;
  readonly objectId: string;
}

export interface FilteredCommit {
  /** Positions of its parents in the list, the first parent first. */
  readonly parents: readonly number[];
  /** The lines `author …` and `committer …` of the original. */
  readonly people: Buffer;
  readonly message: Buffer;
  readonly changes: readonly TreeChange[];
}

const IMPORT_REF = 'refs/cagent/history';

/** The ref of a commit of the stream that is asked for by name. */
export function markRef(index: number): string {
  return `refs/cagent/${index}`;
}

/**
 * A stream for git-fast-import(1) that makes these commits, parents before children; a change is against the first
 * parent. `named`: positions that get a ref of their own, see {@link markRef}.
 */
export function fastImportStream(commits: readonly FilteredCommit[], named: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, commit] of commits.entries()) {
    parts.push(
      // Without a parent of its own a commit would follow the one before.
      Buffer.from(commit.parents.length === 0 ? `reset ${IMPORT_REF}\n\n` : ''),
      Buffer.from(`commit ${IMPORT_REF}\nmark :${index + 1}\n`),
      commit.people,
      Buffer.from(`data ${commit.message.length}\n`),
      commit.message,
      Buffer.from(
        `\n${commit.parents.map((at, order) => `${order === 0 ? 'from' : 'merge'} :${at + 1}\n`).join('')}`,
      ),
    );
    // Deletions first: a directory may have taken the place of a file.
    const lines = [
      ...commit.changes.filter((change) => change.mode === undefined).map(({ path }) => `D ${quote(path)}\n`),
      ...commit.changes.flatMap(({ path, mode, objectId }) =>
        mode === undefined ? [] : [`M ${mode} ${objectId} ${quote(path)}\n`],
      ),
    ];
    parts.push(Buffer.from(`${lines.join('')}\n`, 'latin1'));
  }
  for (const index of named) parts.push(Buffer.from(`reset ${markRef(index)}\nfrom :${index + 1}\n\n`));
  return Buffer.concat([...parts, Buffer.from('done\n')]);
}

/** C-style quoting, every byte that is not plain as three octal digits. */
function quote(path: ByteText): string {
  return `"${path.replace(/[^\w./-]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;
}
