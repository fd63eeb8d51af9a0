import { displayPath } from '../core/path-text.js';
import { type ByteText, byteTextToPath, pathToByteText } from './byte-text.js';
import { refuseUtf16 } from './ignore-files.js';
import { compileIgnoreList, type IgnoreList, lastMatch } from './ignore-list.js';
import { type IgnorePattern, parseIgnoreFile } from './ignore-pattern.js';

/** The rules of one file. */
export interface RuleSource {
  /** What a reason starts with: the file's path with a colon, or the setting's name. */
  readonly label: string;
  readonly list: IgnoreList;
}

/** The rules that hold in a directory: its own files, then those of the directories above. */
export interface RuleLevel {
  /** The directory with a trailing slash; empty for the root of the workspace and for directories above it. */
  readonly base: ByteText;
  /** Way from a directory above the workspace down to it, with a trailing slash; empty for all others. */
  readonly way: ByteText;
  /** Later sources win. */
  readonly sources: readonly RuleSource[];
  readonly parent: RuleLevel | undefined;
}

/** A rule that decides about a path. */
export interface RuleMatch {
  readonly source: RuleSource;
  readonly pattern: IgnorePattern;
}

/** The bytes of an ignore file by its path in the workspace; `../` leads to directories above. */
export type ReadRules = (path: ByteText) => Buffer | undefined;

/** The rules of one directory's ignore files, in the order of `names`. `directory` has a trailing slash. */
export function readSources(
  read: ReadRules,
  directory: ByteText,
  names: readonly string[],
): readonly RuleSource[] {
  return names.flatMap((name) => {
    const path = `${directory}${pathToByteText(name)}`;
    const bytes = read(path);
    if (bytes === undefined) return [];
    refuseUtf16(path, bytes);
    return [
      { label: `${displayPath(byteTextToPath(path))}:`, list: compileIgnoreList(parseIgnoreFile(bytes)) },
    ];
  });
}

/** The rule that has the last word about a path: deeper files win over higher ones. */
export function matchIn(
  level: RuleLevel | undefined,
  path: ByteText,
  name: ByteText,
  directory: boolean,
): RuleMatch | undefined {
  for (let at = level; at !== undefined; at = at.parent) {
    const relative = at.way + path.slice(at.base.length);
    for (const source of at.sources.toReversed()) {
      const pattern = lastMatch(source.list, relative, name, directory);
      if (pattern !== undefined) return { source, pattern };
    }
  }
  return undefined;
}

/** `.agentignore:3 *.pem`, `--ignore *.pem`. */
export function reasonOf({ source, pattern }: RuleMatch): string {
  const text = displayPath(byteTextToPath(pattern.text));
  return source.label.endsWith(':') ? `${source.label}${pattern.line} ${text}` : `${source.label}${text}`;
}
