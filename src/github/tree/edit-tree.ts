import { CagentError } from '../../core/errors.js';
import type { RemoteTree } from './remote-tree.js';
import { DIRECTORY_MODE, type TreeEntry, treeHash } from './tree-hash.js';

/** Paths to what shall be there; `null`: nothing. */
export type TreeEdits = ReadonlyMap<string, TreeEntry | null>;

/**
 * The id that the root will have after the edits: computed here, so that what GitHub makes can be compared with it.
 * @throws CagentError `changes.apply` when a file would take the place of a directory that stays, or the other way round
 */
export async function hashAfter(tree: RemoteTree, edits: TreeEdits): Promise<string> {
  return (await hashDirectory(tree, '', edits)) ?? treeHash(new Map());
}

/** `undefined`: nothing is left in it. */
async function hashDirectory(tree: RemoteTree, path: string, edits: TreeEdits): Promise<string | undefined> {
  const entries = new Map((await tree.directory(path)) ?? []);
  for (const [name, below] of byFirstName(edits)) {
    const whole = path === '' ? name : `${path}/${name}`;
    const own = below.get('');
    below.delete('');
    const before = entries.get(name);
    const isDirectory = before?.mode === DIRECTORY_MODE;
    if (below.size > 0 && before !== undefined && !isDirectory && own === undefined)
      throw clash(whole, 'a file and shall become a directory');
    const inside = isDirectory || below.size > 0 ? await hashDirectory(tree, whole, below) : undefined;
    if (own !== undefined && own !== null) {
      if (inside !== undefined) throw clash(whole, 'a directory that stays and shall become a file');
      entries.set(name, own);
    } else if (inside !== undefined) entries.set(name, { mode: DIRECTORY_MODE, sha: inside });
    else entries.delete(name);
  }
  return entries.size === 0 ? undefined : treeHash(entries);
}

/** The edits by the first name of their path, with the rest of the path; `''` for the name itself. */
function byFirstName(edits: TreeEdits): Map<string, Map<string, TreeEntry | null>> {
  const groups = new Map<string, Map<string, TreeEntry | null>>();
  for (const [path, entry] of edits) {
    const slash = path.indexOf('/');
    const name = slash === -1 ? path : path.slice(0, slash);
    const group = groups.get(name) ?? new Map<string, TreeEntry | null>();
    groups.set(name, group.set(slash === -1 ? '' : path.slice(slash + 1), entry));
  }
  return groups;
}

function clash(path: string, what: string): CagentError {
  return new CagentError('changes.apply', `the patch does not fit the branch: ${path} is ${what}`, {
    hint: 'Run the agent again on the branch as it is now.',
  });
}
