import { copyFile } from 'node:fs/promises';
import { fsPath } from '../core/path-text.js';
import { complaint, namesOf, refusal } from './apply-git.js';
import { statusOf } from './file-status.js';
import { listPaths } from './patch-policy.js';
import { runGit, type TrustedGit, tryGit } from './trusted-git.js';

/**
 * Refuses when a file that is to change is not as HEAD has it. Looks at a copy of the user's index, since comparing
 * refreshes it.
 */
export async function refuseDirtyFiles(
  trial: TrustedGit,
  real: TrustedGit,
  head: string,
  paths: readonly string[],
  file: string,
): Promise<void> {
  const index = (await runGit(real, ['rev-parse', '--path-format=absolute', '--git-path', 'index']))
    .toString('utf8')
    .trimEnd();
  const copy = { ...trial, env: { ...trial.env, GIT_INDEX_FILE: `${trial.env.GIT_INDEX_FILE}.copy` } };
  if (statusOf(index) === undefined) await runGit(copy, ['read-tree', head]);
  else await copyFile(index, copy.env.GIT_INDEX_FILE);
  await tryGit(copy, ['update-index', '-q', '--refresh']);
  const touched = new Set(paths);
  const changed = await Promise.all([
    runGit(copy, ['diff-index', '--cached', '--name-only', '-z', head]),
    runGit(copy, ['diff-files', '--name-only', '-z']),
  ]);
  const dirty = changed.flatMap((names) => namesOf(names)).filter((path) => touched.has(path));
  const tracked = new Set(namesOf(await runGit(copy, ['ls-files', '-z'])));
  const present = paths.filter(
    (path) => !tracked.has(path) && statusOf(fsPath(real.cwd, path)) !== undefined,
  );
  // A directory gives way to a file when everything in it is tracked: those files have been judged above.
  const isDirectory = (path: string): boolean => statusOf(fsPath(real.cwd, path))?.isDirectory() === true;
  const untracked = present.some(isDirectory)
    ? namesOf(await runGit(copy, ['ls-files', '--others', '-z']))
    : [];
  const inTheWay = present.flatMap((path) =>
    isDirectory(path) ? untracked.filter((name) => name.startsWith(`${path}/`)) : [path],
  );
  const reasons = [
    ...(dirty.length > 0
      ? [`files that the patch changes have uncommitted changes: ${listPaths([...new Set(dirty)])}`]
      : []),
    ...(inTheWay.length > 0 ? [`untracked files are in the way: ${listPaths(inTheWay)}`] : []),
  ];
  if (reasons.length > 0) {
    const hints = [
      ...(dirty.length > 0 ? ['Commit or stash the changes first.'] : []),
      ...(inTheWay.length > 0 ? ['Move the untracked files away first.'] : []),
    ];
    throw refusal(reasons.join('; '), hints.join(' '));
  }
  const checked = await tryGit(copy, ['apply', '--index', '--check', '--whitespace=nowarn', file]);
  if (checked.exitCode !== 0) {
    throw refusal(
      `the patch does not fit the working tree: ${complaint(checked.stderr)}`,
      'Nothing was changed.',
    );
  }
}

/** Applies to the index and the working tree, which the checks have found fit, and looks whether it came out right. */
export async function applyForReal(
  real: TrustedGit,
  change: {
    /** Tree that HEAD should become; its objects are in `objects`. */
    readonly wanted: string;
    readonly paths: readonly string[];
    readonly file: string;
    readonly objects: string | undefined;
  },
): Promise<void> {
  await tryGit(real, ['update-index', '-q', '--refresh']);
  const result = await tryGit(real, ['apply', '--index', '--whitespace=nowarn', change.file]);
  if (result.exitCode !== 0) {
    throw refusal(
      `git could not write the changes: ${complaint(result.stderr)}`,
      'Look at "git status" before going on.',
    );
  }
  const git = {
    ...real,
    env: { ...real.env, GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(change.objects) },
  };
  const touched = new Set(change.paths);
  const wrong = namesOf(
    await runGit(git, ['diff-index', '--cached', '--name-only', '-z', change.wanted]),
  ).filter((path) => touched.has(path));
  if (wrong.length > 0)
    throw refusal(
      `after applying, the index is not what it should be: ${listPaths(wrong)}`,
      'Look at "git status".',
    );
}
