import { rmSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { readObjects } from './git-batch.js';
import { commitObject, committerDate } from './git-commit.js';
import {
  commitsOfPullRequest,
  commitsSinceBase,
  type KeptCommit,
  lastCommits,
  MOST_COMMITS_SINCE_BASE,
  mergeBase,
} from './git-commits.js';
import { diffTrees } from './git-diff-trees.js';
import { excludeInside, leftOutNotices } from './git-excludes.js';
import { type FilteredCommit, fastImportStream, markRef } from './git-fast-import.js';
import { type CleanRepository, SANDBOX_IDENTITY, setHead, setTags } from './git-layout.js';
import { assertObjects, packObjects } from './git-pack.js';
import { writePack } from './git-pack-file.js';
import { createSnapshot, removeBuildTraces, type SnapshotInput } from './git-snapshot.js';
import type { GitSource } from './git-source.js';
import { buildVisibleTree } from './git-tree.js';
import { type HiddenSet, hiddenSet } from './hidden-set.js';
import { type HistoricPaths, historicPaths } from './historic-paths.js';
import type { IgnoreRules } from './ignore-rules.js';
import { scanBytes } from './secret-scan.js';
import { SCANNED_BYTES } from './secret-scan-files.js';
import type { TrackedFiles } from './tracked-files.js';
import { shown } from './walk.js';

export interface HistoryInput extends SnapshotInput {
  readonly kind: 'snapshot' | 'history';
  /** The commit that a pull request is compared with; it and head get tags. */
  readonly base?: string | undefined;
  readonly rules: IgnoreRules;
  /** Leave out old versions of files in which the secret scan finds something. */
  readonly scan: boolean;
  /** Paths that are hidden for not being in the base commit: they are what is under review, and may be read there. */
  readonly underReview: readonly string[];
  /** Reads the workspace again into an empty repository, for a second try. */
  readonly readAgain: () => Promise<TrackedFiles>;
}

/**
 * Makes a fresh repository with commits of the source, each without what is hidden, and on top what the agent sees
 * where that is not the last commit. `history`: the last commits of the first-parent line. With a base also that one,
 * so that `git diff base...head` works. Falls back to a snapshot, with a notice, where that cannot be done.
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
  const underReview = new Set(input.underReview);
  const hidden = historicPaths(
    input.rules,
    hiddenSet(input.hiddenPaths.filter((path) => !underReview.has(path)).map((path) => ({ path }))),
  );
  const { kind, kept, notices } = await chooseCommits(input, head);
  const commits = await readCommits(repository, source, kept, hidden);
  const visible = await buildVisibleTree(input.tracked, input.root, input.hidden, input.shown);
  const secret = await secretBlobs(repository, commits, {
    visible: new Set(visible.blobs),
    hidden,
    scan: input.scan,
  });
  const filtered = commits
    .map((commit) => withoutSecrets(commit, secret))
    .map((commit, index) => (kind === 'history' ? commit : anonymous(commit, kept[index]?.id ?? '')));
  const places = [head, ...(input.base === undefined ? [] : [input.base])].map((id) =>
    kept.findIndex((commit) => commit.id === id),
  );
  await repository.building(
    ['-c', 'fastimport.unpackLimit=0', 'fast-import', '--quiet', '--done', '--date-format=raw'],
    { stdin: fastImportStream(filtered, places) },
  );
  const [last, base] = await resolve(repository, places);
  writePack(`${repository.scratch}/objects/pack`, visible.objects.trees, repository.format);
  let tip = last?.commit ?? '';
  if (last?.tree !== visible.objects.root) {
    const date = committerDate(filtered[places[0] ?? 0]?.people.toString('latin1') ?? '');
    const top = commitObject(visible.objects.root, date, topMessage(input), repository.format, tip);
    writePack(`${repository.scratch}/objects/pack`, [top], repository.format);
    tip = top.id.toString('hex');
  }
  const tags = base === undefined ? {} : { base: base.commit, head: last?.commit ?? '' };
  const tips = [...new Set([tip, ...Object.values(tags)])];
  await packObjects(repository, tips, 'tips');
  rmSync(`${repository.gitDirectory}/refs/cagent`, { recursive: true, force: true });
  excludeInside(repository, visible.leftOut);
  setHead(repository, source.branch, tip);
  setTags(repository, tags);
  removeBuildTraces(repository);
  await assertHistory(repository, tips, hidden);
  return [...notices, ...leftOutNotices(visible.leftOut)];
}

interface ChosenCommits {
  readonly kind: HistoryInput['kind'];
  readonly kept: readonly KeptCommit[];
  readonly notices: readonly string[];
}

async function chooseCommits(
  { kind, base, tracked: { repository } }: HistoryInput,
  head: string,
): Promise<ChosenCommits> {
  if (base === undefined) return { kind, kept: await lastCommits(repository, head), notices: [] };
  const parted = await mergeBase(repository, base, head);
  const notices =
    parted === undefined
      ? [
          'Base and head have no commit in common in this clone, so head follows base inside; fetch with full depth.',
        ]
      : [];
  const all = kind === 'history' ? await commitsSinceBase(repository, parted, base, head) : undefined;
  if (all !== undefined) return { kind, kept: all, notices };
  const kept = commitsOfPullRequest(parted, base, head);
  const far = `Base and head are more than ${MOST_COMMITS_SINCE_BASE} commits apart, so each is one commit inside.`;
  return { kind: 'snapshot', kept, notices: kind === 'history' ? [...notices, far] : notices };
}

function topMessage({ shown, underReview }: HistoryInput): string {
  return shown.length + underReview.length === 0
    ? 'Uncommitted changes of the workspace'
    : 'Configuration of agents as in the base commit, and uncommitted changes';
}

/** A snapshot tells nobody's name and message. */
function anonymous(commit: FilteredCommit, id: string): FilteredCommit {
  const who = `${SANDBOX_IDENTITY.name} <${SANDBOX_IDENTITY.email}>`;
  const date = committerDate(commit.people.toString('latin1'));
  return {
    ...commit,
    people: Buffer.from(`author ${who} ${date}\ncommitter ${who} ${date}\n`),
    message: Buffer.from(`Visible files of commit ${id}\n`),
  };
}

async function readCommits(
  repository: CleanRepository,
  source: GitSource,
  kept: readonly KeptCommit[],
  hidden: HiddenSet,
): Promise<readonly FilteredCommit[]> {
  const emptyTree = source.objectFormat === 'sha1' ? EMPTY_TREE_SHA1 : EMPTY_TREE_SHA256;
  const places = new Map(kept.map(({ id }, index) => [id, index]));
  const raw = await readObjects(
    repository.building,
    kept.map(({ id }) => id),
  );
  const trees = raw.map(({ content }) => treeOf(content));
  const parents = kept.map((commit) => commit.parents.flatMap((parent) => places.get(parent) ?? []));
  const changes = await diffTrees(
    repository,
    trees.map((tree, index) => [trees[parents[index]?.[0] ?? -1] ?? emptyTree, tree]),
  );
  return raw.map(({ content }, index) => ({
    ...parseCommit(content),
    parents: parents[index] ?? [],
    changes: (changes[index] ?? []).filter((change) => !hidden.has(change.path)),
  }));
}

/** A commit begins with `tree ID`. */
function treeOf(commit: Buffer): string {
  return commit.toString('latin1', 'tree '.length, commit.indexOf(10));
}

const EMPTY_TREE_SHA1 = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const EMPTY_TREE_SHA256 = '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';

function parseCommit(raw: Buffer): Pick<FilteredCommit, 'people' | 'message'> {
  const end = raw.indexOf('\n\n');
  const lines = raw.toString('latin1', 0, end + 1).match(/^(?:author|committer) .*\n/gm) ?? [];
  const message = raw.subarray(end + 2);
  const safe =
    scanBytes(message, 'message').length === 0 ? message : Buffer.from('(message withheld: secret scan)\n');
  return { people: Buffer.from(lines.join(''), 'latin1'), message: safe };
}

/** Old versions that hold a secret or a credential. What is visible today was judged as a file. */
async function secretBlobs(
  repository: CleanRepository,
  commits: readonly FilteredCommit[],
  {
    visible,
    hidden,
    scan,
  }: { readonly visible: ReadonlySet<string>; readonly hidden: HistoricPaths; readonly scan: boolean },
): Promise<ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { changes } of commits) {
    for (const { mode, objectId, path } of changes) {
      if (mode === undefined || mode === '160000' || visible.has(objectId)) continue;
      if (!scan && !hidden.suspects(path)) continue;
      names.set(objectId, (names.get(objectId) ?? new Set()).add(path));
    }
  }
  const found = new Set<string>();
  for (const { id, content } of await readObjects(repository.building, [...names.keys()])) {
    const isSecret = [...(names.get(id) ?? [])].some(
      (path) =>
        hidden.credentialIn(path, content) !== undefined ||
        (scan && scanBytes(content.subarray(0, SCANNED_BYTES), path).length > 0),
    );
    if (isSecret) found.add(id);
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

/** The commits that were made for some positions of the stream, with their trees. */
async function resolve(
  repository: CleanRepository,
  places: readonly number[],
): Promise<readonly { readonly commit: string; readonly tree: string }[]> {
  const names = places.map(markRef);
  const output = await repository.building(['rev-parse', ...names, ...names.map((name) => `${name}^{tree}`)]);
  const ids = output.toString('latin1').trim().split('\n');
  return names.map((_, index) => ({ commit: ids[index] ?? '', tree: ids[names.length + index] ?? '' }));
}

/** The objects are exactly those of the commits, and no path that was ever touched is hidden. */
async function assertHistory(
  repository: CleanRepository,
  tips: readonly string[],
  hidden: HiddenSet,
): Promise<void> {
  const objects = await repository.alone(['rev-list', '--objects', '--no-object-names', ...tips]);
  assertObjects(repository, new Set(objects.toString('latin1').trim().split('\n')));
  const touched = await repository.alone([
    'log',
    '--root',
    '-m',
    '--name-only',
    '--no-renames',
    '-z',
    '--format=',
    ...tips,
  ]);
  for (const path of touched.toString('latin1').split('\0')) {
    if (path === '' || !hidden.has(path)) continue;
    throw new CagentError('workspace.git', `The filtered history holds the hidden path ${shown(path)}.`);
  }
}
