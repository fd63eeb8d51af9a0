import { fsPath } from '../core/path-text.js';
import { pathToByteText } from '../workspace/byte-text.js';
import type { ContentJudge, IgnoreRules } from '../workspace/ignore-rules.js';
import type { RuleLevel } from '../workspace/rule-level.js';
import { statusOf } from './file-status.js';

/** A reason if the rules of the view would hide a path, had it been there before. */
export type WouldHide = (path: string, directory: boolean, passes: ContentJudge) => string | undefined;

/**
 * Asks the ignore rules of the view about paths that the agent made: a new `.env` is in a hidden place like the old
 * one was. The answer is for the path alone; the walk has asked about the directories above before. `root`: the
 * original workspace, whose ignore files count. Rules that look into a file judge what the agent put there.
 */
export function wouldHideBy(root: string, rules: IgnoreRules): WouldHide {
  const levels = new Map<string, RuleLevel>([['', rules.root]]);
  const levelOf = (directory: string): RuleLevel => {
    const known = levels.get(directory);
    if (known !== undefined) return known;
    const parent = levelOf(parentOf(directory));
    // A directory that the original does not have, or has as a link, brings no rules.
    const exists = statusOf(fsPath(root, directory))?.isDirectory() === true;
    const level =
      exists && isReal(root, directory) ? rules.enter(parent, `${pathToByteText(directory)}/`) : parent;
    levels.set(directory, level);
    return level;
  };
  return (path, directory, passes) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const verdict = rules.decide(
      levelOf(parentOf(path)),
      pathToByteText(path),
      pathToByteText(name),
      directory,
      passes,
    );
    return verdict.kind === 'hidden' ? verdict.reason : undefined;
  };
}

/** Whether no directory on the way is a link. */
function isReal(root: string, directory: string): boolean {
  for (let at = parentOf(directory); at !== ''; at = parentOf(at)) {
    if (statusOf(fsPath(root, at))?.isDirectory() !== true) return false;
  }
  return true;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
