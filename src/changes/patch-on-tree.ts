import { join } from 'node:path';
import { CagentError } from '../core/errors.js';
import { displayPath, encodePath } from '../core/path-text.js';
import { complaint, refusal, writeTree } from './apply-git.js';
import type { ApplyInput } from './apply-run.js';
import { checkPatch, indexInfo } from './checked-patch.js';
import { readChanges, writePatch } from './diff-trees.js';
import { parseChanges } from './parse-changes.js';
import { matching } from './patch-policy.js';
import { isUnsafePath } from './path-safety.js';
import type { StoredPatch } from './read-run.js';
import { runGit, type TrustedGit, withTemporaryRepository } from './trusted-git.js';
import { tryPatch } from './try-patch.js';

/** The files of a commit that is somewhere else. Paths are those of the patch. */
export interface DistantFiles {
  entry(path: string): Promise<DistantEntry | undefined>;
  /** Content of a file or target of a link. */
  blob(sha: string): Promise<Buffer>;
}

export interface DistantEntry {
  readonly mode: string;
  readonly sha: string;
}

export interface PatchOnTree extends Pick<ApplyInput, 'policy' | 'processes' | 'env'> {
  readonly stored: StoredPatch;
  /** The commit that the agent started from. */
  readonly start: DistantFiles;
  /** The commit that the changes shall go onto; `undefined`: the same one. */
  readonly onto: DistantFiles | undefined;
}

/** What a patch comes to on a commit. */
export interface PlacedChanges {
  /** `undefined` when the changes conflict with what `onto` has: `conflict` says why. */
  readonly edits: ReadonlyMap<string, DistantEntry | null> | undefined;
  readonly conflict: string;
  /** The same on the commit that the agent started from. */
  readonly editsOnStart: ReadonlyMap<string, DistantEntry | null>;
  /** Whether `onto` had changed the same files and both changes were joined. */
  readonly merged: boolean;
  /** Changed paths that `policy.protected` names: they are for the caller to judge. */
  readonly guarded: readonly string[];
  /** Left out because of `policy.excluded`. */
  readonly excluded: readonly string[];
  /** Content that the patch brings; `undefined` for what one of the commits has. */
  content(sha: string): Promise<Buffer | undefined>;
}

/**
 * Finds out what a patch makes of a commit without a checkout: only the files that it names are fetched, into a
 * repository that is removed after `use`. Nothing of theirs (hooks, filters, attributes, configuration) is run.
 *
 * @throws CagentError `changes.apply` when the patch does not fit, differs from `changes.json`, carries something
 * dangerous, or has a path outside of `policy.allowed`
 */
export async function withPatchOnTree<T>(
  task: PatchOnTree,
  use: (changes: PlacedChanges) => Promise<T>,
): Promise<T> {
  return await withTemporaryRepository(task, 'sha1', async (repository) => {
    const git = { ...repository, env: { ...repository.env, GIT_INDEX_FILE: join(repository.cwd, 'index') } };
    const fetched = new Set<string>();
    const paths = candidatePaths(task.stored);
    const before = await importFiles(git, task.start, paths, fetched);
    const tried = await tryPatch(git, task.stored.patch);
    if (tried.exitCode !== 0) {
      throw refusal(
        `the patch does not apply to the commit that the agent started from: ${complaint(tried.stderr)}`,
        'The workspace had changes that were not committed, or the patch is not what the agent left.',
      );
    }
    const after = await writeTree(git);
    const { maxFiles, maxKilobytes, protected: guards, ...rest } = task.policy;
    const open = { ...rest, maxFiles: Infinity, maxKilobytes: Infinity, protected: [] };
    const { records, excluded } = await checkPatch({ ...task, policy: open }, git, { before, after }, '');
    for (const { file } of records) {
      if (!file.path.isWellFormed()) throw notUtf8(file.path);
    }
    const own = records.map(({ file }) => file.path);
    await runGit(git, ['read-tree', before]);
    await runGit(git, ['update-index', '-z', '--index-info'], indexInfo(records, encodePath));
    const wanted = await writeTree(git);
    const placed = await place(git, task, { before, wanted, paths, own }, fetched);
    return await use({
      ...placed,
      editsOnStart: await editsBetween(git, before, wanted),
      guarded: matching(own, guards),
      excluded,
      content: async (sha) => (fetched.has(sha) ? undefined : await runGit(git, ['cat-file', 'blob', sha])),
    });
  });
}

async function place(
  git: TrustedGit,
  { start, onto }: PatchOnTree,
  trees: {
    readonly before: string;
    readonly wanted: string;
    readonly paths: readonly string[];
    readonly own: readonly string[];
  },
  fetched: Set<string>,
): Promise<Pick<PlacedChanges, 'edits' | 'conflict' | 'merged'>> {
  const { before, wanted, paths, own } = trees;
  const onStart = { edits: await editsBetween(git, before, wanted), conflict: '', merged: false };
  if (onto === undefined) return onStart;
  const pairs = await Promise.all(own.map(async (path) => [await start.entry(path), await onto.entry(path)]));
  if (pairs.every(([a, b]) => a?.sha === b?.sha && a?.mode === b?.mode)) return onStart;
  const ours = await importFiles(git, onto, paths, fetched);
  const file = join(git.cwd, 'merge.patch');
  await writePatch(git, before, wanted, file);
  await runGit(git, ['read-tree', ours]);
  const result = await tryPatch(git, file, ['--3way']);
  if (result.exitCode !== 0)
    return {
      edits: undefined,
      conflict: complaint(result.stderr) || 'it was changed differently',
      merged: false,
    };
  return { edits: await editsBetween(git, ours, await writeTree(git)), conflict: '', merged: true };
}

/** What the run says that it changed; a wrong list makes the patch fail or differ from it. */
function candidatePaths({ changes }: StoredPatch): readonly string[] {
  return safePaths(changes.files.flatMap((file) => [file.oldPath ?? file.path, file.path]));
}

/** Those that may be asked for and put into an index, each once. */
export function safePaths(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)].filter((path) => !isUnsafePath(path) && path.isWellFormed());
}

/** The files that a commit has at these paths, as a tree of the temporary repository. */
export async function importFiles(
  git: TrustedGit,
  from: DistantFiles,
  paths: readonly string[],
  fetched: Set<string>,
): Promise<string> {
  const found = await Promise.all(paths.map(async (path) => ({ path, entry: await from.entry(path) })));
  const files = found.flatMap(({ path, entry }) =>
    entry !== undefined && /^(100644|100755|120000)$/.test(entry.mode) ? [{ path, entry }] : [],
  );
  for (const { entry } of files) {
    if (fetched.has(entry.sha)) continue;
    const id = await runGit(git, ['hash-object', '-w', '--stdin'], await from.blob(entry.sha));
    if (id.toString('latin1').trim() !== entry.sha)
      throw new CagentError('changes.apply', `GitHub gave another content than that of ${entry.sha}`);
    fetched.add(entry.sha);
  }
  await runGit(git, ['read-tree', '--empty']);
  const lines = files.map(({ path, entry }) => `${entry.mode} ${entry.sha}\t${path}\0`).join('');
  await runGit(git, ['update-index', '-z', '--index-info'], lines);
  return await writeTree(git);
}

async function editsBetween(
  git: TrustedGit,
  before: string,
  after: string,
): Promise<ReadonlyMap<string, DistantEntry | null>> {
  const records = parseChanges(await readChanges(git, before, after, false));
  return new Map(
    records.map(({ file, newId }) => [
      file.path,
      file.newMode === undefined ? null : { mode: file.newMode, sha: newId },
    ]),
  );
}

function notUtf8(path: string): CagentError {
  return refusal(
    `the path ${displayPath(path)} is not UTF-8, which the API of GitHub cannot carry`,
    'Apply the patch to a checkout by "cagent apply".',
  );
}
