import { clip, displayText } from '../../core/display-text.js';
import { branchHead, type ComparedCommit, compare } from '../../github/branches.js';
import type { GitHub } from '../../github/client.js';
import type { RepositoryName } from '../../github/repository-name.js';

/** Ends the message of every commit that cagent makes. */
export const RUN_TRAILER = 'Cagent-Run:';

export type OwnBranch =
  | { readonly kind: 'free' }
  /** Nothing but one commit of ours, or nothing at all, is on it that the base does not have. */
  | {
      readonly kind: 'ours';
      readonly head: string;
      /** The commit of the base that the branch starts from; the head itself when nothing of ours is on it. */
      readonly start: string;
    }
  | { readonly kind: 'foreign'; readonly why: string };

/** What GitHub signs as. */
const GITHUB = 'GitHub';

/** Whether the branch may be overwritten: only when all that would be lost is a commit that cagent made itself. */
export async function judgeBranch(
  github: GitHub,
  repository: RepositoryName,
  {
    branch,
    base,
    identity,
    viewer,
  }: {
    readonly branch: string;
    readonly base: string;
    /** Name that our commits have; `undefined`: the one that GitHub gives them. */
    readonly identity: string | undefined;
    readonly viewer: string;
  },
): Promise<OwnBranch> {
  const head = await branchHead(github, repository, branch);
  if (head === undefined) return { kind: 'free' };
  const comparison = await compare(github, repository, base, branch);
  if (comparison === undefined)
    return { kind: 'foreign', why: `the branch ${branch} has no commit in common with ${base}` };
  const own = (commit: ComparedCommit): boolean =>
    hasTrailer(commit.message) && ([identity, GITHUB].includes(commit.committer) || commit.login === viewer);
  const others = comparison.ahead.filter((commit) => !own(commit));
  const [first] = others;
  if (first !== undefined || comparison.aheadBy > 1) {
    const by = first ?? comparison.ahead[0];
    const who =
      by === undefined ? '' : `, such as ${by.sha.slice(0, 12)} by ${clip(displayText(by.committer), 60)}`;
    return { kind: 'foreign', why: `the branch ${branch} has commits that cagent did not make${who}` };
  }
  return { kind: 'ours', head, start: comparison.mergeBase };
}

function hasTrailer(message: string): boolean {
  return (message.trimEnd().split('\n').at(-1) ?? '').startsWith(`${RUN_TRAILER} `);
}
