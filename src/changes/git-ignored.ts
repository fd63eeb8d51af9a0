import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { fsPath } from '../core/path-text.js';
import { type ByteText, pathToByteText } from '../workspace/byte-text.js';
import { compileIgnoreList, type IgnoreList, lastMatch } from '../workspace/ignore-list.js';
import { parseIgnoreFile } from '../workspace/ignore-pattern.js';
import { statusOf } from './file-status.js';

const MAX_RULES_BYTES = 2 ** 20;

/** The `.gitignore` rules of the original workspace; what the agent wrote into them has no say. */
export interface GitIgnoreRules {
  /** Reads the rules of a directory. Call for a directory before asking about what is in it, from the root down. */
  enter(directory: string): void;
  /** Whether git would ignore the path. */
  ignores(path: string, directory: boolean): boolean;
}

/** Rules of a repository, or `undefined` when the workspace is none: then nothing is ignored. */
export function readGitIgnoreRules(root: string): GitIgnoreRules | undefined {
  if (statusOf(`${root}/.git`) === undefined) return undefined;
  const exclude = readRules(`${root}/.git/info/exclude`);
  /** By directory, as bytes; one without rules has `undefined`. */
  const lists = new Map<ByteText, IgnoreList | undefined>();

  /** The verdict on the path alone: the deepest file with a matching rule decides, and in it the last rule. */
  const matches = (path: ByteText, directory: boolean): boolean => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    for (let above = parentOf(path); ; above = parentOf(above)) {
      const list = lists.get(above);
      const rule =
        list && lastMatch(list, above === '' ? path : path.slice(above.length + 1), name, directory);
      if (rule !== undefined) return !rule.negative;
      if (above === '') break;
    }
    const rule = exclude && lastMatch(exclude, path, name, directory);
    return rule !== undefined && !rule.negative;
  };
  return {
    enter(directory) {
      const key = pathToByteText(directory);
      if (lists.has(key)) return;
      lists.set(key, readRules(fsPath(root, directory === '' ? '.gitignore' : `${directory}/.gitignore`)));
    },
    ignores(path, directory) {
      const bytes = pathToByteText(path);
      for (let at = bytes.indexOf('/'); at !== -1; at = bytes.indexOf('/', at + 1))
        if (matches(bytes.slice(0, at), true)) return true;
      return matches(bytes, directory);
    },
  };
}

function parentOf(path: ByteText): ByteText {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function readRules(file: string | Buffer): IgnoreList | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > MAX_RULES_BYTES) return undefined;
    return compileIgnoreList(parseIgnoreFile(readFileSync(descriptor)));
  } finally {
    closeSync(descriptor);
  }
}
