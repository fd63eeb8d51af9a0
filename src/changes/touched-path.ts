/** A path whose content or mode may differ: what it was and what it is, as places to read from. */
export interface TouchedPath {
  readonly path: string;
  /** Absent: the path is new. */
  readonly before?: Content;
  /** Absent: the path was deleted. */
  readonly after?: Content;
}

export interface Content {
  readonly mode: '100644' | '100755' | '120000';
  /** Where the bytes are; a link is read with readlink. */
  readonly file: string | Buffer;
  /** Size that lstat told, in bytes. */
  readonly size: number;
  /** git keeps the file with LF where it has CRLF; see {@link markLineEnds}. */
  readonly unixLines?: true;
}
