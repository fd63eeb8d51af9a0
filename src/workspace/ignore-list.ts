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
  /** By length of the suffix. */
  readonly suffixes: readonly (readonly [number, ReadonlyMap<ByteText, readonly number[]>])[];
  /** Positions of the globs, last first. */
  readonly globs: readonly number[];
}

/** Arranges rules; the order of `patterns` is the order in their file. */
export function compileIgnoreList(patterns: readonly IgnorePattern[]): IgnoreList {
  const names = new Map<ByteText, number[]>();
  const paths = new Map<ByteText, number[]>();
  const suffixes = new Map<number, Map<ByteText, number[]>>();
  const globs: number[] = [];
  for (const [index, { test }] of patterns.entries()) {
    if (test.kind === 'name') addFirst(names, test.name, index);
    else if (test.kind === 'path') addFirst(paths, test.path, index);
    else if (test.kind === 'suffix') {
      const length = test.suffix.length;
      const bySuffix = suffixes.get(length) ?? new Map<ByteText, number[]>();
      suffixes.set(length, bySuffix);
      addFirst(bySuffix, test.suffix, index);
    } else globs.unshift(index);
  }
  return { patterns, names, paths, suffixes: [...suffixes], globs };
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
  for (const [length, bySuffix] of list.suffixes) {
    if (length > name.length) continue;
    const suffix = length === 0 ? '' : name.slice(-length);
    best = Math.max(best, firstUsable(list, bySuffix.get(suffix), directory));
  }
  for (const index of list.globs) {
    if (index < best) break;
    const pattern = list.patterns[index] as IgnorePattern;
    if (pattern.directoryOnly && !directory) continue;
    if (globMatches(pattern, path, name)) best = index;
    if (best === index) break;
  }
  return best === -1 ? undefined : list.patterns[best];
}

function globMatches({ test }: IgnorePattern, path: ByteText, name: ByteText): boolean {
  if (test.kind === 'name-glob') return test.expression.test(name);
  if (test.kind !== 'path-glob' || !path.startsWith(test.prefix)) return false;
  return test.expression.test(test.prefix === '' ? path : path.slice(test.prefix.length));
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
