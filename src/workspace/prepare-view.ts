import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Environment } from '../core/environment.js';
import { CagentError, messageOf } from '../core/errors.js';
import type { Processes } from '../core/process.js';
import { type BaseCommit, openBaseCommit } from './base-commit.js';
import { writeBaseLayer } from './base-layer.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { expectedNames } from './expected-names.js';
import { createHistory } from './git-history.js';
import { createSnapshot } from './git-snapshot.js';
import { hiddenSet } from './hidden-set.js';

import { copyAttributes, fillMask } from './mask-layer.js';
import { rulesOf } from './plan-rules.js';
import { statOf } from './same-blob.js';
import { SCRATCH_DIRECTORY } from './scratch-directory.js';
import { readTracked, type TrackedFiles } from './tracked-files.js';
import { viewLayout, viewOptions } from './view-layout.js';
import type { ViewStrategy } from './view-strategy.js';
import type { PreparedView, WorkspacePlan } from './workspace-plan.js';

export interface ViewInput {
  /** Absolute path of a private directory (mode 0700) outside of the workspace, on a local file system. */
  readonly directory: string;
  /** Text of `.agent-scratch/README`, or `undefined` for none. */
  readonly scratchReadme: string | undefined;
  /** What {@link readTracked} found in the same directory; without it, it is read now. */
  readonly tracked?: Promise<TrackedFiles | undefined> | undefined;
  /** Where clean repositories are kept for the next run; see {@link openCache}. */
  readonly cacheDirectory: string | undefined;
  /** Default: `overlay`. A copy needs no mask and no place for the agent's edits. */
  readonly strategy?: ViewStrategy['strategy'];
  readonly processes: Processes;
  readonly env: Environment;
}

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
        hint:
          (error as NodeJS.ErrnoException).code === 'ENOSPC'
            ? 'Free space on that file system, or set TMPDIR to a directory on another one.'
            : 'If the workspace was changed meanwhile, run again.',
        cause: error,
      },
    );
  }
}

async function makeLayers(plan: WorkspacePlan, input: ViewInput): Promise<PreparedView> {
  const root = pathToByteText(plan.root);
  const layout = viewLayout(input.directory, plan.mode);
  const { top, mask, scratch } = layout;
  const copy = input.strategy === 'copy';
  const writable = copy ? undefined : layout.writable;
  checkPlaces(plan, input.directory, copy);
  const rootStat = statSync(byteTextToFile(root));
  // The repository in the making may be there already.
  mkdirSync(top, { mode: 0o755, recursive: true });
  mkdirSync(mask, { mode: 0o755 });
  symlinkSync(byteTextToFile(root), layout.link);

  const notices: string[] = [];
  let refused: string | undefined;
  const refuse = (error: unknown): void => {
    if (!(error instanceof CagentError && error.code === 'workspace.overlay')) throw error;
    refused = error.message;
  };
  await Promise.all([
    copy ? undefined : fillMask(mask, root, whiteouts(plan, root), input.processes, input.env).catch(refuse),
    prepareGit(plan, input, root, notices),
  ]);
  const base = plan.base && (await writeBaseLayer(top, root, plan.base.shown, await openBaseOf(plan, input)));
  makeScratch(`${top}/${SCRATCH_DIRECTORY}`, plan.mode === 'overlay' ? input.scratchReadme : undefined);
  if (scratch !== undefined) makeScratch(scratch, input.scratchReadme);
  for (const directory of [top, ...(scratch === undefined ? [] : [scratch])]) giveTo(directory, plan.owner);

  if (writable !== undefined) {
    for (const directory of [writable.upper, writable.work]) {
      mkdirSync(directory, { mode: 0o755 });
      giveTo(directory, plan.owner);
    }
  }
  base?.finish();
  for (const layer of [top, mask, ...(writable === undefined ? [] : [writable.upper])]) {
    copyAttributes(layer, rootStat);
  }
  return {
    overlayOptions: copy ? '' : viewOptions(layout),
    upper: writable?.upper,
    scratch,
    refused,
    notices,
  };
}

/** Beside what is hidden, the places that TOP fills are masked, so that nothing of the original shines through. */
function whiteouts(plan: WorkspacePlan, root: ByteText): readonly ByteText[] {
  const paths = new Set(plan.hidden.map((entry) => pathToByteText(entry.path)));
  const hidden = hiddenSet(plan.hidden);
  const replaced = plan.base?.shown.map(({ path }) => pathToByteText(path)) ?? [];
  for (const path of ['.git', SCRATCH_DIRECTORY, ...replaced])
    if (!hidden.has(path) && statOf(root, path) !== undefined) paths.add(path);
  for (const name of expectedNames(root, rulesOf(plan))) paths.add(name);
  return [...paths];
}

function openBaseOf({ root, base }: WorkspacePlan, { processes, env }: ViewInput): Promise<BaseCommit> {
  return openBaseCommit({ root, revision: base?.commit ?? '', processes, env });
}

async function prepareGit(
  plan: WorkspacePlan,
  input: ViewInput,
  root: ByteText,
  notices: string[],
): Promise<void> {
  const { kind } = plan.git;
  const read = async (): Promise<TrackedFiles> => {
    const tracked = await readTracked({ ...input, root: plan.root, git: kind });
    if (tracked === undefined)
      throw new CagentError('workspace.git', 'The repository changed after it was planned.');
    return tracked;
  };
  const tracked = await input.tracked;
  if (kind === 'none') {
    if (tracked !== undefined) rmSync(tracked.repository.gitDirectory, { recursive: true });
    return;
  }
  const hiddenPaths = [...plan.hidden.map(({ path }) => path), SCRATCH_DIRECTORY];
  const common = {
    root,
    hidden: hiddenSet(hiddenPaths.map((path) => ({ path }))),
    hiddenPaths,
    shown: plan.base?.shown ?? [],
    tracked: tracked ?? (await read()),
    cacheDirectory: input.cacheDirectory,
  };
  if (kind === 'snapshot' && plan.base === undefined) {
    notices.push(...(await createSnapshot(common)));
    return;
  }
  notices.push(
    ...(await createHistory({
      ...common,
      kind,
      base: plan.base?.commit,
      underReview: plan.base?.absent ?? [],
      rules: rulesOf(plan),
      scan: plan.rules.secrets === 'hide',
      readAgain: read,
    })),
  );
}

function makeScratch(directory: string, readme: string | undefined): void {
  mkdirSync(directory, { mode: 0o755 });
  if (readme !== undefined) writeFileSync(`${directory}/README`, readme, { mode: 0o644 });
}

/** The agent runs as the workspace's owner and has to be able to write what is its own. */
function giveTo(path: string, owner: WorkspacePlan['owner']): void {
  if (process.getuid?.() !== 0 || (owner.uid === 0 && owner.gid === 0)) return;
  const stat = lstatSync(path);
  // A pack that is shared with the cache stays ours: its new owner could change it for all later runs.
  if (stat.isFile() && stat.nlink > 1) return;
  lchownSync(path, owner.uid, owner.gid);
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    giveTo(`${path}/${name.toString('utf8')}`, owner);
  }
}

function checkPlaces(plan: WorkspacePlan, directory: string, copy: boolean): void {
  const uid = process.getuid?.() ?? 0;
  if (!copy && uid !== 0 && uid !== plan.owner.uid && plan.mode === 'overlay') {
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
