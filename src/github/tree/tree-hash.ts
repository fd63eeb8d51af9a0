import { createHash } from 'node:crypto';

/** An entry of a directory as git stores it. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000`, `040000` or `160000`. */
  readonly mode: string;
  readonly sha: string;
}

/** Names of one directory. */
export type Directory = ReadonlyMap<string, TreeEntry>;

export const DIRECTORY_MODE = '040000';

/** The id that git gives to the content of a file. */
export function blobHash(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

/** The id that git gives to a directory with these entries. */
export function treeHash(directory: Directory): string {
  const entries = [...directory].map(([name, { mode, sha }]) => {
    const bytes = Buffer.from(name, 'utf8');
    // git compares the name of a directory as if it ended with a slash.
    const key = mode === DIRECTORY_MODE ? Buffer.concat([bytes, Buffer.from('/')]) : bytes;
    const head = Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} `), bytes, Buffer.from([0])]);
    return { key, bytes: Buffer.concat([head, Buffer.from(sha, 'hex')]) };
  });
  const content = Buffer.concat(
    entries.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ bytes }) => bytes),
  );
  return createHash('sha1').update(`tree ${content.length}\0`).update(content).digest('hex');
}
