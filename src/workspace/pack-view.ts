import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { CagentError } from '../core/errors.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { hiddenSet } from './hidden-set.js';
import { SCRATCH_DIRECTORY } from './scratch-directory.js';
import { TAR_END, type TarEntry, tarHeader, tarPadding } from './tar-header.js';
import { shown } from './walk.js';
import type { WorkspacePlan } from './workspace-plan.js';

export interface PackInput {
  readonly plan: WorkspacePlan;
  /** Directory that holds the clean `.git`, if the plan has one. */
  readonly top: string;
  /** Text of `.agent-scratch/README`. */
  readonly scratchReadme: string;
  /** Name of the view's directory in the archive. */
  readonly prefix: ByteText;
}

/** What was packed; filled while the archive is read. Paths are relative to the workspace. */
export interface PackedView {
  /** Everything but `.git`, with the identity of the original (see {@link identityOf}); ours have an empty one. */
  readonly originals: Map<ByteText, string>;
  /** Visible, but not sent: what cannot be read, and sockets, FIFOs and devices. */
  readonly leftOut: ByteText[];
}

const PIECE = 2 ** 20;

/**
 * The view as an archive, in pieces of about a mebibyte: what the plan leaves visible, the clean `.git` and an
 * `.agent-scratch` with its README. The workspace is read, never written, and no link is followed.
 *
 * @throws CagentError `workspace.view` when a file changes while it is read
 */
export async function* packView(input: PackInput, packed: PackedView): AsyncGenerator<Buffer> {
  yield* inPieces(entries(input, packed));
}

/** Files of the host under other names, as an archive. */
export async function* packFiles(
  files: readonly { readonly source: string; readonly name: ByteText }[],
): AsyncGenerator<Buffer> {
  yield* inPieces(
    (function* () {
      for (const { source, name } of files) {
        yield* fileEntry(source, { ...headOf(lstatSync(source), { uid: 0, gid: 0 }), mode: 0o644, name });
      }
      yield TAR_END;
    })(),
  );
}

/** Kind first; changes with every change of content, mode or owner, and when another file takes the place. */
export function identityOf(stat: Stats): string {
  const kind = stat.isDirectory() ? 'directory' : 'other';
  return [kind, stat.dev, stat.ino, stat.mode, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
}

function* entries(input: PackInput, packed: PackedView): Generator<Buffer> {
  const { plan, prefix } = input;
  const root = pathToByteText(plan.root);
  const rootStat = lstatSync(byteTextToFile(`${root}/.`));
  yield tarHeader({ ...headOf(rootStat), type: 'directory', name: prefix, size: 0 });
  yield* visibleEntries(root, input, packed);
  yield* baseEntries(input, packed);
  yield* scratchEntries(input, packed);
  if (plan.git.kind !== 'none') yield* treeEntries(input.top, '.git', input);
  yield TAR_END;
}

function* visibleEntries(root: ByteText, { plan, prefix }: PackInput, packed: PackedView): Generator<Buffer> {
  const hidden = hiddenSet([...plan.hidden, ...(plan.base?.shown ?? [])]);
  const pending: ByteText[] = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const { name } of list(`${root}/${directory}`)) {
      const path = directory + name;
      if (path === '.git' || path === SCRATCH_DIRECTORY || hidden.has(path)) continue;
      const file = byteTextToFile(`${root}/${path}`);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (stat === undefined) continue;
      const head = { ...headOf(stat), name: `${prefix}/${path}` };
      if (stat.isDirectory()) {
        yield tarHeader({ ...head, type: 'directory', size: 0 });
        pending.push(`${path}/`);
      } else if (stat.isSymbolicLink()) {
        const target = readlinkSync(file, { encoding: 'latin1' as BufferEncoding });
        yield tarHeader({ ...head, type: 'link', size: 0, target });
      } else if (stat.isFile() && isReadable(file)) {
        yield* fileEntry(file, head, path);
      } else {
        packed.leftOut.push(path);
        continue;
      }
      packed.originals.set(path, identityOf(stat));
    }
  }
}

/** What is shown from the base commit, with the directories that the workspace does not have. */
function* baseEntries({ plan, prefix, top }: PackInput, packed: PackedView): Generator<Buffer> {
  for (const { path: text } of plan.base?.shown ?? []) {
    const path = pathToByteText(text);
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
      const directory = path.slice(0, at);
      if (packed.originals.has(directory)) continue;
      const stat = lstatSync(byteTextToFile(`${top}/${directory}`));
      yield tarHeader({
        ...headOf(stat, plan.owner),
        type: 'directory',
        name: `${prefix}/${directory}`,
        size: 0,
      });
      packed.originals.set(directory, '');
    }
    const file = byteTextToFile(`${top}/${path}`);
    const stat = lstatSync(file);
    const head = { ...headOf(stat, plan.owner), name: `${prefix}/${path}` };
    if (stat.isSymbolicLink()) {
      const target = readlinkSync(file, { encoding: 'latin1' as BufferEncoding });
      yield tarHeader({ ...head, type: 'link', size: 0, target });
    } else yield* fileEntry(file, head);
    packed.originals.set(path, '');
  }
}

function* scratchEntries({ plan, prefix, scratchReadme }: PackInput, packed: PackedView): Generator<Buffer> {
  const head = { ...plan.owner, mtime: Date.now() / 1_000 };
  const name = `${prefix}/${SCRATCH_DIRECTORY}`;
  const readme = Buffer.from(scratchReadme);
  yield tarHeader({ ...head, type: 'directory', name, mode: 0o755, size: 0 });
  yield tarHeader({ ...head, type: 'file', name: `${name}/README`, mode: 0o644, size: readme.length });
  yield readme;
  yield tarPadding(readme.length);
  packed.originals.set(SCRATCH_DIRECTORY, '').set(`${SCRATCH_DIRECTORY}/README`, '');
}

/** A directory of our own with everything in it, as the property of the workspace's owner. */
function* treeEntries(parent: string, path: ByteText, input: PackInput): Generator<Buffer> {
  const file = byteTextToFile(`${parent}/${path}`);
  const stat = lstatSync(file);
  const head = { ...headOf(stat, input.plan.owner), name: `${input.prefix}/${path}` };
  if (stat.isDirectory()) {
    yield tarHeader({ ...head, type: 'directory', size: 0 });
    for (const { name } of list(`${parent}/${path}`)) yield* treeEntries(parent, `${path}/${name}`, input);
  } else if (stat.isFile()) yield* fileEntry(file, head, path);
}

function* fileEntry(
  file: string | Buffer,
  head: Omit<TarEntry, 'type' | 'size'>,
  path: ByteText = head.name,
): Generator<Buffer> {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw changed(path);
    yield tarHeader({ ...head, type: 'file', size: stat.size });
    for (let at = 0; at < stat.size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(PIECE, stat.size - at));
      const count = readSync(descriptor, buffer, 0, buffer.length, at);
      if (count === 0) throw changed(path);
      yield buffer.subarray(0, count);
      at += count;
    }
    yield tarPadding(stat.size);
  } finally {
    closeSync(descriptor);
  }
}

function headOf(
  stat: Stats,
  owner: { readonly uid: number; readonly gid: number } = stat,
): Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime'> {
  return { mode: stat.mode, uid: owner.uid, gid: owner.gid, mtime: stat.mtimeMs / 1_000 };
}

function list(directory: ByteText): readonly Dirent[] {
  return readdirSync(byteTextToFile(directory), {
    withFileTypes: true,
    encoding: 'latin1' as BufferEncoding,
  }) as unknown as readonly Dirent[];
}

function isReadable(file: string | Buffer): boolean {
  try {
    closeSync(openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}

function changed(path: ByteText): CagentError {
  return new CagentError('workspace.view', `${shown(path)} changed while it was copied.`, {
    hint: 'Run again when nothing writes to the workspace.',
  });
}

/** A small file is not worth a write of its own. */
function* inPieces(parts: Generator<Buffer>): Generator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for (const part of parts) {
    gathered.push(part);
    size += part.length;
    if (size < PIECE) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered);
}
