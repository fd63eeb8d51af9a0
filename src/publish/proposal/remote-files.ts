import type { DistantFiles } from '../../changes/patch-on-tree.js';
import type { GitHub } from '../../github/client.js';
import type { RepositoryName } from '../../github/repository-name.js';
import { openTree, type RemoteTree } from '../../github/tree/remote-tree.js';

/** A commit on GitHub: its whole tree, and the files below the directory that the agent worked on. */
export interface RemoteCommit {
  readonly sha: string;
  readonly tree: RemoteTree;
  readonly files: DistantFiles;
}

/** @param directory `''`, or one without a slash at its end */
export async function readCommit(
  github: GitHub,
  repository: RepositoryName,
  sha: string,
  directory: string,
): Promise<RemoteCommit> {
  const route = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}';
  const { data } = await github.call(route, { ...repository, commit_sha: sha });
  const tree = openTree(github, repository, data.tree.sha);
  const blobs = new Map<string, Promise<Buffer>>();
  const read = async (blob: string): Promise<Buffer> => {
    const answer = await github.call('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', {
      ...repository,
      file_sha: blob,
    });
    return Buffer.from(answer.data.content, answer.data.encoding === 'base64' ? 'base64' : 'utf8');
  };
  const files: DistantFiles = {
    entry: (path) => tree.entry(inDirectory(directory, path)),
    blob(id) {
      const known = blobs.get(id) ?? read(id);
      blobs.set(id, known);
      return known;
    },
  };
  return { sha, tree, files };
}

export function inDirectory(directory: string, path: string): string {
  return directory === '' ? path : `${directory}/${path}`;
}
