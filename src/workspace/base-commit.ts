import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { posix } from 'node:path';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { type ByteText, byteTextToFile, byteTextToPath, pathToByteText } from './byte-text.js';
import { readObjects } from './git-batch.js';
import { type Git, gitFor } from './git-command.js';
import { type GitSource, locateGitSource, type NoGitSource } from './git-source.js';

/** What a commit has in the workspace's directory. Nothing of the working tree takes part. */
export interface BaseCommit {
  /** Full name. */
  readonly id: string;
  /** Files, links and submodules by their paths in the workspace. */
  list(): Promise<ReadonlyMap<ByteText, BaseEntry>>;
  /** Entries of these names in the directories above the workspace up to the top, as `../NAME`. */
  above(names: readonly ByteText[]): Promise<ReadonlyMap<ByteText, BaseEntry>>;
  /** The content of blobs by their names. Throws `workspace.base` when one is missing. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
}

export interface BaseEntry {
  /** As git writes it: `100644`, `100755`, `120000` (link), `160000` (submodule). */
  readonly mode: string;
  readonly objectId: string;
}

export interface BaseRequest {
  /** The workspace, as text of core/path-text. */
  readonly root: string;
  /** A commit, branch or tag. */
  readonly revision: string;
  readonly processes: Processes;
  readonly env: Environment;
}

const MOST_LINKS = 40;

/**
 * Finds the commit in the repository of the workspace, or of a directory above it. Throws `workspace.base` when there
 * is no repository or the commit is not in it: what cannot be compared is not trusted.
 */
export async function openBaseCommit(request: BaseRequest): Promise<BaseCommit> {
  const { root, revision, processes, env } = request;
  const { source, prefix } = repositoryOf(pathToByteText(root));
  const git = gitFor(processes, env, { GIT_DIR: byteTextToPath(source.gitDirectory) });
  const id = await commitOf(git, revision);
  let entries: Promise<ReadonlyMap<ByteText, BaseEntry>> | undefined;
  return {
    id,
    list: () => {
      entries ??= readTree(git, id, prefix).catch(refuse);
      return entries;
    },
    above: (names) => readAbove(git, id, prefix, names).catch(refuse),
    read: async (ids) => {
      const objects = await readObjects(git, [...new Set(ids)]).catch(refuse);
      return new Map(objects.map((object) => [object.id, object.content]));
    },
  };
}

/**
 * Follows the links of the commit's own tree.
 * @returns the paths on the way, the last one being what the path leads to; `undefined` where the way leaves the
 * workspace or ends
 */
export function followLinks(
  path: ByteText,
  entries: ReadonlyMap<ByteText, BaseEntry>,
  targetOf: (entry: BaseEntry) => ByteText | undefined,
): readonly ByteText[] | undefined {
  const way: ByteText[] = [];
  let current = posix.normalize(path);
  for (let links = 0; links <= MOST_LINKS; links++) {
    const parts = current.split('/');
    let at = 1;
    while (at < parts.length && entries.get(parts.slice(0, at).join('/'))?.mode !== '120000') at += 1;
    const place = parts.slice(0, at).join('/');
    const entry = entries.get(place);
    way.push(place);
    if (entry?.mode !== '120000') return way;
    const target = targetOf(entry);
    if (target === undefined || target.startsWith('/')) return undefined;
    current = posix.normalize([posix.dirname(place), target, ...parts.slice(at)].join('/'));
    if (current === '..' || current.startsWith('../')) return undefined;
  }
  return undefined;
}

/** Reads the targets of all links of a commit. */
export async function linkTargets(commit: BaseCommit): Promise<(entry: BaseEntry) => ByteText | undefined> {
  const links = [...(await commit.list()).values()].filter(({ mode }) => mode === '120000');
  const targets = await commit.read(links.map(({ objectId }) => objectId));
  return ({ objectId }) => targets.get(objectId)?.toString('latin1');
}

/** The name that git gives to content. */
export function blobId(content: Buffer, like: string): string {
  const whole = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
  return hash(like.length === 64 ? 'sha256' : 'sha1', whole, 'hex');
}

function repositoryOf(root: ByteText): { readonly source: GitSource; readonly prefix: ByteText } {
  for (let directory = root, prefix = ''; ; ) {
    const source: GitSource | NoGitSource = locateGitSource(directory);
    if (!('reason' in source)) return { source, prefix };
    const found = statSync(byteTextToFile(`${directory}/.git`), { throwIfNoEntry: false }) !== undefined;
    const slash = directory.lastIndexOf('/');
    if (found || slash <= 0) {
      throw new CagentError(
        'workspace.base',
        `The workspace ${byteTextToPath(root)} is not in a git repository: ${source.reason}.`,
        { hint: 'A base commit needs one; check the repository out, or give --base none.' },
      );
    }
    prefix = `${directory.slice(slash + 1)}/${prefix}`;
    directory = directory.slice(0, slash);
  }
}

/** A clone in CI often has a branch under its remote's name only. */
async function commitOf(git: Git, revision: string): Promise<string> {
  for (const name of [revision, `refs/remotes/origin/${revision}`]) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    const found = await git(args).catch(() => undefined);
    if (found !== undefined) return found.toString('latin1').trim();
  }
  throw new CagentError(
    'workspace.base',
    `The base commit ${revision} is not in the repository of the workspace.`,
    {
      hint: `Fetch it ("git fetch origin ${revision}"; actions/checkout does with "fetch-depth: 0"), or give --base none to trust the workspace as it is.`,
    },
  );
}

async function readTree(
  git: Git,
  commit: string,
  prefix: ByteText,
): Promise<ReadonlyMap<ByteText, BaseEntry>> {
  const below = prefix === '' ? [] : ['--', byteTextToPath(prefix)];
  const listing = await git(['ls-tree', '-r', '-z', '--full-tree', commit, ...below]);
  return parseListing(listing.toString('latin1'), (path) => path.slice(prefix.length));
}

async function readAbove(
  git: Git,
  commit: string,
  prefix: ByteText,
  names: readonly ByteText[],
): Promise<ReadonlyMap<ByteText, BaseEntry>> {
  const way = prefix.split('/').slice(0, -1);
  const wanted = new Map(
    way.flatMap((_, depth) =>
      names.map((name) => [
        [...way.slice(0, depth), name].join('/'),
        `${'../'.repeat(way.length - depth)}${name}`,
      ]),
    ),
  );
  if (wanted.size === 0) return new Map();
  const paths = [...wanted.keys()].map(byteTextToPath);
  const listing = await git(['ls-tree', '-z', '--full-tree', commit, '--', ...paths]);
  return parseListing(listing.toString('latin1'), (path) => wanted.get(path) as ByteText);
}

function parseListing(
  listing: ByteText,
  named: (path: ByteText) => ByteText,
): ReadonlyMap<ByteText, BaseEntry> {
  const entries = new Map<ByteText, BaseEntry>();
  // Each entry is `MODE SP TYPE SP OBJECT TAB PATH NUL`, the mode always six characters wide. There may be 100,000.
  for (let at = 0; at < listing.length; ) {
    const end = listing.indexOf('\0', at);
    const tab = listing.indexOf('\t', at);
    const objectId = listing.slice(listing.lastIndexOf(' ', tab) + 1, tab);
    entries.set(named(listing.slice(tab + 1, end)), { mode: listing.slice(at, at + 6), objectId });
    at = end + 1;
  }
  return entries;
}

function refuse(thrown: unknown): never {
  if (!(thrown instanceof CagentError)) throw thrown;
  throw new CagentError('workspace.base', `The base commit cannot be read: ${thrown.message}`, {
    hint: 'Its objects have to be in the clone: fetch with full depth and without a filter, or give --base none.',
    cause: thrown,
  });
}
