import { accessSync, constants, lstatSync, readFileSync, type Stats, writeFileSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { type ByteText, byteTextToFile } from './byte-text.js';
import { type IndexEntry, parseIndex, renderIndex } from './git-index-file.js';
import type { CleanRepository } from './git-layout.js';
import { type GitSource, locateGitSource } from './git-source.js';
import { buildTrees, type TreeObjects } from './git-tree-objects.js';
import type { HiddenSet } from './hidden-set.js';

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
 * what differs from it is read and hashed. The source's index is read, never written.
 */
export async function buildVisibleTree(
  repository: CleanRepository,
  source: GitSource,
  root: ByteText,
  hidden: HiddenSet,
): Promise<VisibleTree> {
  const sourceIndex = readIfThere(`${source.gitDirectory}/index`);
  const parsed = sourceIndex === undefined ? [] : parseIndex(sourceIndex, source.objectFormat);
  const listed = await listDifferences(repository, sourceIndex !== undefined, parsed === undefined);

  const entries = (parsed ?? []).filter(
    (entry) => !entry.skipWorktree && !listed.skipped.has(entry.path) && !hidden.has(entry.path),
  );
  const kept = entries.filter((entry) => isPlain(entry) && !listed.changed.has(entry.path));
  const added = [
    ...entries.filter((entry) => !isPlain(entry)).map((entry) => entry.path),
    ...listed.changed,
    ...listed.untracked,
  ].filter((path) => !hidden.has(path));
  writeFileSync(`${repository.gitDirectory}/index`, renderIndex(kept, repository.format));
  const { usable, leftOut } = sortOut(root, [...new Set(added)]);
  const nested = nestedRepositories(
    repository,
    root,
    listed.nested.filter((path) => !hidden.has(path)),
  );
  await addToIndex(repository, usable, nested.commits);
  const all = usable.length + nested.commits.length === 0 ? kept : readBack(repository);
  const objects = buildTrees(all, repository.format);
  writeFileSync(`${repository.gitDirectory}/index`, renderIndex(all, repository.format, objects.cacheTree));
  const blobs = new Set(all.filter((entry) => entry.mode !== SUBMODULE_MODE).map((entry) => entry.objectId));
  return { objects, blobs: [...blobs], leftOut: [...leftOut, ...nested.leftOut] };
}

interface Differences {
  /** Tracked and changed, deleted, or of unknown state. */
  readonly changed: ReadonlySet<ByteText>;
  readonly untracked: readonly ByteText[];
  /** Untracked repositories within, without the trailing slash. */
  readonly nested: readonly ByteText[];
  readonly skipped: ReadonlySet<ByteText>;
}

/** With `all`, every tracked path counts as changed: for an index whose form we do not read ourselves. */
async function listDifferences(
  repository: CleanRepository,
  hasIndex: boolean,
  all: boolean,
): Promise<Differences> {
  const index = hasIndex ? `${repository.sourceLink}/index` : `${repository.scratch}/no-index`;
  const output = await repository.building(
    ['ls-files', '-z', '-t', '-m', '-d', '-o', ...(all ? ['-c'] : []), '--exclude-standard'],
    { env: { GIT_INDEX_FILE: index } },
  );
  const changed = new Set<ByteText>();
  const skipped = new Set<ByteText>();
  const untracked: ByteText[] = [];
  const nested: ByteText[] = [];
  for (const line of output.toString('latin1').split('\0')) {
    if (line === '') continue;
    const tag = line[0];
    const path = line.slice(2);
    if (tag === '?')
      (path.endsWith('/') ? nested : untracked).push(path.endsWith('/') ? path.slice(0, -1) : path);
    else if (tag === 'S') skipped.add(path.endsWith('/') ? path.slice(0, -1) : path);
    else changed.add(path);
  }
  return { changed, untracked, nested, skipped };
}

/** An entry whose stat data can be believed and whose object is what is checked out. */
function isPlain(entry: IndexEntry): boolean {
  return entry.stage === 0 && !entry.assumeValid && !entry.intentToAdd;
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
      repository.building(['update-index', '--add', '--replace', '-z', '--stdin'], { stdin });
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
    await repository.building(['update-index', '--add', '-z', '--index-info'], { stdin });
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

function readIfThere(file: ByteText): Buffer | undefined {
  try {
    return readFileSync(byteTextToFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
