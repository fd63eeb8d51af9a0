import { opendir } from 'node:fs/promises';
import { decodePath, fsPath } from '../core/path-text.js';
import { errnoOf, joinPath, statusOf } from './file-status.js';
import type { WalkState } from './walk-state.js';

const MAX_COUNTED = 100_000;

/** ` (1,234 files)`: how many files an ignored directory of the agent holds, so that the report can say it in one line. */
export async function countIgnored(state: WalkState, directory: string): Promise<string> {
  let files = 0;
  const pending = [directory];
  for (let next = pending.pop(); next !== undefined && files < MAX_COUNTED; next = pending.pop()) {
    try {
      const stats = statusOf(fsPath(state.layers.upper, next));
      if (stats !== undefined) state.access.grant(fsPath(state.layers.upper, next), stats);
      const entries = await opendir(fsPath(state.layers.upper, next), {
        encoding: 'buffer' as BufferEncoding,
        bufferSize: 1024,
      });
      for await (const entry of entries) {
        if (entry.isDirectory()) pending.push(joinPath(next, decodePath(entry.name as unknown as Buffer)));
        else files += 1;
      }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
  return files >= MAX_COUNTED
    ? ` (more than ${MAX_COUNTED} files)`
    : ` (${files} ${files === 1 ? 'file' : 'files'})`;
}
