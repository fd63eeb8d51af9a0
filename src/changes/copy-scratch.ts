import { constants } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatSize } from '../core/memory-size.js';
import { fsPath } from '../core/path-text.js';
import { SCRATCH_README } from '../workspace/scratch-readme.js';
import type { PathWithReason } from './changes.js';
import { errnoOf, joinPath, namesIn, statusOf } from './file-status.js';
import { isWhiteout, type Whiteouts } from './overlay-layers.js';
import { OwnerAccess } from './owner-access.js';
import { Rejections } from './rejections.js';

export interface ScratchLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

export const DEFAULT_SCRATCH_LIMITS: ScratchLimits = {
  maxFiles: 2_000,
  maxFileBytes: 64 * 2 ** 20,
  maxTotalBytes: 256 * 2 ** 20,
};

export interface CopyOptions {
  /** Default: {@link DEFAULT_SCRATCH_LIMITS}. */
  readonly limits?: ScratchLimits;
  /** Paths below the scratch that are not copied, for instance proposals that are in the patch already. */
  readonly skip?: (path: string) => boolean;
  /** The scratch is in the upper directory of an overlay: what marks a deleted file. */
  readonly whiteouts?: Whiteouts;
}

export interface CopiedScratch {
  readonly files: number;
  readonly bytes: number;
  /** Paths start with `.agent-scratch/`. */
  readonly rejected: readonly PathWithReason[];
}

interface CopyState {
  readonly scratch: string;
  readonly outDirectory: string;
  readonly limits: ScratchLimits;
  readonly options: CopyOptions;
  readonly access: OwnerAccess;
  readonly rejections: Rejections;
  files: number;
  bytes: number;
  entries: number;
}

const PIECE = 2 ** 20;

/**
 * Copies what the agent left in its scratch: regular files only, no link followed, sizes and counts limited, into
 * files that belong to us. What is uploaded later can therefore not lead to a key outside of the sandbox.
 *
 * `scratch`: host path of the agent's `.agent-scratch`; it need not exist. `outDirectory` is made for the copies.
 */
export async function copyScratch(
  scratch: string,
  outDirectory: string,
  options: CopyOptions = {},
): Promise<CopiedScratch> {
  const state: CopyState = {
    scratch,
    outDirectory,
    options,
    limits: options.limits ?? DEFAULT_SCRATCH_LIMITS,
    access: new OwnerAccess(),
    rejections: new Rejections(),
    files: 0,
    bytes: 0,
    entries: 0,
  };
  await mkdir(outDirectory, { recursive: true });
  try {
    const top = statusOf(scratch);
    if (top?.isDirectory()) {
      state.access.grant(scratch, top);
      await copyDirectory(state, '');
    } else if (top !== undefined && !isWhiteout(top, options.whiteouts ?? false)) {
      reject(state, '', 'not a directory any more');
    }
  } finally {
    state.access.restore();
  }
  return { files: state.files, bytes: state.bytes, rejected: state.rejections.list() };
}

async function copyDirectory(state: CopyState, directory: string): Promise<void> {
  const most = state.limits.maxFiles * 10;
  const { names, complete } = await namesIn(fsPath(state.scratch, directory), most);
  for (const name of names) {
    const path = joinPath(directory, name);
    state.entries += 1;
    if (state.entries > most) break;
    if (state.options.skip?.(path) === true) continue;
    try {
      await copyEntry(state, path);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined || code === 'ENOSPC') throw error;
      reject(state, path, `cannot be copied (${code})`);
    }
  }
  if (!complete || state.entries > most)
    reject(state, directory, `more than ${most} entries; the rest was not looked at`);
}

async function copyEntry(state: CopyState, path: string): Promise<void> {
  const source = fsPath(state.scratch, path);
  const stats = statusOf(source);
  if (stats === undefined || isWhiteout(stats, state.options.whiteouts ?? false)) return;
  if (stats.isDirectory()) {
    state.access.grant(source, stats);
    return await copyDirectory(state, path);
  }
  if (!stats.isFile())
    return reject(
      state,
      path,
      stats.isSymbolicLink() ? 'a link, which is not followed' : 'not a regular file',
    );
  const { maxFiles, maxFileBytes, maxTotalBytes } = state.limits;
  if (stats.size > maxFileBytes) return reject(state, path, `bigger than ${formatSize(maxFileBytes)}`);
  if (state.files >= maxFiles) return reject(state, path, `more than ${maxFiles} files in the scratch`);
  if (state.bytes + stats.size > maxTotalBytes)
    return reject(state, path, `more than ${formatSize(maxTotalBytes)} in the scratch`);
  state.access.grant(source, stats);
  if (path === 'README' && (await isOurReadme(source, stats.size))) return;
  await copyFile(source, fsPath(state.outDirectory, path), stats.size);
  state.files += 1;
  state.bytes += stats.size;
}

/** Copies at most `size` bytes: a file that grows after it was counted does not go past the limits. */
async function copyFile(source: string | Buffer, target: string | Buffer, size: number): Promise<void> {
  await mkdir(parentOf(target), { recursive: true });
  const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await from.stat()).isFile()) return;
    const to = await open(
      target,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o644,
    );
    try {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE, Math.max(size, 1)));
      for (let at = 0; at < size; ) {
        const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, size - at), at);
        if (bytesRead === 0) break;
        await to.write(buffer, 0, bytesRead);
        at += bytesRead;
      }
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function isOurReadme(file: string | Buffer, size: number): Promise<boolean> {
  if (size !== Buffer.byteLength(SCRATCH_README)) return false;
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return (await handle.readFile('utf8')) === SCRATCH_README;
  } finally {
    await handle.close();
  }
}

function parentOf(path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? dirname(path) : path.subarray(0, path.lastIndexOf('/'));
}

function reject(state: CopyState, path: string, reason: string): void {
  state.rejections.add(path === '' ? '.agent-scratch' : `.agent-scratch/${path}`, reason);
}
