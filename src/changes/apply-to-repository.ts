import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePath } from '../core/path-text.js';
import { commitId, complaint, readTouched, refusal, writeTree } from './apply-git.js';
import type { AppliedRun, ApplyTask } from './apply-run.js';
import { checkPatch, indexInfo } from './checked-patch.js';
import { writePatch } from './diff-trees.js';
import { listPaths } from './patch-policy.js';
import { runGit, type TrustedGit, trustedEnvironment } from './trusted-git.js';
import { tryPatch } from './try-patch.js';
import { applyForReal, refuseDirtyFiles } from './working-tree.js';

/**
 * Applies in a repository. The patch is first applied to the commit that the agent started from, in an index and an
 * object directory of its own; the resulting contents then go onto HEAD, by a merge where HEAD has changed them too.
 * `prefix`: the checkout relative to `top`, the root of the working tree.
 */
export async function applyToRepository(task: ApplyTask, top: string, prefix: string): Promise<AppliedRun> {
  const { stored, temporary } = task;
  const real = {
    ...task,
    env: { ...trustedEnvironment(task.env), GIT_WORK_TREE: top },
    gitDirectory: join(top, '.git'),
    cwd: top,
  };
  const trial = await trialRepository(real, temporary);
  const head = await commitId(real, 'HEAD');
  const start =
    stored.changes.baseCommit === undefined ? head : await commitId(real, stored.changes.baseCommit);
  if (head === undefined) throw refusal('the checkout has no commit yet', 'Commit its files first.');
  if (start === undefined) {
    const commit = stored.changes.baseCommit;
    throw refusal(
      `the commit ${commit} that the agent started from is not in the checkout`,
      `Run "git fetch origin ${commit}" first.`,
    );
  }
  const directory = prefix === '' ? '' : `${prefix}/`;
  const inDirectory = prefix === '' ? [] : [`--directory=${prefix}`];
  await runGit(trial, ['read-tree', start]);
  const tried = await tryPatch(trial, stored.patch, inDirectory);
  if (tried.exitCode !== 0) {
    throw refusal(
      `the patch does not apply to the commit ${start}: ${complaint(tried.stderr)}`,
      `If the workspace had uncommitted changes when the agent started, apply it to the same working tree by "git apply ${stored.patch}".`,
    );
  }
  const after = await writeTree(trial);
  const { records, excluded } = await checkPatch(
    task,
    trial,
    { before: `${start}^{tree}`, after },
    directory,
  );
  const paths = records.map((record) => record.file.path);
  const moved = start === head ? [] : await readTouched(trial, start, head, paths);
  if (moved.length > 0 && !task.threeWay) {
    throw refusal(
      `the branch has moved on since the agent started and has changed ${listPaths(moved)} too`,
      'Use --three-way to merge, or go back to the commit that the agent started from.',
    );
  }
  await runGit(trial, ['read-tree', moved.length === 0 ? head : start]);
  await runGit(trial, ['update-index', '-z', '--index-info'], indexInfo(records, encodePath));
  const wanted =
    moved.length === 0
      ? await writeTree(trial)
      : await merge(trial, task, start, head, await writeTree(trial));
  const file = join(temporary, 'final.patch');
  const size = await writePatch(trial, `${head}^{tree}`, wanted, file);
  // The branch may have some of the changes already.
  const touched = await readTouched(trial, head, wanted, paths);
  if (size > 0) {
    await refuseDirtyFiles(trial, real, head, touched, file);
    await applyForReal(real, { wanted, paths, file, objects: trial.env.GIT_OBJECT_DIRECTORY });
  }
  const applied = touched.map((path) => path.slice(directory.length));
  return { applied, excluded, onto: head, merged: moved.length > 0, rejected: stored.changes.rejected };
}

/** The same repository with an index and a place for new objects of its own, so that trying leaves no trace. */
async function trialRepository(real: TrustedGit, temporary: string): Promise<TrustedGit> {
  const objects = (await runGit(real, ['rev-parse', '--path-format=absolute', '--git-path', 'objects']))
    .toString('utf8')
    .trimEnd();
  await mkdir(join(temporary, 'objects'), { recursive: true });
  const env = {
    ...real.env,
    GIT_INDEX_FILE: join(temporary, 'index'),
    GIT_OBJECT_DIRECTORY: join(temporary, 'objects'),
    // In quotes a colon in the path does not end it.
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
  };
  return { ...real, env };
}

async function merge(
  trial: TrustedGit,
  task: ApplyTask,
  start: string,
  head: string,
  wanted: string,
): Promise<string> {
  const file = join(task.temporary, 'merge.patch');
  await writePatch(trial, `${start}^{tree}`, wanted, file);
  await runGit(trial, ['read-tree', head]);
  const result = await tryPatch(trial, file, ['--3way']);
  if (result.exitCode === 0) return await writeTree(trial);
  throw refusal(
    `the changes conflict with what the branch has since: ${complaint(result.stderr)}`,
    'Nothing was changed. Apply them to the commit that the agent started from and merge by hand.',
  );
}
