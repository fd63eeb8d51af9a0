import { resolve } from 'node:path';
import { pathToByteText } from '../workspace/byte-text.js';
import { wayFromTop } from '../workspace/enclosing-rules.js';

/**
 * The top of the repository that a directory lies in, the one place where GitHub looks for workflows; the directory
 * itself when it lies in none. `directory`: absolute and without links.
 */
export function repositoryTop(directory: string): string {
  return resolve(directory, ...wayFromTop(pathToByteText(directory)).map(() => '..'));
}
