import { type Dirent, readdirSync } from 'node:fs';
import { displayPath } from '../core/path-text.js';
import { type ByteText, byteTextToFile, byteTextToPath, pathToByteText } from './byte-text.js';
import { SECOND_IGNORE_FILE } from './ignore-files.js';
import type { IgnoreRules } from './ignore-rules.js';
import type { RuleLevel } from './rule-level.js';

/** What the walk found. Paths are relative to the root. */
export interface WalkResult {
  /** Regular files that stay visible, in the order in which they were found. */
  readonly files: ByteText[];
  /** Links that stay visible. */
  readonly links: ByteText[];
  /** FIFOs, sockets and devices that stay visible. */
  readonly special: ByteText[];
  /** Topmost hidden paths with their reasons. */
  readonly hidden: Map<ByteText, WalkHidden>;
  /** Credential files that a rule of the user shows on purpose. */
  readonly reincluded: { readonly path: ByteText; readonly by: string; readonly credential: string }[];
}

export interface WalkHidden {
  readonly directory: boolean;
  readonly reason: string;
}

/** Directories that are hidden before any rule is asked, by path, with the reason. */
export type ForcedHidden = ReadonlyMap<ByteText, string>;

/** Other work (docker, git) goes on in between. */
const YIELD_EVERY_ENTRIES = 5_000;

export const GIT_REASON = 'built-in: git data, may hold tokens and hidden history';

/**
 * Walks the tree below `root` without following a link. Nothing below a hidden directory is looked at. A directory
 * that cannot be listed is hidden: its owner, the agent, could open it inside.
 */
export async function walk(
  root: ByteText,
  rules: IgnoreRules,
  ignoreFile: string,
  forced: ForcedHidden,
): Promise<WalkResult> {
  const result: WalkResult = { files: [], links: [], special: [], hidden: new Map(), reincluded: [] };
  const ignoreNames = new Set([pathToByteText(ignoreFile), SECOND_IGNORE_FILE]);
  const pending: { directory: ByteText; level: RuleLevel }[] = [{ directory: '', level: rules.root }];
  let sinceYield = 0;

  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    const { directory } = current;
    const entries = list(root, directory);
    if (typeof entries === 'string') {
      result.hidden.set(directory.slice(0, -1), {
        directory: true,
        reason: `unreadable directory: ${entries}`,
      });
      continue;
    }
    const mayHaveRules = rules.given || entries.some((entry) => ignoreNames.has(entry.name));
    const level = directory !== '' && mayHaveRules ? rules.enter(current.level, directory) : current.level;
    for (const entry of entries) {
      const path = directory + entry.name;
      const isDirectory = entry.isDirectory();
      const fixed = entry.name === '.git' ? GIT_REASON : forced.get(path);
      if (fixed !== undefined) {
        result.hidden.set(path, { directory: isDirectory, reason: fixed });
        continue;
      }
      const verdict = rules.decide(level, path, entry.name, isDirectory);
      if (verdict.kind === 'hidden') {
        result.hidden.set(path, { directory: isDirectory, reason: verdict.reason });
        continue;
      }
      if (verdict.kind === 're-included')
        result.reincluded.push({ path, by: verdict.by, credential: verdict.credential });
      if (isDirectory) pending.push({ directory: `${path}/`, level });
      else if (entry.isFile()) result.files.push(path);
      else (entry.isSymbolicLink() ? result.links : result.special).push(path);
    }
    sinceYield += entries.length;
    if (sinceYield >= YIELD_EVERY_ENTRIES) {
      sinceYield = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return result;
}

/** The entries with names as bytes, or why they cannot be read. */
function list(root: ByteText, directory: ByteText): readonly Dirent[] | string {
  const path = `${root}/${directory}`;
  try {
    return readdirSync(byteTextToFile(path), { withFileTypes: true, encoding: 'latin1' as BufferEncoding });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    // A directory that went away while we walked hides nothing and shows nothing.
    return code === 'ENOENT' ? [] : code;
  }
}

/** `path` for people. */
export function shown(path: ByteText): string {
  return displayPath(byteTextToPath(path));
}
