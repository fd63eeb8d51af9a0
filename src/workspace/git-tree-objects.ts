import { hash } from 'node:crypto';
import { type IndexEntry, type ObjectFormat, objectIdOf } from './git-index-file.js';

/** One object as git stores it, before compression. */
export interface GitObject {
  readonly type: 'commit' | 'tree';
  readonly id: Buffer;
  readonly content: Buffer;
}

export interface TreeObjects {
  /** Object name of the root tree, hexadecimal. */
  readonly root: string;
  /** Every tree once. */
  readonly trees: readonly GitObject[];
  /** Content of the index's TREE extension (gitformat-index(5)). */
  readonly cacheTree: Buffer;
}

/**
 * The trees of index entries. `git write-tree` does the same but writes each new tree into a file of its own,
 * which takes seconds when something is hidden in thousands of directories.
 */
export function buildTrees(entries: readonly IndexEntry[], format: ObjectFormat): TreeObjects {
  const trees = new Map<string, GitObject>();
  const cache: Buffer[] = [];

  /** The tree of `entries[from]` to `entries[to - 1]`, which all lie in the directory of `depth` characters. */
  const build = (from: number, to: number, depth: number, name: string): Buffer => {
    const parts: Buffer[] = [];
    const cacheAt = cache.push(Buffer.alloc(0)) - 1;
    let subtrees = 0;
    for (let at = from; at < to; ) {
      const entry = entries[at] as IndexEntry;
      const slash = entry.path.indexOf('/', depth);
      if (slash === -1) {
        parts.push(
          Buffer.from(`${entry.mode.toString(8)} ${entry.path.slice(depth)}\0`, 'latin1'),
          objectIdOf(entry, format),
        );
        at += 1;
        continue;
      }
      const directory = entry.path.slice(0, slash + 1);
      let end = at + 1;
      while (end < to && (entries[end] as IndexEntry).path.startsWith(directory)) end += 1;
      const component = entry.path.slice(depth, slash);
      parts.push(Buffer.from(`40000 ${component}\0`, 'latin1'), build(at, end, slash + 1, component));
      subtrees += 1;
      at = end;
    }
    const object = gitObject('tree', Buffer.concat(parts), format);
    trees.set(object.id.toString('latin1'), object);
    cache[cacheAt] = Buffer.concat([Buffer.from(`${name}\0${to - from} ${subtrees}\n`, 'latin1'), object.id]);
    return object.id;
  };
  const root = build(0, entries.length, 0, '').toString('hex');
  return { root, trees: [...trees.values()], cacheTree: Buffer.concat(cache) };
}

/** Names an object by its type and content. */
export function gitObject(type: GitObject['type'], content: Buffer, format: ObjectFormat): GitObject {
  const whole = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  return { type, id: hash(format, whole, 'buffer'), content };
}
