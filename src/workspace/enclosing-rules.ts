import { lstatSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { type ByteText, byteTextToFile } from './byte-text.js';
import { matchIn, type ReadRules, type RuleLevel, readSources, reasonOf } from './rule-level.js';

/**
 * Names of the directories from the top of the repository down to a workspace that lies deeper in it; empty for the
 * top itself and for a workspace in no repository. `root`: absolute path without links.
 */
export function wayFromTop(root: ByteText): readonly ByteText[] {
  const parts = root.split('/').filter((part) => part !== '');
  for (let depth = parts.length; depth >= 0; depth--) {
    if (isThere(`/${parts.slice(0, depth).join('/')}/.git`)) return parts.slice(depth);
  }
  return [];
}

/**
 * The rules of the directories between a workspace and the top of its repository. Whoever starts an agent in one
 * package of a repository has hidden the same files there as in the whole.
 *
 * Throws `workspace.view` when they hide the workspace itself: nothing of it could be shown.
 */
export function enclosingLevel(
  read: ReadRules,
  way: readonly ByteText[],
  names: readonly string[],
): RuleLevel | undefined {
  let level: RuleLevel | undefined;
  for (const [depth, name] of way.entries()) {
    const base = way
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join('');
    const sources = readSources(read, '../'.repeat(way.length - depth), names);
    if (sources.length > 0) level = { base, way: '', sources, parent: level };
    const match = matchIn(level, `${base}${name}`, name, true);
    if (match !== undefined && !match.pattern.negative) {
      throw new CagentError('workspace.view', `The workspace is hidden by the rule ${reasonOf(match)}.`, {
        hint: 'Name another directory with --workspace, or change that ignore file.',
      });
    }
  }
  return seenFrom(`${way.join('/')}/`, level);
}

/** The same levels for paths that begin at the workspace and not at the top. */
function seenFrom(workspace: ByteText, level: RuleLevel | undefined): RuleLevel | undefined {
  return (
    level && {
      base: '',
      way: workspace.slice(level.base.length),
      sources: level.sources,
      parent: seenFrom(workspace, level.parent),
    }
  );
}

function isThere(path: ByteText): boolean {
  try {
    return lstatSync(byteTextToFile(path), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A directory that may not be looked into, or is none, is no repository of this user.
    return false;
  }
}
