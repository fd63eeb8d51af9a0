import { existsSync, rmSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { commitObject, committerDate } from './git-commit.js';
import { excludeInside, leftOutNotices } from './git-excludes.js';
import { type FilteredCommit, fastImportStream, IMPORT_REF, type TreeChange } from './git-fast-import.js';
import { type CleanRepository, setHead } from './git-layout.js';
import { assertObjects, packObjects } from './git-pack.js';
import { writePack } from './git-pack-file.js';
import { createSnapshot, removeBuildTraces, type SnapshotInput } from './git-snapshot.js';
import type { GitSource } from './git-source.js';
import { buildVisibleTree } from './git-tree.js';
import type { HiddenSet } from './hidden-set.js';
import { historicPaths } from './historic-paths.js';
import type { IgnoreRules } from './ignore-rules.js';
import { scanBytes } from './secret-scan.js';
import { SCANNED_BYTES } from './secret-scan-files.js';
import type { TrackedFiles } from './tracked-files.js';
import { shown } from './walk.js';

export interface HistoryInput extends SnapshotInput {
  readonly rules: IgnoreRules;
  /** Leave out old versions of files in which the secret scan finds something. */
  readonly scan: boolean;
  /** Reads the workspace again into an empty repository, for a second try. */
  readonly readAgain: () => Promise<TrackedFiles>;
}

/** First-parent commits that are kept. */
export const HISTORY_COMMITS = 50;

/**
 * Makes a fresh repository with the last commits of the first-parent line, each without what is hidden, and what is
 * not committed on top. Falls back to a snapshot, with a notice, where that cannot be done.
 */
export async function createHistory(input: HistoryInput): Promise<readonly string[]> {
  const { head } = input.tracked.source;
  if (head === undefined) return createSnapshot(input);
  try {
    return await filterHistory(input, head);
  } catch (error) {
    if (!(error instanceof CagentError)) throw error;
    rmSync(input.tracked.repository.gitDirectory, { recursive: true, force: true });
    rmSync(input.tracked.repository.scratch, { recursive: true, force: true });
    const notices = await createSnapshot({ ...input, tracked: await input.readAgain() });
    return [`The history could not be filtered, so there is one commit inside: ${error.message}`, ...notices];
  }
}

async function filterHistory(input: HistoryInput, head: string): Promise<readonly string[]> {
  const { repository, source } = input.tracked;
  const hidden = historicPaths(input.rules, input.hidden);
  const commits = await readCommits(repository, source, head, hidden);
  const visible = await buildVisibleTree(input.tracked, input.root, input.hidden);
  const secret = input.scan
    ? await secretBlobs(repository, commits, new Set(visible.blobs))
    : new Set<string>();
  const filtered = commits.map((commit) => withoutSecrets(commit, secret));
  await repository.building(
    ['-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet', '--done', '--date-format=raw'],
    { stdin: fastImportStream(filtered) },
  );
  const [last, lastTree] = await resolve(repository);
  writePack(`${repository.scratch}/objects/pack`, visible.objects.trees, repository.format);
  let tip = last;
  if (lastTree !== visible.objects.root) {
    const people = filtered.at(-1)?.people.toString('latin1') ?? '';
    const date = committerDate(people);
    const top = commitObject(
      visible.objects.root,
      date,
      'Uncommitted changes of the workspace',
      repository.format,
      last,
    );
    writePack(`${repository.scratch}/objects/pack`, [top], repository.format);
    tip = top.id.toString('hex');
  }
  await packObjects(repository, [tip], 'tips');
  rmSync(`${repository.gitDirectory}/refs/cagent`, { recursive: true, force: true });
  excludeInside(repository, visible.leftOut);
  setHead(repository, source.branch, tip);
  removeBuildTraces(repository);
  await assertHistory(repository, tip, hidden);
  return leftOutNotices(visible.leftOut);
}

async function readCommits(
  repository: CleanRepository,
  source: GitSource,
  head: string,
  hidden: HiddenSet,
): Promise<readonly FilteredCommit[]> {
  const shallow = `${repository.scratch}/common/shallow`;
  const env = existsSync(shallow) ? { GIT_SHALLOW_FILE: shallow } : {};
  const listed = await repository.building(['rev-list', '--first-parent', '-n', `${HISTORY_COMMITS}`, head], {
    env,
  });
  const ids = listed.toString('latin1').trim().split('\n').reverse();
  const emptyTree = source.objectFormat === 'sha1' ? EMPTY_TREE_SHA1 : EMPTY_TREE_SHA256;
  const commits: FilteredCommit[] = [];
  for (const [index, id] of ids.entries()) {
    const [raw, diff] = await Promise.all([
      repository.building(['cat-file', 'commit', id]),
      repository.building(
        ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', ids[index - 1] ?? emptyTree, id],
        { env },
      ),
    ]);
    const changes = parseChanges(diff).filter((change) => !hidden.has(change.path));
    commits.push({ ...parseCommit(raw), changes });
  }
  return commits;
}

const EMPTY_TREE_SHA1 = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const EMPTY_TREE_SHA256 = '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';

function parseCommit(raw: Buffer): Omit<FilteredCommit, 'changes'> {
  const end = raw.indexOf('\n\n');
  const lines = raw.toString('latin1', 0, end + 1).match(/^(?:author|committer) .*\n/gm) ?? [];
  const message = raw.subarray(end + 2);
  const safe =
    scanBytes(message, 'message').length === 0 ? message : Buffer.from('(message withheld: secret scan)\n');
  return { people: Buffer.from(lines.join(''), 'latin1'), message: safe };
}

/** `:OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH NUL`. */
function parseChanges(diff: Buffer): readonly TreeChange[] {
  const fields = diff.toString('latin1').split('\0');
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , objectId, status] = (fields[at] as string).split(' ') as [
      string,
      string,
      string,
      string,
      string,
    ];
    changes.push({ path: fields[at + 1] as string, mode: status === 'D' ? undefined : mode, objectId });
  }
  return changes;
}

/** Old versions that hold a secret. What is visible today was scanned as a file. */
async function secretBlobs(
  repository: CleanRepository,
  commits: readonly FilteredCommit[],
  visible: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const names = new Map<string, string>();
  for (const { changes } of commits) {
    for (const { mode, objectId, path } of changes) {
      if (mode !== undefined && mode !== '160000' && !visible.has(objectId)) names.set(objectId, path);
    }
  }
  const found = new Set<string>();
  if (names.size === 0) return found;
  const output = await repository.building(['cat-file', '--batch'], {
    stdin: `${[...names.keys()].join('\n')}\n`,
  });
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id, , size] = output.toString('latin1', at, end).split(' ') as [
      string,
      string,
      string | undefined,
    ];
    if (size === undefined)
      throw new CagentError('workspace.git', `The object ${id} is missing in the repository.`);
    const content = output.subarray(end + 1, end + 1 + Number(size));
    if (scanBytes(content.subarray(0, SCANNED_BYTES), names.get(id) ?? '').length > 0) found.add(id);
    at = end + 2 + Number(size);
  }
  return found;
}

/** A version with a secret is left out as if the file had been deleted for that while. */
function withoutSecrets(commit: FilteredCommit, secret: ReadonlySet<string>): FilteredCommit {
  if (secret.size === 0) return commit;
  const changes = commit.changes.map((change) =>
    secret.has(change.objectId) ? { ...change, mode: undefined } : change,
  );
  return { ...commit, changes };
}

async function resolve(repository: CleanRepository): Promise<readonly [string, string]> {
  const output = await repository.building(['rev-parse', IMPORT_REF, `${IMPORT_REF}^{tree}`]);
  return output.toString('latin1').trim().split('\n') as [string, string];
}

/** The objects are exactly those of the commits, and no path that was ever touched is hidden. */
async function assertHistory(repository: CleanRepository, tip: string, hidden: HiddenSet): Promise<void> {
  const objects = await repository.alone(['rev-list', '--objects', '--no-object-names', tip]);
  assertObjects(repository, new Set(objects.toString('latin1').trim().split('\n')));
  const touched = await repository.alone([
    'log',
    '--root',
    '--name-only',
    '--no-renames',
    '-z',
    '--format=',
    tip,
  ]);
  for (const path of touched.toString('latin1').split('\0')) {
    if (path === '' || !hidden.has(path)) continue;
    throw new CagentError('workspace.git', `The filtered history holds the hidden path ${shown(path)}.`);
  }
}
