import { CagentError } from '../core/errors.js';
import type { TreeChange } from './git-fast-import.js';
import type { CleanRepository } from './git-layout.js';

/**
 * What changed between pairs of trees, in their order, by one process: a history has up to a thousand of them.
 * Throws `workspace.git` when a tree is missing.
 */
export async function diffTrees(
  repository: CleanRepository,
  pairs: readonly (readonly [before: string, after: string])[],
): Promise<readonly (readonly TreeChange[])[]> {
  const output = await repository.building(
    ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-renames', '--no-abbrev'],
    { stdin: pairs.map((pair) => `${pair.join(' ')}\n`).join('') },
  );
  const found = parse(output);
  if (found.length === pairs.length) return found;
  throw new CagentError('workspace.git', `git compared ${found.length} trees instead of ${pairs.length}.`);
}

/** For each pair `BEFORE AFTER LF`, and for each change `:OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH NUL`. */
function parse(output: Buffer): TreeChange[][] {
  const pairs: TreeChange[][] = [];
  for (let at = 0; at < output.length; ) {
    if (output[at] !== COLON) {
      pairs.push([]);
      at = output.indexOf(LINE_FEED, at) + 1;
      if (at === 0) break;
      continue;
    }
    const middle = output.indexOf(0, at);
    const end = output.indexOf(0, middle + 1);
    const [, mode, , objectId = '', status] = output.toString('latin1', at, middle).split(' ');
    const path = output.toString('latin1', middle + 1, end);
    pairs.at(-1)?.push({ path, mode: status === 'D' ? undefined : mode, objectId });
    at = end + 1;
  }
  return pairs;
}

const COLON = 0x3a;
const LINE_FEED = 0x0a;
