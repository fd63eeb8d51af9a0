import { readdir } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import { decodePath, encodePath, fsPath } from '../core/path-text.js';
import type { Processes } from '../core/process.js';
import { joinPath, statusOf } from './file-status.js';
import type { OwnerAccess } from './owner-access.js';

interface Input {
  readonly upper: string;
  readonly lower: string;
  readonly access: OwnerAccess;
  readonly processes: Processes;
  readonly env: Environment;
}

/**
 * The directories of the upper layer that cover the lower one whole: the agent removed and made them again. The mark
 * is the attribute `user.overlay.opaque=y`, which Node cannot read and GNU tar can. An agent that sets such an
 * attribute itself only gets `user.overlay.overlay.opaque`, since the kernel escapes it; that name counts for nothing.
 */
export async function findOpaqueDirectories(input: Input): Promise<ReadonlySet<string>> {
  const shared = await sharedDirectories(input, '');
  return shared.length === 0 ? new Set() : await readMarks(input, shared);
}

/** Directories that both layers have: only there does the mark mean anything. */
async function sharedDirectories(input: Input, directory: string): Promise<string[]> {
  const stats = statusOf(fsPath(input.upper, directory));
  if (stats !== undefined) input.access.grant(fsPath(input.upper, directory), stats);
  const entries = await readdir(fsPath(input.upper, directory), { encoding: 'buffer', withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const path = joinPath(directory, decodePath(entry.name as unknown as Buffer));
    if (path === '.git' || path === '.agent-scratch') continue;
    if (statusOf(fsPath(input.lower, path))?.isDirectory() !== true) continue;
    found.push(path, ...(await sharedDirectories(input, path)));
  }
  return found;
}

async function readMarks(input: Input, directories: readonly string[]): Promise<ReadonlySet<string>> {
  const tar = input.processes.start({
    file: 'tar',
    args: [
      '--xattrs',
      '--xattrs-include=user.overlay.opaque',
      '--no-recursion',
      '--null',
      '-T',
      '-',
      '-cf',
      '-',
    ],
    cwd: input.upper,
    env: { PATH: input.env.PATH, LC_ALL: 'C' },
  });
  const opaque = new Set<string>();
  let seen = 0;
  const archive = extract();
  archive.on('entry', (header, stream, next) => {
    // tar keeps the order of its list; names are not compared, since an archive spells odd bytes in its own way.
    const path = directories[seen];
    seen += 1;
    if (path !== undefined && isOpaque(header.pax)) opaque.add(path);
    stream.resume();
    next();
  });
  let complaint = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    if (complaint.length < 1_000) complaint += chunk.toString('utf8');
  });
  const names = Buffer.concat(
    directories.map((path) => Buffer.concat([Buffer.from('./'), encodePath(path), Buffer.from([0])])),
  );
  try {
    const written = pipeline([names], tar.stdin as NonNullable<typeof tar.stdin>).catch(() => {});
    await pipeline(tar.stdout, archive);
    await written;
    const { exitCode } = await tar.done;
    if (exitCode === 0 && seen === directories.length) return opaque;
  } catch (error) {
    throw captureFailed(complaint, error);
  }
  throw captureFailed(complaint);
}

function isOpaque(records: unknown): boolean {
  return Object.entries((records ?? {}) as object).some(
    ([key, value]) => key === 'SCHILY.xattr.user.overlay.opaque' && value === 'y',
  );
}

function captureFailed(complaint: string, cause?: unknown): CagentError {
  return new CagentError(
    'changes.capture',
    `tar could not read the overlay attributes of the agent's directories: ${complaint.trim() || 'no output'}`,
    { hint: 'GNU tar with extended attributes (--xattrs) must be on the PATH.', cause },
  );
}
