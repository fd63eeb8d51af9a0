import { isUtf8 } from 'node:buffer';
import { CagentError } from '../../core/errors.js';
import type { GitHub } from '../client.js';
import type { RepositoryName } from '../repository-name.js';
import { hashAfter, type TreeEdits } from './edit-tree.js';
import type { RemoteTree } from './remote-tree.js';

/** What a tree is written from. */
export interface NewTree {
  readonly base: RemoteTree;
  readonly edits: TreeEdits;
  /** Content of an entry that GitHub may not have yet; `undefined` when it surely has it. */
  readonly content: (sha: string) => Promise<Buffer | undefined>;
}

/** Longer content goes up on its own, so that one request does not get too large. */
const LONGEST_INLINE = 100_000;

type Mode = '100644' | '100755' | '120000';

/**
 * Writes a tree through the API and returns its id. It is the tree that was computed here, or nothing is written
 * that anybody would see: no commit and no branch exists yet.
 */
export async function writeTree(
  github: GitHub,
  repository: RepositoryName,
  { base, edits, content }: NewTree,
): Promise<string> {
  const expected = await hashAfter(base, edits);
  if (expected === base.sha) return expected;
  const tree = [];
  for (const [path, entry] of edits) {
    const mode = (entry?.mode ?? (await base.entry(path))?.mode ?? '100644') as Mode;
    if (entry === null) {
      // GitHub refuses to delete what is not there, or not there any more.
      if ((await base.entry(path)) !== undefined && !isReplaced(path, edits))
        tree.push({ path, mode, type: 'blob' as const, sha: null });
      continue;
    }
    const bytes = await content(entry.sha);
    if (bytes !== undefined && bytes.length <= LONGEST_INLINE && isUtf8(bytes) && !bytes.includes(0)) {
      tree.push({ path, mode, type: 'blob' as const, content: bytes.toString('utf8') });
      continue;
    }
    if (bytes !== undefined) {
      await github.call('POST /repos/{owner}/{repo}/git/blobs', {
        ...repository,
        content: bytes.toString('base64'),
        encoding: 'base64',
      });
    }
    tree.push({ path, mode, type: 'blob' as const, sha: entry.sha });
  }
  const { data } = await github.call('POST /repos/{owner}/{repo}/git/trees', {
    ...repository,
    base_tree: base.sha,
    tree,
  });
  if (data.sha === expected) return expected;
  throw new CagentError(
    'github.refused',
    `GitHub made another tree than the patch does: ${data.sha}, not ${expected}`,
    { hint: 'Nothing was committed. Apply the patch to a checkout by "cagent apply".' },
  );
}

/** Whether a file becomes a directory or goes with the directory that becomes a file. */
function isReplaced(path: string, edits: TreeEdits): boolean {
  return [...edits].some(
    ([other, entry]) => entry !== null && (path.startsWith(`${other}/`) || other.startsWith(`${path}/`)),
  );
}
