import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import type { ApplyTask } from './apply-run.js';
import { readChanges } from './diff-trees.js';
import { type ChangeRecord, parseChanges } from './parse-changes.js';
import { listPaths, matching, policyError, policyViolations } from './patch-policy.js';
import { isGitName, isUnsafePath } from './path-safety.js';
import type { StoredPatch } from './read-run.js';
import { runGit, type TrustedGit } from './trusted-git.js';

/** What a patch really does to the tree that it is for, after all checks. */
export interface CheckedPatch {
  /** Every path that is to change, with its new mode and content; no renames. */
  readonly records: readonly ChangeRecord[];
  /** Left out, relative to the checkout. */
  readonly excluded: readonly string[];
}

/**
 * Finds out what the patch does from the tree that it makes, not from what `changes.json` says, and checks that the
 * two agree and keep the policy. `prefix`: the checkout's place in the repository, `''` or `dir/`.
 */
export async function checkPatch(
  task: Pick<ApplyTask, 'policy'> & { readonly stored: StoredPatch },
  git: TrustedGit,
  trees: { readonly before: string; readonly after: string },
  prefix: string,
): Promise<CheckedPatch> {
  const { changes, patch, patchBytes } = task.stored;
  const records = parseChanges(await readChanges(git, trees.before, trees.after, false));
  const actual = records.map(({ file }) => file.path);
  const listed = changes.files.flatMap((file) => [
    file.path,
    ...(file.oldPath === undefined ? [] : [file.oldPath]),
  ]);
  const strange = difference(
    actual,
    listed.map((path) => prefix + path),
  );
  if (strange.length > 0) {
    throw new CagentError(
      'changes.apply',
      `the patch and changes.json do not agree about ${listPaths(strange)}`,
      {
        hint: 'One of them was changed after the run; take the run directory from its original place.',
      },
    );
  }
  for (const { file, newId } of records) {
    const danger = await dangerOf(git, file.path, file.newMode, newId);
    if (danger !== undefined)
      throw new CagentError('changes.apply', `the patch has ${displayPath(file.path)}, ${danger}`);
  }
  const own = actual.map((path) => path.slice(prefix.length));
  const excluded = matching(own, task.policy.excluded ?? []);
  const left = new Set(excluded);
  const violations = policyViolations({
    paths: own.filter((path) => !left.has(path)),
    files: changes.files.filter((file) => !left.has(file.path)).length,
    patchBytes,
    policy: task.policy,
  });
  if (violations.length > 0) throw policyError(patch, violations);
  return { records: records.filter(({ file }) => !left.has(file.path.slice(prefix.length))), excluded };
}

/** The same dangers that a capture rejects; a patch from elsewhere may have them. */
async function dangerOf(
  git: TrustedGit,
  path: string,
  mode: string | undefined,
  id: string,
): Promise<string | undefined> {
  if (isUnsafePath(path)) return 'a path that git takes for its own directory';
  if (mode === '160000') return 'a submodule';
  if (mode !== '120000') return undefined;
  const target = (await runGit(git, ['cat-file', 'blob', id])).toString('latin1');
  if (target.split('/').some(isGitName)) return 'a link into .git';
  const depth = path.split('/').length - 1;
  return leaves(target, depth) ? 'a link that leaves the workspace' : undefined;
}

function leaves(target: string, depth: number): boolean {
  if (target.startsWith('/')) return true;
  let level = depth;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    level += part === '..' ? -1 : 1;
    if (level < 0) return true;
  }
  return false;
}

/** What is in one list and not in the other. */
function difference(a: readonly string[], b: readonly string[]): readonly string[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  return [...a.filter((path) => !inB.has(path)), ...b.filter((path) => !inA.has(path))];
}

/** The records as input of `git update-index -z --index-info`, which puts them into an index. */
export function indexInfo(records: readonly ChangeRecord[], encode: (path: string) => Buffer): Buffer {
  return Buffer.concat(
    records.map(({ file, newId }) =>
      Buffer.concat([Buffer.from(`${file.newMode ?? '0'} ${newId}\t`), encode(file.path), Buffer.from([0])]),
    ),
  );
}
