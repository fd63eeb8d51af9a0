import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, open, type ZipFile } from 'yauzl';
import { CagentError, messageOf } from '../core/errors.js';

/** What applying needs of a run directory. */
const WANTED: readonly string[] = ['report.json', 'changes.json', 'changes.patch'];
const LARGEST_FILE = 256 * 2 ** 20;

/**
 * Takes the files that applying needs out of an archive of a run directory, into a directory that is there. Only these
 * names are ever written: whoever made the archive chose the others.
 *
 * @throws CagentError `apply.run` when it is no such archive
 */
export async function unpackRun(archive: string, directory: string): Promise<void> {
  const found = new Set<string>();
  try {
    const zip = await openArchive(archive);
    try {
      for await (const entry of entriesOf(zip)) {
        const name = nameOf(entry);
        if (!WANTED.includes(name)) continue;
        if (found.has(name)) throw refused(`it has ${name} twice`);
        if (isLink(entry)) throw refused(`${name} is a link`);
        if (entry.uncompressedSize > LARGEST_FILE) throw refused(`${name} is too large`);
        found.add(name);
        await pipeline(
          await contentOf(zip, entry),
          createWriteStream(join(directory, name), { flags: 'wx' }),
        );
      }
    } finally {
      zip.close();
    }
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : refused(messageOf(thrown));
  }
  const missing = WANTED.filter((name) => !found.has(name));
  if (missing.length > 0) throw refused(`it has no ${missing.join(', ')}`);
}

function openArchive(file: string): Promise<ZipFile> {
  // Names stay bytes: the agent chose those of its scratch, and one strange name must not spoil the whole archive.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;
  return new Promise((resolve, reject) => {
    open(file, options, (error, zip) => (error === null ? resolve(zip) : reject(error)));
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (let index = 0; index < zip.entryCount; index += 1) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once('entry', resolve);
      zip.once('error', reject);
      zip.readEntry();
    });
    zip.removeAllListeners();
  }
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error === null ? resolve(stream) : reject(error)));
  });
}

/** Without decoding, the name is bytes, whatever the type says. */
function nameOf(entry: Entry): string {
  return (entry.fileName as unknown as Buffer).toString('latin1');
}

/** The kind of file is in the upper half, as Unix has it. */
function isLink({ externalFileAttributes: attributes }: Entry): boolean {
  return ((attributes >>> 16) & 0o170000) === 0o120000;
}

function refused(why: string): CagentError {
  return new CagentError('apply.run', `the artifact is not that of a run: ${why}`, {
    hint: 'Name the artifact that cagent uploaded, with the input artifact-name of its step.',
  });
}
