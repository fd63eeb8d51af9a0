import type { Stats } from 'node:fs';
import { deleteOriginal, isNestedRepository, rejectNestedRepository } from './deleted-files.js';
import { linkTarget, unsafeLinkReason } from './link-target.js';
import type { Content } from './touched-path.js';
import { addTouched, contentOf, type WalkState } from './walk-state.js';

/** Records what the agent left at a path that is not a directory. `original`: what the workspace has there. */
export async function visitLeaf(
  state: WalkState,
  path: string,
  stats: Stats,
  original: Stats | undefined,
): Promise<void> {
  const written = contentOf(state.layers.upper, path, stats);
  if (written === undefined) return state.rejections.add(path, `${kindOf(stats)}, which a patch cannot hold`);
  const bits = stats.mode & 0o7000;
  if (stats.isFile() && bits !== 0 && bits !== ((original?.mode ?? 0) & 0o7000)) {
    return state.rejections.add(path, `a file with the ${bitName(bits)} bit`);
  }
  const before = original === undefined ? undefined : contentOf(state.layers.lower, path, original);
  // A proposed file is written anew, mostly without the right to execute that the original has.
  const after =
    !state.layers.whiteouts && before?.mode === '100755' && written.mode === '100644'
      ? { ...written, mode: before.mode }
      : written;
  if (after.mode === '120000') {
    const target = linkTarget(after.file);
    if (before?.mode === '120000' && linkTarget(before.file) === target) return;
    const reason = unsafeLinkReason(state.layers, path, target);
    if (reason !== undefined) return state.rejections.add(path, reason);
  }
  state.access.grant(after.file, stats);
  if (original?.isDirectory() === true) return await replaceDirectory(state, path, original, after);
  if (before === undefined && original !== undefined) {
    return state.rejections.add(path, `the original is ${kindOf(original)}, which a patch cannot hold`);
  }
  addTouched(state, before === undefined ? { path, after } : { path, before, after });
}

async function replaceDirectory(
  state: WalkState,
  path: string,
  original: Stats,
  after: Content,
): Promise<void> {
  if (!state.layers.whiteouts) return state.rejections.add(path, 'the original has a directory at this path');
  if (state.hidden.hasBelow(path))
    return state.rejections.add(path, 'it replaces a directory that holds hidden files');
  if (isNestedRepository(state, path)) return rejectNestedRepository(state, path);
  if (after.size > state.limits.maxFileBytes) return addTouched(state, { path, after });
  const { rejections, touched, bytes } = {
    rejections: state.rejections.count,
    touched: state.touched.length,
    bytes: state.bytes,
  };
  await deleteOriginal(state, path, original);
  if (state.rejections.count === rejections) return addTouched(state, { path, after });
  // Part of the directory has to stay, so the whole of it stays.
  state.touched.length = touched;
  state.bytes = bytes;
  state.rejections.add(path, 'it replaces a directory of which not everything can be shown as deleted');
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a named pipe (FIFO)';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

function bitName(bits: number): string {
  if ((bits & 0o4000) !== 0) return 'set-uid';
  return (bits & 0o2000) !== 0 ? 'set-gid' : 'sticky';
}
