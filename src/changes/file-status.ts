import { lstatSync, type Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { decodePath } from '../core/path-text.js';

/** lstat; `undefined` when there is nothing. Other failures throw. */
export function statusOf(path: string | Buffer): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The names in a directory as text of core/path-text, sorted, so that every capture of the same tree is the same. */
export async function namesIn(
  directory: string | Buffer,
  max: number,
): Promise<{ names: string[]; complete: boolean }> {
  const names: string[] = [];
  // The types of Node know only strings here; with this encoding the names come as bytes.
  const entries = await opendir(directory, { encoding: 'buffer' as BufferEncoding, bufferSize: 1024 });
  for await (const entry of entries) {
    if (names.length >= max) return { names: names.sort(), complete: false };
    names.push(decodePath(entry.name as unknown as Buffer));
  }
  return { names: names.sort(), complete: true };
}

/** The code of a system error, `undefined` for anything else. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return error instanceof Error && typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

export function isErrno(error: unknown, code: string): boolean {
  return errnoOf(error) === code;
}

/** A path below another, both relative to the workspace; the root is the empty text. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
