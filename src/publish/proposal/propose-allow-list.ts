import { DEFAULT_CONFIG_FILE } from '../../config/config-file.js';
import { allowItems, extendAllow } from '../../config/extend-allow.js';
import { blobHash } from '../../github/tree/tree-hash.js';
import { closeOwn } from './close-own.js';
import { judgeBranch } from './own-branch.js';
import type { ProposalOutcome, ProposalSettings, VerifiedRun } from './proposal.js';
import { headCommit, type ProposalPorts } from './propose.js';
import { proposePullRequest } from './propose-pull-request.js';
import { inDirectory, type RemoteCommit, readCommit } from './remote-files.js';

/**
 * Proposes what a run in audit mode wanted to reach as `network.allow` of the configuration, together with what is
 * proposed already: so the runs of a week end in one draft. Always a draft, since a person has to judge each entry.
 *
 * @param items see `readSuggestion`
 * @throws CagentError `github.*`; `config.*` for a configuration that is none
 */
export async function proposeAllowList(
  run: VerifiedRun,
  items: readonly string[],
  settings: ProposalSettings,
  ports: ProposalPorts,
): Promise<ProposalOutcome> {
  const { github, repository, viewer } = ports;
  const { branch, baseBranch, directory, identity } = settings;
  const path = settings.config || DEFAULT_CONFIG_FILE;
  const base = await headCommit(baseBranch, settings, ports);
  const own = await judgeBranch(github, repository, {
    branch,
    base: baseBranch,
    identity: identity?.name,
    viewer,
  });
  if (own.kind === 'foreign') return own;
  const itemsOf = async (commit: string): Promise<readonly string[]> => {
    const found = await textAt(await readCommit(github, repository, commit, directory), path);
    return found === undefined ? [] : allowItems(found, path);
  };
  // What the draft merely inherited may have been taken out of the base since, and must not come back.
  const inherited = own.kind === 'ours' ? await itemsOf(own.start) : [];
  const known = own.kind === 'ours' ? await itemsOf(own.head) : [];
  const proposed = known.filter((item) => !inherited.includes(item));
  const { text, added } = extendAllow(await textAt(base, path), [...proposed, ...items], path);
  if (added.length === 0) return await closeOwn(settings, ports, own);
  const content = Buffer.from(text, 'utf8');
  const sha = blobHash(content);
  const entry = await base.files.entry(path);
  const changes = {
    guarded: [path],
    excluded: [],
    content: (asked: string) => Promise.resolve(asked === sha ? content : undefined),
  };
  const edits = new Map([[inDirectory(directory, path), { mode: entry?.mode ?? '100644', sha }]]);
  return await proposePullRequest(run, settings, ports, {
    parent: base,
    edits,
    base: 'same',
    own,
    changes,
    allowed: added,
  });
}

async function textAt({ files }: RemoteCommit, path: string): Promise<string | undefined> {
  const entry = await files.entry(path);
  return entry === undefined ? undefined : (await files.blob(entry.sha)).toString('utf8');
}
