import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import ignore, { type Ignore } from 'ignore';
import { decodePath, fsPath } from '../core/path-text.js';
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
  const rules: Ignore = ignore({ ignorecase: false, allowRelativePaths: true });
  rules.add(readRules(`${root}/.git/info/exclude`));
  const entered = new Set<string>();
  return {
    enter(directory) {
      if (entered.has(directory)) return;
      entered.add(directory);
      // Rules of a deeper directory come after those of the ones above, and git too lets the last match decide.
      rules.add(
        readRules(fsPath(root, directory === '' ? '.gitignore' : `${directory}/.gitignore`)).map((line) =>
          anchored(line, directory),
        ),
      );
    },
    ignores: (path, directory) => rules.ignores(directory ? `${path}/` : path),
  };
}

// A rule of a nested file as the root's own: `*.log` in `a/b` becomes `*.log` at any depth below `/a/b`.
function anchored(line: string, directory: string): string {
  if (directory === '' || line.trim() === '' || line.startsWith('#')) return line;
  const negated = line.startsWith('!');
  const pattern = (negated ? line.slice(1) : line).replace(/^\\(?=[#!])/, '');
  const body = pattern.replace(/(?<!\\)\s+$/, '').replace(/\/$/, '');
  const place = directory.replace(/[\\*?[\]!#]/g, '\\$&').replace(/ /g, '\\ ');
  const joint = body.startsWith('/') ? '' : body.includes('/') ? '/' : '/**/';
  return `${negated ? '!' : ''}/${place}${joint}${pattern}`;
}

function readRules(file: string | Buffer): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return [];
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > MAX_RULES_BYTES) return [];
    return decodePath(readFileSync(descriptor))
      .replace(/^\ufeff/, '')
      .split(/\r?\n/);
  } finally {
    closeSync(descriptor);
  }
}
