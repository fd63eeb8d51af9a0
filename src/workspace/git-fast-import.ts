import type { ByteText } from './byte-text.js';

/** One change of a commit against its first parent. */
export interface TreeChange {
  readonly path: ByteText;
  /** Octal; `undefined` for a deletion. */
  readonly mode: string | undefined;
  readonly objectId: string;
}

export interface FilteredCommit {
  /** The lines `author …` and `committer …` of the original. */
  readonly people: Buffer;
  readonly message: Buffer;
  readonly changes: readonly TreeChange[];
}

export const IMPORT_REF = 'refs/cagent/history';

/** A stream for git-fast-import(1) that makes these commits, oldest first, each on top of the one before. */
export function fastImportStream(commits: readonly FilteredCommit[]): Buffer {
  const parts: Buffer[] = [];
  for (const [index, commit] of commits.entries()) {
    parts.push(
      Buffer.from(`commit ${IMPORT_REF}\nmark :${index + 1}\n`),
      commit.people,
      Buffer.from(`data ${commit.message.length}\n`),
      commit.message,
      Buffer.from(index === 0 ? '\n' : `\nfrom :${index}\n`),
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
  return Buffer.concat([...parts, Buffer.from('done\n')]);
}

/** C-style quoting, every byte that is not plain as three octal digits. */
function quote(path: ByteText): string {
  return `"${path.replace(/[^\w./-]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;
}
