import type { ByteText } from './byte-text.js';
import type { HiddenSet } from './hidden-set.js';
import type { IgnoreRules } from './ignore-rules.js';
import type { RuleLevel } from './rule-level.js';

type DirectoryState = { readonly hidden: true } | { readonly hidden: false; readonly level: RuleLevel };

/**
 * Whether a path of an old commit has to stay hidden: what is hidden today was hidden then, and today's rules hold
 * for files that are gone since.
 */
export function historicPaths(rules: IgnoreRules, hidden: HiddenSet): HiddenSet {
  const states = new Map<ByteText, DirectoryState>([['', { hidden: false, level: rules.root }]]);

  const hides = (level: RuleLevel, path: ByteText, directory: boolean): boolean => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return name === '.git' || rules.decide(level, path, name, directory).kind === 'hidden';
  };
  const stateOf = (directory: ByteText): DirectoryState => {
    const known = states.get(directory);
    if (known !== undefined) return known;
    const above = stateOf(parent(directory));
    const state: DirectoryState =
      above.hidden || hides(above.level, directory, true)
        ? { hidden: true }
        : { hidden: false, level: rules.enter(above.level, `${directory}/`) };
    states.set(directory, state);
    return state;
  };
  return {
    has: (path) => {
      if (hidden.has(path)) return true;
      const above = stateOf(parent(path));
      return above.hidden || hides(above.level, path, false);
    },
  };
}

function parent(path: ByteText): ByteText {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}
