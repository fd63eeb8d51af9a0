import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Writes a file so that its name always holds either the old content or the whole new one. */
export async function writeAtomically(
  path: string | Buffer,
  content: string | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary =
    typeof path === 'string' ? `${path}.partial` : Buffer.concat([path, Buffer.from('.partial')]);
  await rm(temporary, { force: true });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(temporary, flags, 0o600);
  try {
    await fill(file, content);
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

async function fill(file: FileHandle, content: string | AsyncIterable<Uint8Array>): Promise<void> {
  if (typeof content === 'string') return file.writeFile(content);
  for await (const bytes of content) await file.writeFile(bytes);
}
