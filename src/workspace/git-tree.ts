import { accessSync, constants, lstatSync, readFileSync, type Stats, writeFileSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { type IndexEntry, objectNameOf, parseIndex, renderIndex } from './git-index-file.js';
import type { CleanRepository } from './git-layout.js';
import { locateGitSource } from './git-source.js';
import { buildTrees, type TreeObjects } from './git-tree-objects.js';
import type { HiddenSet } from './hidden-set.js';
import { isPlain, type TrackedFiles } from './tracked-files.js';
import type { BaseShown } from './workspace-plan.js';

export interface VisibleTree {
  /** What `git add -A` would add, without what is hidden. */
  readonly objects: TreeObjects;
  /** Object names of the files' content, each once. */
  readonly blobs: readonly string[];
  /** Untracked paths that are not in the tree, and that git inside has to ignore for its status to be clean. */
  readonly leftOut: readonly ByteText[];
}

const SUBMODULE_MODE = 0o160000;

/** The index after git has added to it. */
function readBack(repository: CleanRepository): readonly IndexEntry[] {
  const entries = parseIndex(readFileSync(`${repository.gitDirectory}/index`), repository.format);
  if (entries !== undefined) return entries;
  throw new CagentError('workspace.git', 'The index that git wrote has a form that cagent does not know.', {
    hint: 'Set workspace.git to none to run without a repository inside.',
  });
}

/**
 * Builds index and tree of the visible files. The entries of the source's index keep their stat data, so that only
 * what differs from it is read and hashed.
 */
export async function buildVisibleTree(
  tracked: TrackedFiles,
  root: ByteText,
  allHidden: HiddenSet,
  shown: readonly BaseShown[] = [],
): Promise<VisibleTree> {
  const { repository } = tracked;
  const replaced = new Set(shown.map(({ path }) => pathToByteText(path)));
  const hidden = { has: (path: ByteText) => replaced.has(path) || allHidden.has(path) };
  const entries = (tracked.entries ?? []).filter(
    (entry) => !entry.skipWorktree && !tracked.skipped.has(entry.path) && !hidden.has(entry.path),
  );
  const kept = entries.filter((entry) => isPlain(entry) && !tracked.changed.has(entry.path));
  const added = [
    ...entries.filter((entry) => !isPlain(entry)).map((entry) => entry.path),
    ...tracked.changed,
    ...tracked.untracked,
  ].filter((path) => !hidden.has(path));
  const { usable, leftOut } = sortOut(root, [...new Set(added)]);
  const nested = nestedRepositories(
    repository,
    root,
    tracked.nested.filter((path) => !hidden.has(path)),
  );
  let all: readonly IndexEntry[] = kept;
  const more = [...nested.commits, ...shown.map(cacheInfo)];
  if (usable.length + more.length > 0) {
    writeFileSync(`${repository.gitDirectory}/index`, renderIndex(kept, repository.format));
    await addToIndex(repository, usable, more);
    all = readBack(repository);
  }
  const objects = buildTrees(all, repository.format);
  writeFileSync(`${repository.gitDirectory}/index`, renderIndex(all, repository.format, objects.cacheTree));
  const blobs = new Set(
    all
      .filter((entry) => entry.mode !== SUBMODULE_MODE)
      .map((entry) => objectNameOf(entry, repository.format)),
  );
  return { objects, blobs: [...blobs], leftOut: [...leftOut, ...nested.leftOut] };
}

/** Git adds regular files, links and submodules; what cannot be read would make it fail as a whole. */
function sortOut(root: ByteText, paths: readonly ByteText[]): { usable: ByteText[]; leftOut: ByteText[] } {
  const usable: ByteText[] = [];
  const leftOut: ByteText[] = [];
  for (const path of paths) {
    const file = byteTextToFile(`${root}/${path}`);
    // A file below what is now a link or a file is gone: lstat says ENOTDIR, or finds it through the link.
    const stat = lstatOrGone(file);
    if (stat === undefined || isBeyondLink(root, path)) continue;
    if (stat.isFile()) (isReadable(file) ? usable : leftOut).push(path);
    else if (stat.isSymbolicLink() || isRepository(root, path, stat)) usable.push(path);
  }
  return { usable, leftOut };
}

async function addToIndex(
  repository: CleanRepository,
  paths: readonly ByteText[],
  cacheInfo: readonly string[],
): Promise<void> {
  if (paths.length > 0) {
    const stdin = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
    const add = (): Promise<Buffer> =>
      repository.hashing(['update-index', '--add', '--replace', '-z', '--stdin'], { stdin });
    // Attributes of the tree may ask for an encoding that the file does not have. The bytes as they are will do.
    await add().catch(() => {
      writeFileSync(
        `${repository.gitDirectory}/info/attributes`,
        '* -text !eol !filter -ident -working-tree-encoding\n',
      );
      return add();
    });
  }
  if (cacheInfo.length > 0) {
    const stdin = Buffer.from(cacheInfo.map((line) => `${line}\0`).join(''), 'latin1');
    await repository.hashing(['update-index', '--add', '-z', '--index-info'], { stdin });
  }
}

/** Untracked repositories are recorded like submodules; one without a commit cannot be. */
function nestedRepositories(
  repository: CleanRepository,
  root: ByteText,
  paths: readonly ByteText[],
): { commits: readonly string[]; leftOut: readonly ByteText[] } {
  const commits: string[] = [];
  const leftOut: ByteText[] = [];
  for (const path of paths) {
    const nested = locateGitSource(`${root}/${path}`);
    const head = 'reason' in nested || nested.objectFormat !== repository.format ? undefined : nested.head;
    if (head === undefined) leftOut.push(path);
    else commits.push(`${SUBMODULE_MODE.toString(8)} ${head}\t${path}`);
  }
  return { commits, leftOut };
}

/** A path as `git update-index --index-info` takes it. */
function cacheInfo({ path, mode, objectId }: BaseShown): ByteText {
  return `${mode} ${objectId}\t${pathToByteText(path)}`;
}

/** A directory in the place of a tracked file is not added itself; a submodule is. */
function isRepository(root: ByteText, path: ByteText, stat: Stats): boolean {
  return stat.isDirectory() && lstatOrGone(byteTextToFile(`${root}/${path}/.git`)) !== undefined;
}

function isBeyondLink(root: ByteText, path: ByteText): boolean {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    if (lstatOrGone(byteTextToFile(`${root}/${path.slice(0, at)}`))?.isSymbolicLink()) return true;
  }
  return false;
}

function lstatOrGone(file: string | Buffer): Stats | undefined {
  try {
    return lstatSync(file);
  } catch {
    return undefined;
  }
}

function isReadable(file: string | Buffer): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
