import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CagentError } from '../core/errors.js';
import { displayPath, encodePath } from '../core/path-text.js';
import { unixLines } from './line-ends.js';
import type { Content, TouchedPath } from './touched-path.js';
import { gitFailed, runGit, startGit, type TrustedGit } from './trusted-git.js';

/** Bytes that are read and handed to git at a time. */
const PIECE = 2 ** 18;
const COMMIT = 'committer cagent <cagent> 0 +0000\ndata 0\n';

export interface ImportedTrees {
  readonly base: string;
  readonly new: string;
}

/**
 * Puts the touched paths as they were and as they are into two trees. The bytes go straight from the files to git, so
 * that memory does not grow with them, and raw but for line ends that {@link markLineEnds} found: no filter takes part.
 */
export async function importTrees(git: TrustedGit, touched: readonly TouchedPath[]): Promise<ImportedTrees> {
  const args = [
    '-c',
    'pack.compression=1',
    '-c',
    'fastimport.unpackLimit=0',
    '-c',
    'core.fsync=none',
    'fast-import',
    '--quiet',
    '--force',
    '--depth=0',
  ];
  const running = startGit(git, args);
  running.stdout.resume();
  let failure: unknown;
  await pipeline(commands(touched), running.stdin as NonNullable<typeof running.stdin>).catch(
    (error: unknown) => {
      failure = error;
    },
  );
  if (failure instanceof CagentError) running.kill('SIGTERM');
  const { exitCode } = await running.done;
  if (failure instanceof CagentError) throw failure;
  if (exitCode !== 0 || failure !== undefined) throw gitFailed(['fast-import'], running.complaint(), failure);
  const [base, after] = (
    await runGit(git, ['rev-parse', 'refs/cagent/base^{tree}', 'refs/cagent/new^{tree}'])
  )
    .toString('latin1')
    .trim()
    .split('\n');
  return { base: base as string, new: after as string };
}

/** The commands in pieces of a good size for a pipe: a change of a few lines is not worth a write of its own. */
async function* commands(touched: readonly TouchedPath[]): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for (const part of commandParts(touched)) {
    gathered.push(part);
    size += part.length;
    if (size < PIECE) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  yield Buffer.concat(gathered);
}

function* commandParts(touched: readonly TouchedPath[]): Generator<Buffer> {
  for (const [name, pick] of [
    ['base', (entry: TouchedPath) => entry.before],
    ['new', (entry: TouchedPath) => entry.after],
  ] as const) {
    yield Buffer.from(`commit refs/cagent/${name}\n${COMMIT}`);
    for (const entry of touched) {
      const content = pick(entry);
      if (content !== undefined) yield* fileCommand(entry.path, content);
    }
  }
}

function* fileCommand(path: string, content: Content): Generator<Buffer> {
  yield Buffer.concat([Buffer.from(`M ${content.mode} inline `), quotePath(path), Buffer.from('\ndata ')]);
  if (content.mode === '120000') {
    const target = readlinkSync(content.file, { encoding: 'buffer' });
    yield Buffer.concat([Buffer.from(`${target.length}\n`), target, Buffer.from('\n')]);
    return;
  }
  // The walk has seen a regular file here; should it be anything else by now, neither follow nor wait for it.
  const descriptor = openSync(content.file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== content.size) throw changed(path);
    if (content.unixLines) {
      const bytes = unixLines(readFileSync(descriptor));
      yield Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes, Buffer.from('\n')]);
      return;
    }
    yield Buffer.from(`${stats.size}\n`);
    for (let at = 0; at < stats.size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE, stats.size - at));
      const bytesRead = readSync(descriptor, buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw changed(path);
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
    yield Buffer.from('\n');
  } finally {
    closeSync(descriptor);
  }
}

function changed(path: string): CagentError {
  return new CagentError('changes.capture', `${displayPath(path)} changed while it was read`, {
    hint: 'Nothing may write to the workspace until the changes are captured.',
  });
}

/** A path in the quotes of git: any byte goes through. */
function quotePath(path: string): Buffer {
  const parts: Buffer[] = [Buffer.from('"')];
  for (const byte of encodePath(path)) {
    const plain = byte >= 0x20 && byte !== 0x22 && byte !== 0x5c && byte !== 0x7f;
    parts.push(plain ? Buffer.from([byte]) : Buffer.from(`\\${byte.toString(8).padStart(3, '0')}`));
  }
  parts.push(Buffer.from('"'));
  return Buffer.concat(parts);
}
