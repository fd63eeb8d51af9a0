import { createHash, type Hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DockerIgnore } from './docker-ignore.js';

/**
 * A key made from the content of files and directories: names, kinds, executable bits and bytes, in sorted order.
 * Two checkouts with the same content get the same key, so an image built once serves every later run.
 * @param ignored what does not count, by its path below the one of `paths` that it is in
 * @returns 16 hexadecimal characters
 */
export function contentKey(paths: readonly string[], ignored?: DockerIgnore): string {
  const hash = createHash('sha256');
  for (const path of paths) addEntry(hash, path, '', ignored);
  return hash.digest('hex').slice(0, 16);
}

function addEntry(hash: Hash, path: string, name: string, ignored: DockerIgnore | undefined): void {
  const counts = name === '' || ignored?.leavesOut(name.slice(1)) !== true;
  if (!counts && ignored?.hasExceptions !== true) return;
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    if (counts) hash.update(`directory ${name}\0`);
    for (const entry of readdirSync(path).sort())
      addEntry(hash, join(path, entry), `${name}/${entry}`, ignored);
  } else if (!counts) {
    return;
  } else if (stat.isSymbolicLink()) {
    hash.update(`link ${name}\0${readlinkSync(path)}\0`);
  } else if (stat.isFile()) {
    hash.update(`file ${name}\0${stat.mode & 0o111 ? 'x' : '-'}\0${stat.size}\0`);
    hash.update(readFileSync(path));
  }
}
