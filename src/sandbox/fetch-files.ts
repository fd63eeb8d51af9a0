import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { CagentError, messageOf } from '../core/errors.js';
import { runArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import type { ByteText } from '../workspace/byte-text.js';
import { complaintOf } from './complaint.js';

/** The content of one file; the next one comes only after it was read to its end or given up. */
export interface FetchedFile {
  readonly path: ByteText;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** GNU tar writes names as they are. The option is missing in the library's types. */
const NAMES_AS_BYTES: object = { filenameEncoding: 'latin1' };

/**
 * Fetches regular files from a volume, in the order of `paths`. The archive names nothing by itself: an entry that was
 * not asked for, or comes twice, or is no regular file, ends the fetch.
 *
 * @throws CagentError `changes.capture`, `docker.*`
 */
export async function* fetchFiles(
  docker: Docker,
  plan: ContainerPlan,
  paths: readonly ByteText[],
): AsyncGenerator<FetchedFile> {
  if (paths.length === 0) return;
  const args = runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe' });
  const complaint = complaintOf(child.stderr);
  const names = paths.map((path) => Buffer.from(`./${path}\0`, 'latin1'));
  const asked = pipeline(Readable.from(names), child.stdin as NonNullable<typeof child.stdin>).catch(
    () => {},
  );
  const archive = extract(NAMES_AS_BYTES);
  const unpacked = pipeline(child.stdout, archive).then(
    () => undefined,
    (thrown: unknown) => messageOf(thrown),
  );
  const missing = new Set(paths);
  let finished = false;
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header;
      const path = name.replace(/^\.\//, '');
      if (type !== 'file' || !missing.delete(path)) throw broken('it holds what was not asked for');
      yield { path, size, content: entry as unknown as AsyncIterable<Uint8Array> };
      entry.resume();
    }
    finished = true;
  } catch (thrown) {
    throw thrown instanceof CagentError ? thrown : broken(complaint().trim() || messageOf(thrown));
  } finally {
    if (!finished) child.kill('SIGKILL');
  }
  await asked;
  const [failure, { exitCode }] = await Promise.all([unpacked, child.done]);
  if (exitCode === 0 && failure === undefined && missing.size === 0) return;
  const known = dockerError(args, complaint(), exitCode);
  if (known.code !== 'docker.failed') throw known;
  throw broken(complaint().trim() || failure || `${missing.size} files are missing in it`);
}

function broken(why: string): CagentError {
  return new CagentError(
    'changes.capture',
    `The agent's files could not be fetched from the engine: ${why}.`,
    {
      hint: 'Run again; if it stays, look at the free disk space of the engine.',
    },
  );
}
