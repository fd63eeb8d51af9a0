import ignore from 'ignore';
import type { PatchPolicy } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';

export interface PolicyInput {
  /** Changed paths, both names of a rename, without the excluded ones. */
  readonly paths: readonly string[];
  /** How many files change; a rename is one. */
  readonly files: number;
  readonly patchBytes: number;
  /** All globs have gitignore syntax. */
  readonly policy: PatchPolicy;
}

/** Everything in which a patch breaks the policy, one sentence each, with what to do; empty when it keeps it. */
export function policyViolations({ paths, files, patchBytes, policy }: PolicyInput): readonly string[] {
  const violations: string[] = [];
  const kilobytes = Math.ceil(patchBytes / 1024);
  if (files > policy.maxFiles)
    violations.push(`it changes ${files} files, patch.max-files allows ${policy.maxFiles}`);
  if (kilobytes > policy.maxKilobytes) {
    violations.push(`it has ${kilobytes} kilobytes, patch.max-kilobytes allows ${policy.maxKilobytes}`);
  }
  const guarded = matching(paths, policy.protected);
  if (guarded.length > 0) violations.push(`it changes protected paths: ${listPaths(guarded)}`);
  if (policy.allowed !== undefined) {
    const allowed = new Set(matching(paths, policy.allowed));
    const others = paths.filter((path) => !allowed.has(path));
    if (others.length > 0)
      violations.push(`it changes paths that patch.allowed does not list: ${listPaths(others)}`);
  }
  return violations;
}

/** The paths that match a list of globs. Letter case does not count: on some systems `CodeOwners` is `CODEOWNERS`. */
export function matching(paths: readonly string[], globs: readonly string[]): readonly string[] {
  const rules = ignore({ ignorecase: true, allowRelativePaths: true }).add([...globs]);
  return paths.filter((path) => rules.ignores(path));
}

/** Up to ten paths for one line of text. */
export function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, 10).map(displayPath).join(', ');
  return paths.length > 10 ? `${shown} and ${paths.length - 10} more` : shown;
}

/** The refusal of a patch that breaks the policy. The run directory keeps it, so nothing is lost. */
export function policyError(patch: string, violations: readonly string[]): CagentError {
  return new CagentError('changes.apply', `the patch was not applied: ${violations.join('; ')}`, {
    hint: `Nothing is lost: review ${patch} and apply it by "git apply --index ${patch}", or change the patch section of cagent.yml and run "cagent apply" again.`,
  });
}
