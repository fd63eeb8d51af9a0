import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A key made from the content of files and directories: names, kinds, executable bits and bytes, in sorted order.
 * Two checkouts with the same content get the same key, so an image built once serves every later run.
 * @returns 16 hexadecimal characters
 */
export function contentKey(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) addEntry(hash, path, '');
  return hash.digest('hex').slice(0, 16);
}

function addEntry(hash: ReturnType<typeof createHash>, path: string, name: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) {
    hash.update(`link ${name}\0${readlinkSync(path)}\0`);
  } else if (stat.isDirectory()) {
    hash.update(`directory ${name}\0`);
    for (const entry of readdirSync(path).sort()) addEntry(hash, join(path, entry), `${name}/${entry}`);
  } else if (stat.isFile()) {
    hash.update(`file ${name}\0${stat.mode & 0o111 ? 'x' : '-'}\0${stat.size}\0`);
    hash.update(readFileSync(path));
  }
}
