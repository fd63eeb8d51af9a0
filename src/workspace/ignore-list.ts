import { globMatches } from '../core/glob.js';
import type { ByteText } from './byte-text.js';
import type { IgnorePattern } from './ignore-pattern.js';

/**
 * The rules of one file, arranged so that the last rule that matches is found without trying every rule: plain
 * names, paths and suffixes are looked up, only true globs are tried one by one.
 */
export interface IgnoreList {
  readonly patterns: readonly IgnorePattern[];
  readonly names: ReadonlyMap<ByteText, readonly number[]>;
  readonly paths: ReadonlyMap<ByteText, readonly number[]>;
  /** By length of the suffix; `last` and `beforeLast` have a 1 for the bytes that one of them ends with. */
  readonly suffixes: readonly SuffixGroup[];
  /** Positions of the globs, last first, and the bytes that a match begins and ends with, or -1 for any. */
  readonly globs: readonly number[];
  readonly firsts: Int16Array;
  readonly lasts: Int16Array;
}

interface SuffixGroup {
  readonly length: number;
  readonly last: Uint8Array;
  readonly beforeLast: Uint8Array;
  readonly indexes: Map<ByteText, number[]>;
}

/** Arranges rules; the order of `patterns` is the order in their file. */
export function compileIgnoreList(patterns: readonly IgnorePattern[]): IgnoreList {
  const names = new Map<ByteText, number[]>();
  const paths = new Map<ByteText, number[]>();
  const suffixes = new Map<number, SuffixGroup>();
  const globs: number[] = [];
  for (const [index, { test }] of patterns.entries()) {
    if (test.kind === 'name') addFirst(names, test.name, index);
    else if (test.kind === 'path') addFirst(paths, test.path, index);
    else if (test.kind === 'suffix') {
      const length = test.suffix.length;
      const group = suffixes.get(length) ?? newGroup(length);
      suffixes.set(length, group);
      if (length > 0) group.last[test.suffix.charCodeAt(length - 1)] = 1;
      if (length > 1) group.beforeLast[test.suffix.charCodeAt(length - 2)] = 1;
      addFirst(group.indexes, test.suffix, index);
    } else globs.unshift(index);
  }
  const ends = globs.map((index) => endsOf(patterns[index] as IgnorePattern));
  return {
    patterns,
    names,
    paths,
    suffixes: [...suffixes.values()],
    globs,
    firsts: Int16Array.from(ends, ({ first }) => first),
    lasts: Int16Array.from(ends, ({ last }) => last),
  };
}

/** A suffix of less than two bytes turns nothing down. */
function newGroup(length: number): SuffixGroup {
  const last = new Uint8Array(256).fill(length < 1 ? 1 : 0);
  const beforeLast = new Uint8Array(256).fill(length < 2 ? 1 : 0);
  return { length, last, beforeLast, indexes: new Map() };
}

/** The last byte of a path is that of its name; the first one counts where the glob begins. */
function endsOf({ test }: IgnorePattern): { readonly first: number; readonly last: number } {
  if (test.kind === 'name-glob') return test.glob;
  if (test.kind !== 'path-glob') return { first: -1, last: -1 };
  return { first: -1, last: test.glob.last };
}

/**
 * The last rule that matches, negative or not. `path` is relative to the directory of the rules' file, `name` is
 * its last component.
 */
export function lastMatch(
  list: IgnoreList,
  path: ByteText,
  name: ByteText,
  directory: boolean,
): IgnorePattern | undefined {
  let best = firstUsable(list, list.names.get(name), directory);
  if (list.paths.size > 0) best = Math.max(best, firstUsable(list, list.paths.get(path), directory));
  const firstByte = name.charCodeAt(0);
  const lastByte = name.charCodeAt(name.length - 1);
  const byteBefore = name.charCodeAt(name.length - 2);
  for (const { length, last, beforeLast, indexes } of list.suffixes) {
    if (length > name.length || last[lastByte] === 0 || beforeLast[byteBefore] === 0) continue;
    const suffix = length === 0 ? '' : name.slice(-length);
    best = Math.max(best, firstUsable(list, indexes.get(suffix), directory));
  }
  const { globs, firsts, lasts } = list;
  for (let at = 0; at < globs.length; at++) {
    const index = globs[at] as number;
    if (index < best) break;
    if (lasts[at] !== -1 && lasts[at] !== lastByte) continue;
    if (firsts[at] !== -1 && firsts[at] !== firstByte) continue;
    const pattern = list.patterns[index] as IgnorePattern;
    if (pattern.directoryOnly && !directory) continue;
    if (!matches(pattern, path, name)) continue;
    best = index;
    break;
  }
  return best === -1 ? undefined : list.patterns[best];
}

function matches({ test }: IgnorePattern, path: ByteText, name: ByteText): boolean {
  if (test.kind === 'name-glob') return globMatches(test.glob, name);
  if (test.kind !== 'path-glob' || !path.startsWith(test.prefix)) return false;
  return globMatches(test.glob, test.prefix === '' ? path : path.slice(test.prefix.length));
}

function firstUsable(list: IgnoreList, indexes: readonly number[] | undefined, directory: boolean): number {
  if (indexes === undefined) return -1;
  if (directory) return indexes[0] as number;
  return indexes.find((index) => !(list.patterns[index] as IgnorePattern).directoryOnly) ?? -1;
}

function addFirst(map: Map<ByteText, number[]>, key: ByteText, index: number): void {
  const indexes = map.get(key);
  if (indexes === undefined) map.set(key, [index]);
  else indexes.unshift(index);
}
