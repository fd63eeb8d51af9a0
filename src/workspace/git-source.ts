import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { type ByteText, byteTextToFile, byteTextToPath } from './byte-text.js';

/** The repository that a workspace is checked out from, found by reading files: nothing of it is run. */
export interface GitSource {
  /** The directory of HEAD and index; of a linked worktree this is its own. */
  readonly gitDirectory: ByteText;
  /** The directory of objects and refs. */
  readonly commonDirectory: ByteText;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Commit that is checked out; `undefined` before the first one. */
  readonly head: string | undefined;
  /** Short name of the branch; `undefined` when HEAD is detached. */
  readonly branch: string | undefined;
}

/** Why there is no repository to take from, for people. */
export interface NoGitSource {
  readonly reason: string;
}

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Looks at `.git` of the workspace; directories above are another project's business. */
export function locateGitSource(root: ByteText): GitSource | NoGitSource {
  try {
    return readSource(root);
  } catch (error) {
    return { reason: `.git cannot be read (${(error as NodeJS.ErrnoException).code ?? 'not understood'})` };
  }
}

function readSource(root: ByteText): GitSource | NoGitSource {
  const dotGit = `${root}/.git`;
  if (lstatSync(byteTextToFile(dotGit), { throwIfNoEntry: false }) === undefined) {
    return { reason: 'the workspace is not the top of a git repository' };
  }
  const gitDirectory = real(
    statSync(byteTextToFile(dotGit)).isDirectory() ? dotGit : followGitFile(root, dotGit),
  );
  const common = readText(`${gitDirectory}/commondir`)?.trim();
  const commonDirectory = common === undefined ? gitDirectory : real(resolveFrom(gitDirectory, common));
  const headText = readText(`${gitDirectory}/HEAD`)?.trim();
  if (headText === undefined) return { reason: '.git has no HEAD' };
  if (isDirectory(`${commonDirectory}/reftable`)) return { reason: 'its refs are stored as reftable' };
  if (!isDirectory(`${commonDirectory}/objects`)) return { reason: '.git has no objects' };
  if (isOtherThanFile(`${gitDirectory}/index`)) return { reason: '.git/index is no regular file' };
  const reference = /^ref: (refs\/.+)$/.exec(headText)?.[1];
  const head = reference === undefined ? headText : resolveReference(commonDirectory, reference);
  if (head !== undefined && !OBJECT_ID.test(head)) return { reason: '.git/HEAD is not understood' };
  return {
    gitDirectory,
    commonDirectory,
    objectFormat: objectFormat(commonDirectory, head),
    head,
    branch: reference?.startsWith('refs/heads/')
      ? byteTextToPath(reference.slice('refs/heads/'.length))
      : undefined,
  };
}

function followGitFile(root: ByteText, file: ByteText): ByteText {
  const target = /^gitdir: (.+?)\n?$/s.exec(readText(file) ?? '')?.[1];
  return resolveFrom(root, target ?? '.git-file-without-target');
}

function resolveReference(common: ByteText, reference: ByteText): string | undefined {
  const loose = readText(`${common}/${reference}`)?.trim();
  if (loose !== undefined) {
    const next = /^ref: (refs\/.+)$/.exec(loose)?.[1];
    return next === undefined || next === reference ? loose : resolveReference(common, next);
  }
  const packed = readText(`${common}/packed-refs`) ?? '';
  for (const line of packed.split('\n')) {
    const space = line.indexOf(' ');
    if (line.slice(space + 1) === reference && OBJECT_ID.test(line.slice(0, space)))
      return line.slice(0, space);
  }
  return undefined;
}

function objectFormat(common: ByteText, head: string | undefined): 'sha1' | 'sha256' {
  if (head !== undefined) return head.length === 64 ? 'sha256' : 'sha1';
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(readText(`${common}/config`) ?? '') ? 'sha256' : 'sha1';
}

function resolveFrom(base: ByteText, path: ByteText): ByteText {
  return path.startsWith('/') ? path : `${base}/${path}`;
}

function real(path: ByteText): ByteText {
  return realpathSync(byteTextToFile(path), { encoding: 'buffer' }).toString('latin1');
}

/** `undefined` for what is missing or no regular file: opening a FIFO would wait for ever, deaf to Ctrl-C. */
function readText(path: ByteText): ByteText | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(byteTextToFile(path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor, 'latin1') : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function isDirectory(path: ByteText): boolean {
  return statSync(byteTextToFile(path), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isOtherThanFile(path: ByteText): boolean {
  return statSync(byteTextToFile(path), { throwIfNoEntry: false })?.isFile() === false;
}
