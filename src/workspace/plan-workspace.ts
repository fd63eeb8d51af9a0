import { lstatSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { ViewSpec } from '../config/run-spec.js';
import { reasonOf } from '../config/system-reason.js';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { openBaseRules } from './base-rules.js';
import { type ByteText, byteTextToFile, byteTextToPath, pathToByteText } from './byte-text.js';
import { identityReader } from './file-identity.js';
import { locateGitSource } from './git-source.js';
import { hardLinksToHidden } from './hard-links.js';
import { hiddenSet } from './hidden-set.js';
import { readIgnoreFile } from './ignore-files.js';
import { loadIgnoreRules, type TrustedFiles } from './ignore-rules.js';
import { atMost } from './notices.js';
import { type BaseDecision, baseNotices, basePlan, planBase } from './plan-base.js';
import { planSecrets } from './plan-secrets.js';
import { openScanCache } from './scan-cache.js';
import { SCRATCH_DIRECTORY } from './scratch-directory.js';
import { readAllowList } from './secret-allow-list.js';
import type { ScanMemory } from './secret-scan-files.js';
import type { TrackedFiles } from './tracked-files.js';
import { type ForcedHidden, shown as shownPath, type WalkResult, walk } from './walk.js';
import type { GitPlan, HiddenPath, SecretFinding, WorkspacePlan } from './workspace-plan.js';

export interface WorkspaceInput {
  /** Absolute path of the workspace. */
  readonly root: string;
  readonly view: ViewSpec;
  /** Absolute path of the run directory; hidden where it lies in the workspace. */
  readonly runDirectory: string | undefined;
  /** What git finds out at the same time, see {@link readTracked}; without it every file is asked for its times. */
  readonly tracked?: Promise<TrackedFiles | undefined> | undefined;
  /** Where results of the secret scan are kept for the next run; `undefined` for nowhere. */
  readonly cacheDirectory: string | undefined;
  readonly processes: Processes;
  readonly env: Environment;
}

const RUN_DIRECTORY_REASON = 'built-in: the run directory';

/**
 * Decides what the agent will see. Reads only, starts no program, and writes nothing but the cache. Throws `config.workspace` when the workspace
 * cannot be read, `config.invalid` when a named ignore file is not there, `workspace.view` when an ignore file
 * cannot be read.
 */
export async function planWorkspace(input: WorkspaceInput): Promise<WorkspacePlan> {
  const { view } = input;
  const root = pathToByteText(input.root.length > 1 ? input.root.replace(/\/+$/, '') : input.root);
  const owner = ownerOfWorkspace(input.root);
  const base = view.base === undefined ? undefined : await openBaseRules(input, view.base);
  requireIgnoreFile(root, view.ignoreFile, base?.files);
  const git = planGit(root, view.git);
  const rules = loadIgnoreRules({
    root,
    ignoreFile: view.ignoreFile,
    patterns: view.ignore,
    files: base?.files,
  });
  const allowed = readAllowList(root, base?.files);
  const walked = await walk(root, rules, view.ignoreFile, forcedHidden(input, git));
  const replaced = new Set(
    ['.git', SCRATCH_DIRECTORY].filter((path) => path !== '.git' || git.kind !== 'none'),
  );
  const hadScratch = walked.hidden.has(SCRATCH_DIRECTORY);
  for (const path of replaced) walked.hidden.delete(path);
  hideFutureRunDirectory(input, root, walked);
  const hardLinks = hardLinksToHidden(root, walked);
  for (const [path, hidden] of hardLinks.found) {
    walked.hidden.set(path, { directory: false, reason: `hard link of the hidden ${shownPath(hidden)}` });
  }
  const fromBase =
    base &&
    (await planBase({
      root,
      base,
      ignoreFile: view.ignoreFile,
      rules,
      walked,
      secrets: view.secrets,
      allowed,
    }));
  const visible = visibleFiles(walked, fromBase);
  const secrets = await planSecrets(
    root,
    visible.files,
    view.secrets,
    new Set(walked.reincluded.map(({ path }) => path)),
    allowed,
    view.secrets === 'off' ? undefined : await scanMemory(input, root),
  );
  for (const [path, reason] of secrets.hidden) walked.hidden.set(path, { directory: false, reason });
  return {
    root: input.root,
    owner,
    mode: view.mode,
    files: visible.files.length - secrets.hidden.size + visible.others + (fromBase?.shown.length ?? 0),
    hidden: sortedHidden(walked),
    findings: sortedFindings([...secrets.findings, ...(fromBase?.findings ?? [])]),
    git,
    ...(base && fromBase && { base: basePlan(base, fromBase) }),
    rules: { ignoreFile: view.ignoreFile, ignore: view.ignore, secrets: view.secrets },
    notices: [
      ...noticesOf(walked, hadScratch),
      ...(hardLinks.partly
        ? ['The hidden directories are large: not all of their files were checked for other names.']
        : []),
      ...(base && fromBase ? baseNotices(base, fromBase) : []),
      ...secrets.notices,
    ],
  };
}

/** What the workspace itself shows: without what is hidden, and without what the base commit takes the place of. */
function visibleFiles(
  walked: WalkResult,
  fromBase: BaseDecision | undefined,
): { readonly files: readonly ByteText[]; readonly others: number } {
  const hidden = hiddenSet([...walked.hidden.keys()].map((path) => ({ path: byteTextToPath(path) })));
  const replaced = new Set(fromBase?.shown.map(({ path }) => pathToByteText(path)));
  const isVisible = (path: ByteText): boolean =>
    !(fromBase === undefined ? walked.hidden.has(path) : hidden.has(path)) && !replaced.has(path);
  return {
    files: walked.files.filter(isVisible),
    others: walked.links.filter(isVisible).length + walked.special.filter(isVisible).length,
  };
}

function sortedFindings(findings: readonly SecretFinding[]): readonly SecretFinding[] {
  return [...findings].sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

/** A repository that git cannot read is reported when the view is made; the scan does without. */
async function scanMemory(input: WorkspaceInput, root: ByteText): Promise<ScanMemory | undefined> {
  const cache = openScanCache(input.cacheDirectory, root);
  const tracked = await input.tracked?.catch(() => undefined);
  return cache && { cache, identity: identityReader(root, tracked) };
}

function ownerOfWorkspace(root: string): WorkspacePlan['owner'] {
  if (!isAbsolute(root))
    throw new CagentError('config.workspace', `The workspace ${root} is not an absolute path.`);
  try {
    const stat = statSync(byteTextToFile(pathToByteText(root)));
    if (stat.isDirectory()) return { uid: stat.uid, gid: stat.gid };
  } catch (error) {
    throw new CagentError('config.workspace', `The workspace ${root} cannot be read: ${reasonOf(error)}.`, {
      hint: 'Name an existing directory with --workspace.',
      cause: error,
    });
  }
  throw new CagentError('config.workspace', `The workspace ${root} is not a directory.`, {
    hint: 'Name an existing directory with --workspace.',
  });
}

/** A name other than the default was chosen on purpose: without the file, everything it lists would be visible. */
function requireIgnoreFile(root: ByteText, ignoreFile: string, files: TrustedFiles | undefined): void {
  if (ignoreFile === '.agentignore') return;
  const path = pathToByteText(ignoreFile);
  if ((files === undefined ? readIgnoreFile(root, path) : files.get(path)) !== undefined) return;
  throw new CagentError(
    'config.invalid',
    `workspace.ignore-file: there is no file ${ignoreFile} in the ${files === undefined ? 'workspace' : 'base commit'}.`,
    {
      hint: 'Create it or correct the name.',
    },
  );
}

/** What `.git` will be in the sandbox. Reads a few files of the repository. */
export function planGit(root: ByteText, wanted: ViewSpec['git']): GitPlan {
  if (wanted === 'none') return { kind: 'none', reason: 'workspace.git is none' };
  const source = locateGitSource(root);
  if ('reason' in source) return { kind: 'none', reason: source.reason };
  return { kind: wanted, head: source.head, branch: source.branch };
}

function forcedHidden(input: WorkspaceInput, git: GitPlan): ForcedHidden {
  const forced = new Map<ByteText, string>([
    [SCRATCH_DIRECTORY, "built-in: replaced by the agent's own scratch directory"],
  ]);
  if (git.kind !== 'none') forced.set('.git', 'built-in: replaced by a clean repository');
  const run = runDirectoryInside(input);
  if (run !== undefined) forced.set(pathToByteText(run), RUN_DIRECTORY_REASON);
  return forced;
}

/** The run directory relative to the workspace, where it lies in it. */
function runDirectoryInside({ root, runDirectory }: WorkspaceInput): string | undefined {
  if (runDirectory === undefined) return undefined;
  const path = relative(realOrSame(root), realOrSame(runDirectory));
  if (path === '') {
    throw new CagentError('config.out', 'The run directory is the workspace itself.', {
      hint: 'Choose a directory of its own with --out.',
    });
  }
  return path.startsWith('../') || path === '..' || isAbsolute(path) ? undefined : path;
}

/** A run directory that is made later must not appear inside either: its first missing component is hidden. */
function hideFutureRunDirectory(input: WorkspaceInput, root: ByteText, walked: WalkResult): void {
  const run = runDirectoryInside(input);
  if (run === undefined) return;
  const path = pathToByteText(run);
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end === -1 ? path : path.slice(0, end);
    if (walked.hidden.has(part)) return;
    if (lstatSync(byteTextToFile(`${root}/${part}`), { throwIfNoEntry: false }) === undefined) {
      walked.hidden.set(part, { directory: true, reason: RUN_DIRECTORY_REASON });
      return;
    }
    if (end === -1) return;
  }
}

/** Without links as far as the path exists. */
function realOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const slash = path.lastIndexOf('/');
    return slash <= 0 ? path : `${realOrSame(path.slice(0, slash))}${path.slice(slash)}`;
  }
}

function sortedHidden(walked: WalkResult): readonly HiddenPath[] {
  const hidden = [...walked.hidden].map(([path, { directory, reason }]) => ({
    path: byteTextToPath(path),
    directory,
    reason,
  }));
  return hidden.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function noticesOf(walked: WalkResult, hadScratch: boolean): readonly string[] {
  const reincluded = walked.reincluded.map(
    ({ path, by, credential }) =>
      `${shownPath(path)} is visible on purpose: ${by} re-includes it (${credential}).`,
  );
  const unreadable = [...walked.hidden]
    .filter(([, { reason }]) => reason.startsWith('unreadable'))
    .map(([path]) => `${shownPath(path)} cannot be read and is hidden.`);
  return [
    ...atMost(reincluded, 'credential files are visible on purpose'),
    ...atMost(unreadable, 'paths cannot be read and are hidden'),
    ...(hadScratch ? [`${SCRATCH_DIRECTORY} of the workspace is replaced by an empty one inside.`] : []),
    ...(walked.special.length > 0
      ? [
          `${walked.special.length} sockets, FIFOs or devices are visible, such as ${shownPath(walked.special[0] as ByteText)}; they lead nowhere inside.`,
        ]
      : []),
  ];
}
