import type { ByteText } from './byte-text.js';
import { bytesPass } from './credential-content.js';
import type { HiddenSet } from './hidden-set.js';
import type { ContentJudge, IgnoreRules } from './ignore-rules.js';
import type { RuleLevel } from './rule-level.js';

type DirectoryState = { readonly hidden: true } | { readonly hidden: false; readonly level: RuleLevel };

/** What the rules say about the files of old commits. */
export interface HistoricPaths extends HiddenSet {
  /** Whether a version of a path has to be looked into before it can be shown. */
  suspects(path: ByteText): boolean;
  /** Why a version of a path is hidden for what it holds, or `undefined`. */
  credentialIn(path: ByteText, content: Buffer): string | undefined;
}

/**
 * Whether a path of an old commit has to stay hidden: what is hidden today was hidden then, and today's rules hold
 * for files that are gone since. Rules that look into a file judge each version by itself.
 */
export function historicPaths(rules: IgnoreRules, hidden: HiddenSet): HistoricPaths {
  const states = new Map<ByteText, DirectoryState>([['', { hidden: false, level: rules.root }]]);

  const reasonAt = (
    level: RuleLevel,
    path: ByteText,
    directory: boolean,
    passes: ContentJudge,
  ): string | undefined => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name === '.git') return 'built-in: git data';
    const verdict = rules.decide(level, path, name, directory, passes);
    return verdict.kind === 'hidden' ? verdict.reason : undefined;
  };
  const stateOf = (directory: ByteText): DirectoryState => {
    const known = states.get(directory);
    if (known !== undefined) return known;
    const above = stateOf(parent(directory));
    const state: DirectoryState =
      above.hidden || reasonAt(above.level, directory, true, never) !== undefined
        ? { hidden: true }
        : { hidden: false, level: rules.enter(above.level, `${directory}/`) };
    states.set(directory, state);
    return state;
  };
  const reasonFor = (path: ByteText, passes: ContentJudge): string | undefined => {
    const above = stateOf(parent(path));
    return above.hidden ? 'below a hidden directory' : reasonAt(above.level, path, false, passes);
  };
  return {
    has: (path) => hidden.has(path) || reasonFor(path, never) !== undefined,
    suspects: (path) => {
      let asked = false;
      reasonFor(path, () => {
        asked = true;
        return false;
      });
      return asked;
    },
    credentialIn: (path, content) => reasonFor(path, (test) => bytesPass(test, content)),
  };
}

function never(): boolean {
  return false;
}

function parent(path: ByteText): ByteText {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
