/**
 * Files of the base commit: where trusted settings come from while the workspace itself is under review. A file that a
 * pull request changes must not decide how the pull request is judged.
 */
export interface BaseFiles {
  /** Full name of the commit. */
  readonly commit: string;
  /**
   * Brings a file, or a directory with everything in it, to this machine.
   * @param path relative to the workspace
   * @returns its absolute path, without links; `undefined` when the commit has nothing there
   */
  bring(path: string): Promise<string | undefined>;
}

/** Finds a commit of the workspace's repository. Throws `workspace.base` when it is not there. */
export type OpenBase = (workspace: string, revision: string) => Promise<BaseFiles>;
