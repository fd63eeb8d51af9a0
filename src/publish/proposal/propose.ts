import { listBarePatch } from '../../changes/bare-patch.js';
import { type PlacedChanges, withPatchOnTree } from '../../changes/patch-on-tree.js';
import type { StoredPatch } from '../../changes/read-run.js';
import type { PatchPolicy } from '../../config/run-spec.js';
import type { Environment } from '../../core/environment.js';
import { CagentError } from '../../core/errors.js';
import type { Processes } from '../../core/process.js';
import { branchHead, compare } from '../../github/branches.js';
import type { GitHub } from '../../github/client.js';
import type { RepositoryName } from '../../github/repository-name.js';
import { basePolicy } from './base-policy.js';
import { closeOwn } from './close-own.js';
import { judgeBranch } from './own-branch.js';
import type { ProposalOutcome, ProposalSettings, VerifiedRun } from './proposal.js';
import { applyByHand } from './proposal-text.js';
import { proposeIssue } from './propose-issue.js';
import { proposePullRequest } from './propose-pull-request.js';
import { inDirectory, type RemoteCommit, readCommit } from './remote-files.js';

export interface ProposalPorts {
  readonly github: GitHub;
  readonly repository: RepositoryName;
  /** Login whose token it is. */
  readonly viewer: string;
  readonly processes: Processes;
  readonly env: Environment;
  /** Told what went wrong beside the point, such as a reviewer who is none. */
  readonly warn: (message: string) => void;
}

/**
 * Turns a verified run into a pull request, or into what the settings say instead. The commit and the branch come
 * last: until then everything is only read.
 *
 * @throws CagentError `github.*`, `config.*` for the policy, `changes.apply` for a patch that does not fit or is not
 * what it says
 */
export async function propose(
  run: VerifiedRun,
  settings: ProposalSettings,
  ports: ProposalPorts,
): Promise<ProposalOutcome> {
  const { github, repository } = ports;
  const base = await headCommit(settings.baseBranch, settings, ports);
  const policy = await policyOf(settings, ports, base);
  const { branch, baseBranch, identity } = settings;
  const own = await judgeBranch(github, repository, {
    branch,
    base: baseBranch,
    identity: identity?.name,
    viewer: ports.viewer,
  });
  const isBare = run.agent === undefined && run.stored.patchBytes > 0;
  if (run.stored.changes.files.length === 0 && !isBare) return await closeOwn(settings, ports, own);
  const start = startOf(run);
  const overCap = (why: string): ProposalOutcome => ({
    kind: 'over-cap',
    why,
    howTo: applyByHand(settings, start),
  });
  const cap = capOf(run.stored, policy);
  if (cap !== undefined) return overCap(cap);
  if (own.kind === 'foreign') return own;
  const from = start === base.sha ? base : await readCommit(github, repository, start, settings.directory);
  const stored = isBare ? await listBarePatch(run.stored, from.files, policy.maxFiles, ports) : run.stored;
  if (stored === undefined)
    return overCap(`it names far more files than patch.max-files allows, which is ${policy.maxFiles}`);
  const listedCap = capOf(stored, policy);
  if (listedCap !== undefined) return overCap(listedCap);
  if (stored.changes.files.length === 0) return await closeOwn(settings, ports, own);
  const task = {
    policy,
    processes: ports.processes,
    env: ports.env,
    stored,
    start: from.files,
    onto: from === base ? undefined : base.files,
  };
  return await withPatchOnTree(task, async (changes) => {
    if (changes.guarded.length > 0) {
      const { guarded } = changes;
      if (settings.protectedFiles === 'blocked') return { kind: 'blocked', guarded };
      if (settings.protectedFiles === 'issue')
        return await proposeIssue(run, settings, ports, { guarded, start });
    }
    const placed = await placeOf(changes, { base, from }, settings, ports);
    if (placed === undefined) {
      const why = `${baseBranch} has moved on since the agent started: ${changes.conflict || 'it has changed the same files'}`;
      return { kind: 'conflict', why, howTo: applyByHand(settings, start) };
    }
    if (placed.edits.size === 0) return await closeOwn(settings, ports, own);
    return await proposePullRequest(run, settings, ports, { ...placed, own, changes });
  });
}

/** A commit, and what the patch changes on it. */
export interface Placed {
  readonly parent: RemoteCommit;
  readonly edits: ReadonlyMap<string, { readonly mode: string; readonly sha: string } | null>;
  readonly base: 'same' | 'rebased' | 'merged' | 'behind';
}

/** Where the commit goes: onto the head of the base if it can, else where the agent started; `undefined`: nowhere. */
async function placeOf(
  changes: PlacedChanges,
  { base, from }: { readonly base: RemoteCommit; readonly from: RemoteCommit },
  { directory, baseMoved, baseBranch }: ProposalSettings,
  { github, repository }: ProposalPorts,
): Promise<Placed | undefined> {
  const whole = (edits: Placed['edits']): Placed['edits'] =>
    new Map([...edits].map(([path, entry]) => [inDirectory(directory, path), entry]));
  if (from === base) return { parent: base, edits: whole(changes.editsOnStart), base: 'same' };
  if (changes.edits !== undefined && !(changes.merged && baseMoved === 'report'))
    return { parent: base, edits: whole(changes.edits), base: changes.merged ? 'merged' : 'rebased' };
  if (baseMoved === 'report') return undefined;
  // A commit that the base never had would bring along everything else that it holds.
  const comparison = await compare(github, repository, from.sha, baseBranch);
  if (comparison === undefined || comparison.behindBy > 0) return undefined;
  return { parent: from, edits: whole(changes.editsOnStart), base: 'behind' };
}

/** The head of a branch that has to be there. */
export async function headCommit(
  branch: string,
  { directory }: ProposalSettings,
  { github, repository }: ProposalPorts,
): Promise<RemoteCommit> {
  const head = await branchHead(github, repository, branch);
  if (head !== undefined) return await readCommit(github, repository, head, directory);
  throw new CagentError('github.not-found', `there is no branch ${branch}`, {
    hint: 'Set the input base-branch to a branch of the repository.',
  });
}

async function policyOf(
  settings: ProposalSettings,
  ports: ProposalPorts,
  base: RemoteCommit,
): Promise<PatchPolicy> {
  const { config, directory, policyFrom, baseBranch } = settings;
  const path = config === '' ? 'cagent.yml' : config;
  const commit =
    'commit' in policyFrom
      ? await readCommit(ports.github, ports.repository, policyFrom.commit, directory)
      : policyFrom.branch === baseBranch
        ? base
        : await headCommit(policyFrom.branch, settings, ports);
  return await basePolicy(commit.files, path, config === '');
}

function startOf({ stored }: VerifiedRun): string {
  const { baseCommit: start } = stored.changes;
  if (start !== undefined) return start;
  throw new CagentError('changes.apply', 'the run does not tell the commit that the agent started from', {
    hint: 'Check the repository out with git before the agent runs.',
  });
}

/** Judged before the patch is read: reading is what a size may make expensive. */
function capOf(stored: StoredPatch, policy: PatchPolicy): string | undefined {
  const files = stored.changes.files.length;
  const kilobytes = Math.ceil(stored.patchBytes / 1024);
  if (files > policy.maxFiles) return `it changes ${files} files, patch.max-files allows ${policy.maxFiles}`;
  if (kilobytes > policy.maxKilobytes)
    return `it has ${kilobytes} kilobytes, patch.max-kilobytes allows ${policy.maxKilobytes}`;
  return undefined;
}
