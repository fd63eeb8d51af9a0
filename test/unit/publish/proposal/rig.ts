import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseChanges } from '../../../../src/changes/parse-changes.js';
import { readEnvironment } from '../../../../src/core/environment.js';
import { systemProcesses } from '../../../../src/core/process.js';
import { createGitHub } from '../../../../src/github/client.js';
import type { ProposalOutcome, ProposalSettings } from '../../../../src/publish/proposal/proposal.js';
import { propose } from '../../../../src/publish/proposal/propose.js';
import { proposeAllowList } from '../../../../src/publish/proposal/propose-allow-list.js';
import {
  readBarePatch,
  readVerifiedRun,
  type VerifiedRun,
} from '../../../../src/publish/proposal/verified-run.js';
import { type FakeGitHub, type FakeOptions, startFakeGitHub } from '../../../e2e/rig/github/fake-github.js';
import type { GitStore, StoreFiles } from '../../../e2e/rig/github/git-store.js';

const SETTINGS: ProposalSettings = {
  directory: '',
  config: '',
  baseBranch: 'main',
  branch: 'cagent/refactor-claude',
  policyFrom: { branch: 'main' },
  title: '',
  commitMessage: '',
  identity: undefined,
  labels: [],
  reviewers: [],
  teamReviewers: [],
  draft: false,
  protectedFiles: 'blocked',
  baseMoved: 'rebase',
  autoClose: true,
  eventPullRequest: undefined,
  artifact: 'cagent-run',
  runUrl: 'https://github.com/acme/widget/actions/runs/7',
  workflowRunId: '7',
};

export interface RunParts {
  readonly conclusion?: string;
  readonly finalMessage?: string;
  /** Instead of the true patch. */
  readonly patch?: string | Buffer;
  /** Changes report.json and changes.json after they were made. */
  readonly forge?: (parts: { report: Record<string, unknown>; changes: Record<string, unknown> }) => void;
}

export interface ProposalRig {
  readonly fake: FakeGitHub;
  readonly warnings: readonly string[];
  /** Run directory of an agent that left exactly these files. Returns the tree that it left, too. */
  runOf(
    start: string,
    files: StoreFiles,
    parts?: RunParts,
  ): { readonly directory: string; readonly tree: string };
  /** Verifies a run directory and proposes its changes. */
  propose(directory: string, settings?: Partial<ProposalSettings>, token?: string): Promise<ProposalOutcome>;
  /** The same for a patch alone. */
  proposePatch(
    patch: string | Buffer,
    baseCommit: string,
    settings?: Partial<ProposalSettings>,
    sha256?: string,
  ): Promise<ProposalOutcome>;
  /** Proposes items of `network.allow`, as a run in audit mode suggests them. */
  proposeAllowList(
    directory: string,
    items: readonly string[],
    settings?: Partial<ProposalSettings>,
  ): Promise<ProposalOutcome>;
  close(): Promise<void>;
}

export async function startProposalRig(options: FakeOptions = {}): Promise<ProposalRig> {
  const fake = await startFakeGitHub(options);
  const root = mkdtempSync(join(tmpdir(), 'cagent-proposal-'));
  const warnings: string[] = [];
  let runs = 0;
  const portsFor = (token: string) => ({
    github: createGitHub({ token, apiUrl: fake.url, secondMs: 1 }),
    repository: { owner: 'acme', repo: 'widget' },
    viewer: fake.state.tokens[token]?.login ?? '',
    processes: systemProcesses,
    env: readEnvironment(),
    warn: (message: string) => void warnings.push(message),
  });
  const proposeRun = (run: VerifiedRun, settings: Partial<ProposalSettings> = {}, token = 'ghs_test') =>
    propose(run, { ...SETTINGS, ...settings }, portsFor(token));
  return {
    fake,
    warnings,
    runOf(start, files, parts = {}) {
      runs += 1;
      const directory = join(root, `run-${runs}`);
      mkdirSync(directory);
      return { directory, tree: writeRun(fake.store, { directory, start, files, number: runs }, parts) };
    },
    async propose(directory, settings, token) {
      return await proposeRun(await readVerifiedRun(directory, undefined), settings, token);
    },
    async proposePatch(patch, baseCommit, settings, sha256) {
      runs += 1;
      const [file, copy] = [join(root, `given-${runs}.patch`), join(root, `copy-${runs}.patch`)];
      writeFileSync(file, patch);
      return await proposeRun(await readBarePatch(file, baseCommit, copy, sha256), settings);
    },
    async proposeAllowList(directory, items, settings) {
      const run = await readVerifiedRun(directory, undefined);
      return await proposeAllowList(run, items, { ...SETTINGS, ...settings }, portsFor('ghs_test'));
    },
    async close() {
      await fake.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** What the agent leaves is made as a tree of its own in the store, which no branch leads to. */
function writeRun(
  store: GitStore,
  run: {
    readonly directory: string;
    readonly start: string;
    readonly files: StoreFiles;
    readonly number: number;
  },
  { conclusion = 'success', finalMessage, patch: given, forge = () => {} }: RunParts,
): string {
  const { directory, start, files } = run;
  const scratch = `agent-${run.number}`;
  const agent = store.commit(scratch, files);
  store.git(['update-ref', '-d', `refs/heads/${scratch}`]);
  const raw = store.git([
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--numstat',
    '--full-index',
    '--abbrev=64',
    '--no-renames',
    start,
    agent,
  ]);
  const patch =
    given ?? store.git(['diff-tree', '-r', '-p', '--binary', '--full-index', '--no-renames', start, agent]);
  const changed = parseChanges(raw).map(({ file }) => file);
  const lines = (key: 'added' | 'deleted') => changed.reduce((sum, file) => sum + (file[key] ?? 0), 0);
  const counts = { added: lines('added'), deleted: lines('deleted'), patchBytes: Buffer.byteLength(patch) };
  const lists = { rejected: [], sensitive: [] };
  const changes = {
    schema: 'cagent.changes/1',
    source: 'overlay',
    files: changed,
    ...counts,
    baseTree: store.tree(start),
    newTree: store.tree(agent),
    baseCommit: start,
    ...lists,
  };
  const report = {
    schema: 'cagent.report/1',
    runId: `20261127-2300${String(run.number).padStart(2, '0')}-abcdef`,
    conclusion,
    agent: { name: 'claude', usage: {}, ...(finalMessage === undefined ? {} : { finalMessage }) },
    changes: {
      files: changed.length,
      ...counts,
      ...lists,
      patchSha256: createHash('sha256').update(patch).digest('hex'),
    },
  };
  forge({ report, changes });
  writeFileSync(join(directory, 'changes.patch'), patch);
  writeFileSync(join(directory, 'changes.json'), JSON.stringify(changes));
  writeFileSync(join(directory, 'report.json'), JSON.stringify(report));
  return store.tree(agent);
}
