import { CagentError } from '../core/errors.js';
import { orNotFound } from './answers.js';
import type { GitHub } from './client.js';
import { nodeIdOf } from './repository-facts.js';
import type { RepositoryName } from './repository-name.js';

/** Branches of a repository, by names without `refs/heads/`. All throw CagentError `github.*`. */

/** The commit at the head of a branch; `undefined` when there is no such branch. */
export async function branchHead(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
): Promise<string | undefined> {
  const answer = await orNotFound(
    github.call('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...repository, ref: `heads/${branch}` }),
  );
  return answer?.data.object.sha;
}

/**
 * Makes a branch, or moves it to any commit. A push of somebody else in the same moment is never lost: GitHub itself
 * compares where the branch is.
 * @param to `before`: where it has to be now; `undefined`: there is none
 * @throws CagentError `github.refused` when somebody else has been faster
 */
export async function setBranch(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  to: { readonly before: string | undefined; readonly sha: string },
): Promise<void> {
  if (to.before === undefined) {
    const ref = `refs/heads/${branch}`;
    await github.call('POST /repos/{owner}/{repo}/git/refs', { ...repository, ref, sha: to.sha });
    return;
  }
  await moveFrom(github, repository, branch, { before: to.before, after: to.sha });
}

/** @throws CagentError `github.refused` when the branch is not at `before` any more */
export async function deleteBranch(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  before: string,
): Promise<void> {
  await moveFrom(github, repository, branch, { before, after: NOWHERE });
}

/** GraphQL's word for a branch that is not there. */
const NOWHERE = '0'.repeat(40);

/** The one way of GitHub to say where a branch has to be: the REST API moves and deletes whatever is there. */
const UPDATE_REFS = 'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

async function moveFrom(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  { before, after }: { readonly before: string; readonly after: string },
): Promise<void> {
  const repositoryId = await nodeIdOf(github, repository);
  const update = { name: `refs/heads/${branch}`, beforeOid: before, afterOid: after, force: true };
  try {
    await github.graphql(UPDATE_REFS, { input: { repositoryId, refUpdates: [update] } });
  } catch (thrown) {
    const now = (await branchHead(github, repository, branch)) ?? NOWHERE;
    // The answer to an earlier try may have been lost.
    if (now === after) return;
    if (now === before) throw thrown;
    const where = now === NOWHERE ? 'is gone' : `is at ${now.slice(0, 12)}`;
    throw new CagentError(
      'github.refused',
      `the branch ${branch} was at ${before.slice(0, 12)} and ${where} now, so it is left alone`,
      { hint: 'Somebody has written to it meanwhile. Run the job again.', cause: thrown },
    );
  }
}

export interface Comparison {
  /** Commits of the head that the base does not have, oldest first; at most 250. */
  readonly ahead: readonly ComparedCommit[];
  readonly aheadBy: number;
  /** Commits of the base that the head does not have. */
  readonly behindBy: number;
  /** The newest commit that both have. */
  readonly mergeBase: string;
}

export interface ComparedCommit {
  readonly sha: string;
  readonly message: string;
  /** Name that git has for who committed it. */
  readonly committer: string;
  /** Account that GitHub knows by the committer's address. */
  readonly login: string | undefined;
}

/** How two commits or branches stand to each other; `undefined` when they have nothing in common. */
export async function compare(
  github: GitHub,
  repository: RepositoryName,
  base: string,
  head: string,
): Promise<Comparison | undefined> {
  const answer = await orNotFound(
    github.call('GET /repos/{owner}/{repo}/compare/{basehead}', {
      ...repository,
      basehead: `${base}...${head}`,
    }),
  );
  if (answer === undefined) return undefined;
  const { commits, ahead_by: aheadBy, behind_by: behindBy, merge_base_commit: common } = answer.data;
  return {
    ahead: commits.map(({ sha, commit, committer }) => ({
      sha,
      message: commit.message,
      committer: commit.committer?.name ?? '',
      login: committer !== null && 'login' in committer ? committer.login : undefined,
    })),
    aheadBy,
    behindBy,
    mergeBase: common.sha,
  };
}
