import type { OpenBase } from '../config/base-files.js';
import type { Environment } from '../core/environment.js';
import { ownerOf } from '../core/owner.js';
import type { Processes } from '../core/process.js';
import { createRunId } from '../core/run-id.js';
import { openBaseCommit } from '../workspace/base-commit.js';
import { createBaseFiles } from '../workspace/base-files.js';
import { createPrivateDirectory, privateDirectoryOf, removeOwnFiles } from './private-directory.js';

/**
 * Lends a way to open base commits. Files of them lie in a private directory, made when it is needed, that goes away
 * when `use` is done; `cagent clean` knows it by its name.
 */
export async function withBaseDirectory<T>(
  { processes, environment: env, now }: BaseDirectoryInput,
  use: (openBase: OpenBase) => Promise<T>,
): Promise<T> {
  const made: string[] = [];
  try {
    return await use(async (root, revision) => {
      const commit = await openBaseCommit({ root, revision, processes, env });
      const directory = privateDirectoryOf(createRunId(now));
      made.push(directory);
      createPrivateDirectory(directory, ownerOf(process.pid));
      return createBaseFiles(commit, `${directory}/base`);
    });
  } finally {
    made.forEach(removeOwnFiles);
  }
}

export interface BaseDirectoryInput {
  readonly processes: Processes;
  readonly environment: Environment;
  /** The directory's name tells when it was made. */
  readonly now: Date;
}
