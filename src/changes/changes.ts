/** What the agent did to the tree: the content of `changes.json` and of `report.changes`. Readonly JSON. */
export interface Changes {
  readonly schema: 'cagent.changes/1';
  /** `overlay`: captured edits. `scratch`: proposals from `.agent-scratch` in read-only mode. */
  readonly source: 'overlay' | 'scratch';
  readonly files: readonly ChangedFile[];
  /** Lines over all files. */
  readonly added: number;
  readonly deleted: number;
  readonly patchBytes: number;
  /** Tree hash of the touched paths before and after, in a repository of its own; equal when nothing changed. */
  readonly baseTree: string;
  readonly newTree: string;
  /** The commit that the workspace had checked out, if any: where `cagent apply` starts from. */
  readonly baseCommit: string | undefined;
  readonly rejected: readonly PathWithReason[];
  readonly sensitive: readonly PathWithReason[];
}

export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'mode-changed' | 'type-changed';
  /** For renames. */
  readonly oldPath?: string;
  readonly oldMode?: string;
  readonly newMode?: string;
  /** Lines; absent for binary files. */
  readonly added?: number;
  readonly deleted?: number;
  readonly binary?: true;
}

export interface PathWithReason {
  readonly path: string;
  readonly reason: string;
}
