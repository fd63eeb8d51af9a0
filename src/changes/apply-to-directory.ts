import { CagentError } from '../core/errors.js';
import { encodePath } from '../core/path-text.js';
import type { AppliedRun, ApplyTask } from './apply-run.js';
import { checkPatch, indexInfo } from './checked-patch.js';
import { writePatch } from './diff-trees.js';
import { importTrees } from './import-trees.js';
import { mergedEntry } from './overlay-layers.js';
import { isUnsafePath } from './path-safety.js';
import type { TouchedPath } from './touched-path.js';
import { runGit, tryGit, withTemporaryRepository } from './trusted-git.js';
import { tryPatch } from './try-patch.js';
import { contentOf } from './walk-state.js';

/** Applies to a directory that is in no repository: its files are what the patch has to fit. */
export async function applyToDirectory(task: ApplyTask): Promise<AppliedRun> {
  const { checkout, stored } = task;
  return await withTemporaryRepository(task, 'sha1', async (git) => {
    const trees = await importTrees(git, presentFiles(task));
    await runGit(git, ['read-tree', trees.base]);
    const tried = await tryPatch(git, stored.patch);
    if (tried.exitCode !== 0) throw doesNotFit(tried.stderr, checkout);
    const after = (await runGit(git, ['write-tree'])).toString('latin1').trim();
    const { records, excluded } = await checkPatch(task, git, { before: trees.base, after }, '');
    await runGit(git, ['read-tree', trees.base]);
    await runGit(git, ['update-index', '-z', '--index-info'], indexInfo(records, encodePath));
    const wanted = (await runGit(git, ['write-tree'])).toString('latin1').trim();
    const file = `${task.temporary}/final.patch`;
    const applied = records.map((record) => record.file.path);
    const result = { applied, excluded, onto: undefined, merged: false, rejected: stored.changes.rejected };
    if ((await writePatch(git, trees.base, wanted, file)) === 0) return result;
    const place = { ...git, cwd: checkout, env: { ...git.env, GIT_WORK_TREE: checkout } };
    for (const step of [['--check'], []]) {
      const done = await tryGit(place, ['apply', ...step, '--whitespace=nowarn', file]);
      if (done.exitCode !== 0) throw doesNotFit(done.stderr, checkout);
    }
    return result;
  });
}

/** The files that `changes.json` names, as they are now. Links on the way are not followed. */
function presentFiles({ checkout, stored }: ApplyTask): readonly TouchedPath[] {
  const paths = stored.changes.files.flatMap((file) => [file.oldPath ?? file.path, file.path]);
  return [...new Set(paths)].flatMap((path) => {
    if (isUnsafePath(path)) return [];
    const entry = mergedEntry(
      { lower: checkout, upper: checkout, opaque: new Set(), whiteouts: false },
      path,
    );
    const content = entry === undefined ? undefined : contentOf(checkout, path, entry.stats);
    return content === undefined ? [] : [{ path, before: content, after: content }];
  });
}

function doesNotFit(stderr: Buffer, checkout: string): CagentError {
  const why = stderr.toString('utf8').trim().split('\n').slice(0, 3).join('; ');
  return new CagentError('changes.apply', `the patch does not fit the files in ${checkout}: ${why}`, {
    hint: 'Nothing was changed. Apply it to the files that the agent started from.',
  });
}
