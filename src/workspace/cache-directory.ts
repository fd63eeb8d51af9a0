import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment } from '../core/environment.js';
import { makeDirectories } from '../core/make-directories.js';
import { type ByteText, byteTextToFile } from './byte-text.js';

/**
 * A directory of our own that outlives runs. What is in it decides what is scanned and what the agent sees, so it is
 * used only while nobody else can write there: owned by us, no link, closed to all others, outside of the workspace.
 * Everything here fails quietly: without a cache a run is slower, never different.
 */
export interface Cache {
  readonly directory: string;
}

/** Where caches belong by the XDG base directory rules; `undefined` without a home. */
export function cacheDirectoryOf({ XDG_CACHE_HOME: cache, HOME: home }: Environment): string | undefined {
  if (cache?.startsWith('/')) return join(cache, 'cagent');
  return home?.startsWith('/') ? join(home, '.cache/cagent') : undefined;
}

/** Opens `<directory>/<name>`, made with mode 0700; `undefined` when there is none that can be trusted. */
export function openCache(
  directory: string | undefined,
  name: string,
  workspace: ByteText,
): Cache | undefined {
  if (directory === undefined) return undefined;
  try {
    // In the workspace the agent would see it, and a run would change what it must not touch.
    const root = realpathSync(byteTextToFile(workspace), { encoding: 'buffer' }).toString('latin1');
    if (`${realAncestor(directory)}/`.startsWith(root === '/' ? root : `${root}/`)) return undefined;
    makeDirectories(directory, 0o700);
    if (!onlyWeWrite(directory)) return undefined;
    const inner = join(directory, name);
    makeDirectories(inner, 0o700);
    return isOurs(inner) ? { directory: inner } : undefined;
  } catch {
    return undefined;
  }
}

/** The path without links, or that of the nearest directory above that exists. */
function realAncestor(path: string): ByteText {
  try {
    return realpathSync(path, { encoding: 'buffer' }).toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return realAncestor(dirname(path));
  }
}

/** A directory whose entries nobody but us can replace; others may look, as umask usually has it. */
function onlyWeWrite(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

/** A directory that is closed to everybody but us. */
export function isOurs(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

/** The bytes of a file of ours, at most `limit`; `undefined` for anything else than a plain file that only we write. */
export function readCached(cache: Cache, name: string, limit: number): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(
      join(cache.directory, name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    const stat = fstatSync(descriptor);
    const trusted = stat.isFile() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
    return trusted && stat.size <= limit ? readFileSync(descriptor) : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Replaces a file in one step, so that another run reads the old one or the new one. */
export function writeCached(cache: Cache, name: string, bytes: string | Uint8Array): void {
  const temporary = join(cache.directory, `.${name}.${process.pid}`);
  try {
    rmSync(temporary, { force: true });
    writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(cache.directory, name));
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** Removes the entries that were not used for longest until at most `entries` and `bytes` are left. */
export function trimCache(cache: Cache, limits: { readonly entries: number; readonly bytes: number }): void {
  try {
    const found = readdirSync(cache.directory)
      .map((name) => ({ path: join(cache.directory, name), ...usage(join(cache.directory, name)) }))
      .sort((a, b) => b.usedMs - a.usedMs);
    let bytes = 0;
    for (const [index, entry] of found.entries()) {
      bytes += entry.bytes;
      if (index >= limits.entries || bytes > limits.bytes) removeEntry(entry.path);
    }
  } catch {
    // Another run trims at the same time.
  }
}

function usage(path: string): { readonly usedMs: number; readonly bytes: number } {
  const stat = lstatSync(path);
  if (!stat.isDirectory()) return { usedMs: stat.mtimeMs, bytes: stat.size };
  const sizes = readdirSync(path).map((name) => lstatSync(join(path, name)).size);
  return { usedMs: stat.mtimeMs, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function removeEntry(path: string): void {
  if (lstatSync(path).isDirectory()) chmodSync(path, 0o700);
  rmSync(path, { recursive: true, force: true });
}
