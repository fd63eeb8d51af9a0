import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { createHistory } from './git-history.js';
import { createSnapshot } from './git-snapshot.js';
import { locateGitSource } from './git-source.js';
import { hiddenSet } from './hidden-set.js';
import { loadIgnoreRules } from './ignore-rules.js';
import { copyAttributes, fillMask } from './mask-layer.js';
import { overlayOptions } from './overlay-options.js';
import { SCRATCH_DIRECTORY } from './plan-workspace.js';
import type { PreparedView, WorkspacePlan } from './workspace-plan.js';

export interface ViewInput {
  /** Absolute path of a private directory (mode 0700) outside of the workspace, on a local file system. */
  readonly directory: string;
  /** Text of `.agent-scratch/README`, or `undefined` for none. */
  readonly scratchReadme: string | undefined;
  readonly processes: Processes;
  readonly env: Environment;
}

/** Short names: the whole option string of the mount must fit into a page. */
const TOP = 't';
const MASK = 'm';
const LINK = 'l';
const UPPER = 'u';
const WORK = 'k';
const SCRATCH = 's';
const BUILD = 'b';

/**
 * Makes the layers of the view. The workspace is read, never written. Throws `workspace.view` and `workspace.git`;
 * whatever was made until then is removed by `removeView`.
 */
export async function prepareView(plan: WorkspacePlan, input: ViewInput): Promise<PreparedView> {
  try {
    return await makeLayers(plan, input);
  } catch (error) {
    if (error instanceof CagentError) throw error;
    throw new CagentError(
      'workspace.view',
      `The view could not be made in ${input.directory}: ${messageOf(error)}.`,
      {
        hint: 'If the workspace was changed meanwhile, run again.',
        cause: error,
      },
    );
  }
}

async function makeLayers(plan: WorkspacePlan, input: ViewInput): Promise<PreparedView> {
  const root = pathToByteText(plan.root);
  const at = (name: string): string => `${input.directory}/${name}`;
  checkPlaces(plan, input.directory);
  const rootStat = statSync(byteTextToFile(root));
  mkdirSync(at(TOP), { mode: 0o755 });
  mkdirSync(at(MASK), { mode: 0o755 });
  symlinkSync(byteTextToFile(root), at(LINK));

  const notices: string[] = [];
  await Promise.all([
    fillMask(at(MASK), root, whiteouts(plan, root), input.processes, input.env),
    prepareGit(plan, input, root, notices),
  ]);
  makeScratch(`${at(TOP)}/${SCRATCH_DIRECTORY}`, plan.mode === 'overlay' ? input.scratchReadme : undefined);
  const scratch = plan.mode === 'read-only' ? at(SCRATCH) : undefined;
  if (scratch !== undefined) makeScratch(scratch, input.scratchReadme);
  for (const directory of [at(TOP), ...(scratch === undefined ? [] : [scratch])])
    giveTo(directory, plan.owner);

  const writable = plan.mode === 'overlay' ? { upper: at(UPPER), work: at(WORK) } : undefined;
  if (writable !== undefined) {
    for (const directory of [writable.upper, writable.work]) {
      mkdirSync(directory, { mode: 0o755 });
      giveTo(directory, plan.owner);
    }
  }
  for (const layer of [at(TOP), at(MASK), ...(writable === undefined ? [] : [writable.upper])]) {
    copyAttributes(layer, rootStat);
  }
  return {
    overlayOptions: overlayOptions({ lower: [at(TOP), at(MASK), at(LINK)], writable }),
    upper: writable?.upper,
    scratch,
    notices,
  };
}

/** Beside what is hidden, the places that TOP fills are masked, so that nothing of the original shines through. */
function whiteouts(plan: WorkspacePlan, root: ByteText): readonly ByteText[] {
  const paths = new Set(plan.hidden.map((entry) => pathToByteText(entry.path)));
  for (const path of ['.git', SCRATCH_DIRECTORY]) {
    if (lstatSync(byteTextToFile(`${root}/${path}`), { throwIfNoEntry: false }) !== undefined)
      paths.add(path);
  }
  return [...paths];
}

async function prepareGit(
  plan: WorkspacePlan,
  input: ViewInput,
  root: ByteText,
  notices: string[],
): Promise<void> {
  if (plan.git.kind === 'none') return;
  const source = locateGitSource(root);
  if ('reason' in source) {
    throw new CagentError('workspace.git', `The repository changed after it was planned: ${source.reason}.`);
  }
  const common = {
    root,
    source,
    hidden: hiddenSet([...plan.hidden, { path: SCRATCH_DIRECTORY }]),
    gitDirectory: `${input.directory}/${TOP}/.git`,
    scratch: `${input.directory}/${BUILD}`,
    workspaceLink: `${input.directory}/${LINK}`,
    processes: input.processes,
    env: input.env,
  };
  if (plan.git.kind === 'snapshot') notices.push(...(await createSnapshot(common)));
  else {
    const { ignoreFile, ignore, secrets } = plan.rules;
    const rules = loadIgnoreRules({ root, ignoreFile, patterns: ignore });
    notices.push(...(await createHistory({ ...common, rules, scan: secrets === 'hide' })));
  }
}

function makeScratch(directory: string, readme: string | undefined): void {
  mkdirSync(directory, { mode: 0o755 });
  if (readme !== undefined) writeFileSync(`${directory}/README`, readme, { mode: 0o644 });
}

/** The agent runs as the workspace's owner and has to be able to write what is its own. */
function giveTo(path: string, owner: WorkspacePlan['owner']): void {
  if (process.getuid?.() !== 0 || (owner.uid === 0 && owner.gid === 0)) return;
  lchownSync(path, owner.uid, owner.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    giveTo(`${path}/${name.toString('utf8')}`, owner);
  }
}

function checkPlaces(plan: WorkspacePlan, directory: string): void {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0 && uid !== plan.owner.uid && plan.mode === 'overlay') {
    throw new CagentError(
      'workspace.view',
      `The workspace belongs to uid ${plan.owner.uid}, but cagent runs as uid ${uid}.`,
      {
        hint: 'Run cagent as the owner of the workspace or as root, or use read-only mode.',
      },
    );
  }
  const inside = `${realpathSync(directory)}/`.startsWith(
    `${realpathSync(byteTextToFile(pathToByteText(plan.root)))}/`,
  );
  if (inside) {
    throw new CagentError(
      'workspace.view',
      `The directory of the view, ${directory}, lies in the workspace.`,
      {
        hint: 'Use a directory for temporary files outside of the workspace.',
      },
    );
  }
  chmodSync(directory, 0o700);
  if (uid === 0) chownSync(directory, 0, 0);
}
