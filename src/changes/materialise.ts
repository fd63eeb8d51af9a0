import {
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { formatSize } from '../core/memory-size.js';
import type { FetchedFile } from '../sandbox/fetch-files.js';
import type { ListedEntry } from '../sandbox/list-view.js';
import { type ByteText, byteTextToFile, byteTextToPath } from '../workspace/byte-text.js';
import type { PathWithReason } from './changes.js';
import type { ListingDifference } from './compare-listings.js';
import { errnoOf } from './file-status.js';

export interface MaterialiseInput {
  /** Absolute path of a directory that is made here, private to us. */
  readonly directory: string;
  readonly difference: ListingDifference;
  /** Paths that must not be brought here, with the reason. */
  readonly refused: ReadonlyMap<ByteText, string>;
  /** Whether a path is handed over as a file and not as a change. */
  readonly isHandedOver: (path: ByteText) => boolean;
  /** Whom the agent ran as: files become its property where we may give them away. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** A bigger file comes as a hole of its size, for the capture to refuse. */
  readonly maxFileBytes: number;
  /** What is fetched at most. */
  readonly maxTotalBytes: number;
  readonly fetch: (paths: readonly ByteText[]) => AsyncIterable<FetchedFile>;
}

/**
 * Makes a directory that looks like the upper directory of an overlay: what the agent changed, and a marker (see
 * `isWhiteout`, kind `file`) for what it deleted. Every directory in it is one that was made here, every file a new
 * one: no name in the engine's lists can lead out of it.
 *
 * @returns what is not in it, with the reason
 */
export async function materialise(input: MaterialiseInput): Promise<readonly PathWithReason[]> {
  const place = new Place(input);
  mkdirSync(input.directory, { mode: 0o700 });
  const wanted: ListedEntry[] = [];
  let bytes = 0;
  for (const entry of input.difference.changed) {
    const { path, type, size } = entry;
    const reason = input.refused.get(path) ?? unfitReason(type, input.isHandedOver(path));
    if (reason !== undefined) place.reject(path, reason);
    else if (type === 'd') place.attempt(path, () => place.makeDirectory(path));
    else if (type === 'l')
      place.attempt(path, (file) => symlinkSync(Buffer.from(entry.target, 'latin1'), file));
    else if (size > input.maxFileBytes) {
      place.attempt(path, (file) => {
        writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
        truncateSync(file, size);
      });
    } else if (bytes + size > input.maxTotalBytes)
      place.reject(path, `more than ${formatSize(input.maxTotalBytes)} would have to be fetched`);
    else {
      bytes += size;
      wanted.push(entry);
    }
  }
  for (const path of input.difference.deleted) {
    const reason = input.refused.get(path);
    if (reason !== undefined) place.reject(path, reason);
    else place.attempt(path, makeWhiteout);
  }
  await fetchInto(place, wanted, input);
  return place.rejected;
}

async function fetchInto(
  place: Place,
  wanted: readonly ListedEntry[],
  input: MaterialiseInput,
): Promise<void> {
  const modes = new Map(wanted.map(({ path, mode }) => [path, mode]));
  for await (const { path, content } of input.fetch([...modes.keys()])) {
    await place.attemptLater(path, async (file) => {
      await writeContent(file, content);
      place.give(file);
      // After the owner, since a change of owner takes the set-uid bit away.
      chmodSync(file, ((modes.get(path) ?? 0) & 0o7777) | 0o600);
    });
  }
}

async function writeContent(file: string | Buffer, content: AsyncIterable<Uint8Array>): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for await (const piece of content) await handle.write(piece);
  } finally {
    await handle.close();
  }
}

/** An empty file of 1970: nothing else that is made here has another time than now. */
function makeWhiteout(file: string | Buffer): void {
  writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  utimesSync(file, 0, 0);
}

function unfitReason(type: string, handedOver: boolean): string | undefined {
  if (type === 'f' || type === 'd' || type === 'l') return undefined;
  if (handedOver) return 'not a regular file';
  const kind = type === 'p' ? 'a named pipe (FIFO)' : type === 's' ? 'a socket' : 'a device';
  return `${kind}, which a patch cannot hold`;
}

/** The directory in the making. */
class Place {
  readonly rejected: PathWithReason[] = [];
  readonly #input: MaterialiseInput;
  readonly #made = new Set<ByteText>(['']);

  constructor(input: MaterialiseInput) {
    this.#input = input;
  }

  reject(path: ByteText, reason: string): void {
    this.rejected.push({ path: byteTextToPath(path), reason });
  }

  attempt(path: ByteText, make: (file: string | Buffer) => void): void {
    try {
      this.#makeParents(path);
      make(this.#file(path));
    } catch (error) {
      this.#rejectFailed(path, error);
    }
  }

  async attemptLater(path: ByteText, make: (file: string | Buffer) => Promise<void>): Promise<void> {
    try {
      this.#makeParents(path);
      await make(this.#file(path));
    } catch (error) {
      this.#rejectFailed(path, error);
    }
  }

  makeDirectory(path: ByteText): void {
    if (this.#made.has(path)) return;
    this.#makeParents(path);
    mkdirSync(this.#file(path), { mode: 0o700 });
    this.#made.add(path);
    this.give(this.#file(path));
  }

  give(file: string | Buffer): void {
    const { uid, gid } = this.#input.owner;
    if (process.getuid?.() === 0 && uid + gid > 0) chownSync(file, uid, gid);
  }

  #makeParents(path: ByteText): void {
    const slash = path.lastIndexOf('/');
    if (slash !== -1) this.makeDirectory(path.slice(0, slash));
  }

  #file(path: ByteText): string | Buffer {
    return byteTextToFile(`${Buffer.from(this.#input.directory).toString('latin1')}/${path}`);
  }

  /** A name that this file system cannot hold is one more thing to list; a full disk is not. */
  #rejectFailed(path: ByteText, error: unknown): void {
    const code = errnoOf(error);
    if (code === undefined || code === 'ENOSPC' || code === 'EDQUOT') throw error;
    this.reject(path, `cannot be brought here (${code})`);
  }
}
