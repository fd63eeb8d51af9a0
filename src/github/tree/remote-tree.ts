import { CagentError } from '../../core/errors.js';
import type { GitHub } from '../client.js';
import type { RepositoryName } from '../repository-name.js';
import { DIRECTORY_MODE, type Directory, type TreeEntry, treeHash } from './tree-hash.js';

/** The files of a commit on GitHub, read directory by directory as they are asked for. */
export interface RemoteTree {
  /** Id of the root. */
  readonly sha: string;
  /** What is at a path; nothing below a file or a submodule. */
  entry(path: string): Promise<TreeEntry | undefined>;
  /** Entries of a directory, `''` for the root; `undefined` when there is none. */
  directory(path: string): Promise<Directory | undefined>;
}

/** @param sha id of the root of the tree, not of the commit */
export function openTree(github: GitHub, repository: RepositoryName, sha: string): RemoteTree {
  const read = new Map<string, Promise<Directory | undefined>>();

  function directory(path: string): Promise<Directory | undefined> {
    const known = read.get(path);
    if (known !== undefined) return known;
    const reading = load(path);
    read.set(path, reading);
    return reading;
  }

  async function load(path: string): Promise<Directory | undefined> {
    const id = path === '' ? sha : await directoryId(path);
    return id === undefined ? undefined : await readDirectory(github, repository, id, path);
  }

  async function directoryId(path: string): Promise<string | undefined> {
    const found = await entry(path);
    return found?.mode === DIRECTORY_MODE ? found.sha : undefined;
  }

  async function entry(path: string): Promise<TreeEntry | undefined> {
    const slash = path.lastIndexOf('/');
    return (await directory(slash === -1 ? '' : path.slice(0, slash)))?.get(path.slice(slash + 1));
  }

  return { sha, entry, directory };
}

async function readDirectory(
  github: GitHub,
  repository: RepositoryName,
  sha: string,
  path: string,
): Promise<Directory> {
  const { data } = await github.call('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', {
    ...repository,
    tree_sha: sha,
  });
  const directory = new Map(data.tree.map(({ path: name, mode, sha: id }) => [name, { mode, sha: id }]));
  // A name that is not UTF-8 cannot be in JSON, and a listing may be cut: what cannot be read in full is not written.
  if (data.truncated || treeHash(directory) !== sha) {
    throw new CagentError(
      'github.refused',
      `the directory ${path === '' ? 'at the root' : path} cannot be read in full through the API of GitHub`,
      { hint: 'Apply the patch to a checkout by "cagent apply".' },
    );
  }
  return directory;
}
