import { restoredRules } from './base-rules.js';
import { pathToByteText } from './byte-text.js';
import { type IgnoreRules, loadIgnoreRules } from './ignore-rules.js';
import type { WorkspacePlan } from './workspace-plan.js';

/** The rules of a plan once more, for paths that are not in the workspace now: old commits, files of the agent. */
export function rulesOf({ root, rules, base }: Pick<WorkspacePlan, 'root' | 'rules' | 'base'>): IgnoreRules {
  return loadIgnoreRules({
    root: pathToByteText(root),
    ignoreFile: rules.ignoreFile,
    patterns: rules.ignore,
    files: base && restoredRules(base.rules),
  });
}
