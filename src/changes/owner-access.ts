import { chmodSync, type Stats } from 'node:fs';

/**
 * An agent can leave files of mode 000 and directories that nobody may enter. They belong to the user that captures
 * them, so the bits are added for the capture and put back afterwards. Only for files of the agent: the original
 * workspace is never changed.
 */
export class OwnerAccess {
  readonly #changed: { readonly path: string | Buffer; readonly mode: number }[] = [];

  /**
   * Makes a regular file or directory readable, and writable for `purpose` `change`. `path` must not be a link; the
   * caller has the result of lstat.
   */
  grant(path: string | Buffer, stats: Stats, purpose: 'read' | 'change' = 'read'): void {
    const needed = (stats.isDirectory() ? 0o500 : 0o400) | (purpose === 'change' ? 0o200 : 0);
    if ((stats.mode & needed) === needed || process.geteuid?.() === 0) return;
    chmodSync(path, (stats.mode & 0o7777) | needed);
    this.#changed.push({ path, mode: stats.mode & 0o7777 });
  }

  /** Puts every mode back, the innermost first. */
  restore(): void {
    for (const { path, mode } of this.#changed.reverse()) chmodSync(path, mode);
    this.#changed.length = 0;
  }
}
