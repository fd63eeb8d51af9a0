import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Pack, pack } from 'tar-stream';
import type { ImageBuild } from './image-plan.js';

/**
 * The context of an image of our own as an archive for `docker build -`: the files and extra-ca.pem, which is always
 * there so that a Dockerfile can copy it, and empty where the host has no roots. The same content gives the same bytes
 * on every machine: sorted, without times and owners, and with one mode for files and one for programs.
 * @param hostRoots PEM file
 */
export async function packContext(
  files: ImageBuild['files'],
  hostRoots: string | undefined,
): Promise<Buffer> {
  const archive = pack();
  for (const { source, target } of files) addEntry(archive, source, target);
  addFile(
    archive,
    'extra-ca.pem',
    hostRoots === undefined ? Buffer.alloc(0) : readFileSync(hostRoots),
    0o644,
  );
  archive.finalize();
  return buffer(archive);
}

function addEntry(archive: Pack, path: string, name: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const entry of readdirSync(path).sort())
      addEntry(archive, join(path, entry), posix.join(name, entry));
  } else if (stat.isFile()) {
    addFile(archive, name, readFileSync(path), (stat.mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

function addFile(archive: Pack, name: string, content: Buffer, mode: number): void {
  archive.entry({ name, mode, mtime: new Date(0) }, content);
}
