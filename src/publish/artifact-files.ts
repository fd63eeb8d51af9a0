import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodePath, displayPath } from '../core/path-text.js';

export interface ArtifactFiles {
  /** Absolute paths of readable regular files, sorted. */
  readonly files: readonly string[];
  /** Paths relative to the directory, as they may be shown, of what cannot be in an artifact. */
  readonly leftOut: readonly string[];
}

/** The artifact service refuses a whole upload for one such name, and the agent chooses the names in `scratch/`. */
const REFUSED_CHARACTERS = /[":<>|*?\r\n]/;

/**
 * Lists what of a directory goes into its artifact. Links are never followed: one that the agent left could lead to
 * any file of the runner, and it would be uploaded.
 */
export function listArtifactFiles(root: string): ArtifactFiles {
  const files: string[] = [];
  const leftOut: string[] = [];
  function walk(directory: string, below: string): void {
    for (const entry of entriesOf(join(root, directory))) {
      const name = decodePath(entry.name);
      const path = below + name;
      const absolute = join(root, path);
      if (REFUSED_CHARACTERS.test(name) || !name.isWellFormed()) leftOut.push(displayPath(path));
      else if (entry.isDirectory() && isAccessible(absolute, constants.R_OK | constants.X_OK)) {
        walk(path, `${path}/`);
      } else if (entry.isFile() && isAccessible(absolute, constants.R_OK)) files.push(absolute);
      else leftOut.push(displayPath(path));
    }
  }
  walk('', '');
  return { files: files.sort(), leftOut: leftOut.sort() };
}

function entriesOf(directory: string) {
  // Names are bytes: read as text, one that is not UTF-8 would become the name of another file.
  return readdirSync(directory, { withFileTypes: true, encoding: 'buffer' });
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
