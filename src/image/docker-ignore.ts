import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { compileGlob, type Glob, globMatches } from '../core/glob.js';

/** What a `.dockerignore` keeps out of a build: it can change without making another image. */
export interface DockerIgnore {
  /** @param path within the context, with slashes */
  leavesOut(path: string): boolean;
  /** Something below a directory that is left out may be in the build all the same. */
  readonly hasExceptions: boolean;
}

interface Rule {
  /** It puts back what an earlier rule left out. */
  readonly exception: boolean;
  readonly glob: Glob | 'everything';
}

/** Read by the builder itself. */
const ALWAYS: readonly string[] = ['Dockerfile', '.dockerignore'];

/** `?` and sets count characters and not bytes, and escapes and stars within a name have rules of their own. */
const NOT_UNDERSTOOD = /[?[\\]|\*\*[^/]|[^/*]\*\*|\*\*\*/;

/**
 * The rules of a build context, in the syntax of Docker (not git's: patterns start at the root, and the last one that
 * matches a path or a directory above it counts). Where a rule is not understood, files count rather than not: an
 * image that is built again costs time, and one that is not, a wrong image.
 * Format: https://docs.docker.com/build/concepts/context/#dockerignore-files
 * @returns `undefined` when nothing is left out
 */
export function readDockerIgnore(context: string): DockerIgnore | undefined {
  // BuildKit reads this one instead, the older builder does not.
  if (existsSync(join(context, 'Dockerfile.dockerignore'))) return undefined;
  const rules = readRules(join(context, '.dockerignore'));
  if (!rules.some((rule) => !rule.exception)) return undefined;
  return {
    leavesOut: (path) => !ALWAYS.includes(path) && lastVerdict(rules, bytesOf(path)),
    hasExceptions: rules.some((rule) => rule.exception),
  };
}

function readRules(file: string): readonly Rule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .flatMap((line) => readRule(line.replace(/^!\s*/, ''), line.startsWith('!')));
}

function readRule(pattern: string, exception: boolean): readonly Rule[] {
  if (pattern === '') return [];
  const clean = posix.normalize(pattern).replace(/\/$/, '').replace(/^\//, '');
  const glob = NOT_UNDERSTOOD.test(clean) ? undefined : compileGlob(bytesOf(clean), true);
  if (glob !== undefined) return [{ exception, glob }];
  return exception ? [{ exception, glob: 'everything' }] : [];
}

function lastVerdict(rules: readonly Rule[], path: string): boolean {
  const withParents = [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
  const paths = [...withParents, path];
  const last = rules.findLast(
    ({ glob }) => glob === 'everything' || paths.some((each) => globMatches(glob, each)),
  );
  return last !== undefined && !last.exception;
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
