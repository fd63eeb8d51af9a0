import { existsSync } from 'node:fs';
import type { CleanRepository } from './git-layout.js';

/** A commit that is kept inside. */
export interface KeptCommit {
  readonly id: string;
  /** Its parents among those that are kept, the first one first. */
  readonly parents: readonly string[];
}

/** First-parent commits that `history` keeps. */
export const HISTORY_COMMITS = 50;

/** Commits of a pull request and of its base since they parted. */
export const MOST_COMMITS_SINCE_BASE = 1_000;

/** The last commits of the first-parent line, oldest first. */
export async function lastCommits(repository: CleanRepository, tip: string): Promise<readonly KeptCommit[]> {
  const ids = await revList(repository, ['--first-parent', '-n', `${HISTORY_COMMITS}`, tip]);
  return ids.reverse().map(({ id }, index, all) => {
    const before = all[index - 1];
    return { id, parents: before === undefined ? [] : [before.id] };
  });
}

/** Where two commits parted; `undefined` when they have no commit in common, or none that is in the clone. */
export async function mergeBase(
  repository: CleanRepository,
  base: string,
  head: string,
): Promise<string | undefined> {
  const found = await repository
    .building(['merge-base', base, head], { env: shallowEnvironment(repository) })
    .catch(() => undefined);
  return found?.toString('latin1').trim();
}

/** Three commits at most: where base and head parted, base, head. Without a common one, head follows base. */
export function commitsOfPullRequest(
  parted: string | undefined,
  base: string,
  head: string,
): readonly KeptCommit[] {
  const root = parted ?? base;
  const onRoot = [...new Set([base, head])].filter((id) => id !== root);
  return [{ id: root, parents: [] }, ...onRoot.map((id) => ({ id, parents: [root] }))];
}

/**
 * Every commit of both sides since they parted, and the last ones before, oldest first; `undefined`: more than
 * {@link MOST_COMMITS_SINCE_BASE}.
 */
export async function commitsSinceBase(
  repository: CleanRepository,
  parted: string | undefined,
  base: string,
  head: string,
): Promise<readonly KeptCommit[] | undefined> {
  if (parted === undefined) return commitsOfPullRequest(parted, base, head);
  const before = await lastCommits(repository, parted);
  const args = ['--topo-order', '--reverse', '--parents', '-n', `${MOST_COMMITS_SINCE_BASE + 1}`];
  const since = await revList(repository, [...args, base, head, `^${parted}`]);
  if (since.length > MOST_COMMITS_SINCE_BASE) return undefined;
  const kept = new Set([...before, ...since].map(({ id }) => id));
  return [
    ...before,
    ...since.map(({ id, parents }) => ({ id, parents: parents.filter((parent) => kept.has(parent)) })),
  ];
}

/** The source may be a shallow clone, whose oldest commits name parents that are not there. */
export function shallowEnvironment({ scratch }: CleanRepository): Readonly<Record<string, string>> {
  const shallow = `${scratch}/common/shallow`;
  return existsSync(shallow) ? { GIT_SHALLOW_FILE: shallow } : {};
}

async function revList(repository: CleanRepository, args: readonly string[]): Promise<KeptCommit[]> {
  const listed = await repository.building(['rev-list', ...args], { env: shallowEnvironment(repository) });
  return listed
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [id = '', ...parents] = line.split(' ');
      return { id, parents };
    });
}
