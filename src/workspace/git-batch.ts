import { CagentError } from '../core/errors.js';
import type { Git } from './git-command.js';

/** One object of `git cat-file --batch`. */
export interface BatchObject {
  readonly id: string;
  readonly content: Buffer;
}

/** The content of objects, in the order asked for. Throws `workspace.git` when one is missing. */
export async function readObjects(git: Git, ids: readonly string[]): Promise<readonly BatchObject[]> {
  if (ids.length === 0) return [];
  const output = await git(['cat-file', '--batch'], { stdin: `${ids.join('\n')}\n` });
  const objects: BatchObject[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    // `ID TYPE SIZE`, or `ID missing`.
    const [id = '', , size] = output.toString('latin1', at, end).split(' ');
    if (size === undefined) {
      throw new CagentError('workspace.git', `The object ${id} is missing in the repository.`, {
        hint: 'A partial clone does not have all of them; clone without a filter.',
      });
    }
    objects.push({ id, content: output.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 2 + Number(size);
  }
  return objects;
}
