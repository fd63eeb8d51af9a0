import { BUILTIN_CREDENTIALS, type CredentialRule } from './builtin-credentials.js';
import { type ByteText, pathToByteText } from './byte-text.js';
import { type ContentTest, contentPasses } from './credential-content.js';
import { enclosingLevel, wayFromTop } from './enclosing-rules.js';
import { readIgnoreFile, SECOND_IGNORE_FILE } from './ignore-files.js';
import { compileIgnoreList, type IgnoreList, lastMatch } from './ignore-list.js';
import { parseIgnoreLine } from './ignore-pattern.js';
import {
  matchIn,
  type ReadRules,
  type RuleLevel,
  type RuleMatch,
  type RuleSource,
  readSources,
  reasonOf,
} from './rule-level.js';

/** What the rules say about one path, without regard to the directories above it. */
export type RuleVerdict =
  | { readonly kind: 'visible' }
  | { readonly kind: 'hidden'; readonly reason: string }
  /** A built-in credential file that a rule of the user makes visible on purpose. */
  | { readonly kind: 're-included'; readonly by: string; readonly credential: string };

/** Files that take the place of those in the workspace, by their paths. */
export type TrustedFiles = ReadonlyMap<ByteText, Buffer>;

export interface IgnoreRules {
  /** The rules' files are not those of the workspace, so any directory may have some. */
  readonly given: boolean;
  /** Names and paths in the root's rules that are no patterns, whatever is decided about them. */
  readonly names: readonly ByteText[];
  /** Rules of the root directory. */
  readonly root: RuleLevel;
  /** The level of a directory below one whose level is known; `directory` has a trailing slash. */
  readonly enter: (parent: RuleLevel, directory: ByteText) => RuleLevel;
  /** `passes` looks into the file for the built-in rules that do; without it the file in the workspace is asked. */
  readonly decide: (
    level: RuleLevel,
    path: ByteText,
    name: ByteText,
    directory: boolean,
    passes?: ContentJudge,
  ) => RuleVerdict;
}

/** Whether the content of the file that is asked about passes a test. */
export type ContentJudge = (test: ContentTest) => boolean;

export interface IgnoreRulesInput {
  /** Absolute path of the workspace, as bytes. */
  readonly root: ByteText;
  /** Name of the ignore file; with a slash it is read at the root only. */
  readonly ignoreFile: string;
  /** Patterns of the command line and the configuration: they win over every file, as in git. */
  readonly patterns: readonly string[];
  /** Ignore files by their paths, `../` for directories above, in place of those on disk. */
  readonly files?: TrustedFiles | undefined;
  readonly credentials?: readonly CredentialRule[];
}

const VISIBLE: RuleVerdict = { kind: 'visible' };

/**
 * Reads the ignore files of the root and of the directories above it in the same repository, and compiles everything.
 * Throws `workspace.view` for unreadable ignore files, and when the whole workspace is hidden.
 */
export function loadIgnoreRules(input: IgnoreRulesInput): IgnoreRules {
  const credentials = input.credentials ?? BUILTIN_CREDENTIALS;
  const certain = compileCredentials(credentials, false);
  const suspected = compileCredentials(credentials, true);
  const options = compileIgnoreList(
    input.patterns.flatMap((pattern, index) => parseIgnoreLine(pathToByteText(pattern), index + 1) ?? []),
  );
  const nestedNames = input.ignoreFile.includes('/')
    ? [SECOND_IGNORE_FILE]
    : [...new Set([input.ignoreFile, SECOND_IGNORE_FILE])];
  const rootNames = [...new Set([input.ignoreFile, SECOND_IGNORE_FILE])];
  const ignoreNames = new Set(rootNames.map(pathToByteText));
  const optionSource: RuleSource = { label: '--ignore ', list: options };

  const credentialFor = (
    path: ByteText,
    name: ByteText,
    directory: boolean,
    passes: ContentJudge,
  ): CredentialRule | undefined => {
    const lowerPath = path.toLowerCase();
    const lowerName = name.toLowerCase();
    const known = lastMatch(certain, lowerPath, lowerName, directory);
    if (known !== undefined && !known.negative) return credentials[known.line];
    const suspect = directory ? undefined : lastMatch(suspected, lowerPath, lowerName, directory);
    const rule = suspect && credentials[suspect.line];
    return rule?.content !== undefined && passes(rule.content) ? rule : undefined;
  };

  const way = wayFromTop(input.root);
  const read: ReadRules = (path) =>
    input.files === undefined ? readIgnoreFile(input.root, path, way.length) : input.files.get(path);

  const above = enclosingLevel(read, way, nestedNames);
  const root: RuleLevel = { base: '', way: '', sources: readSources(read, '', rootNames), parent: above };
  return {
    given: input.files !== undefined,
    names: [certain, options, ...listsOf(root)].flatMap(({ names, paths }) => [
      ...names.keys(),
      ...paths.keys(),
    ]),
    root,
    enter: (parent, directory) => {
      const sources = readSources(read, directory, nestedNames);
      return sources.length === 0 ? parent : { base: directory, way: '', sources, parent };
    },
    decide: (
      level,
      path,
      name,
      directory,
      passes = (test) => contentPasses(test, `${input.root}/${path}`),
    ) => {
      // The rules themselves are no secret, and the agent does better work when it knows them.
      if (!directory && ignoreNames.has(name)) return VISIBLE;
      const user = userMatch(optionSource, level, path, name, directory);
      if (user !== undefined && !user.pattern.negative) return { kind: 'hidden', reason: reasonOf(user) };
      const credential = credentialFor(path, name, directory, passes);
      if (credential === undefined) return VISIBLE;
      if (user === undefined) return { kind: 'hidden', reason: `built-in: ${credential.reason}` };
      return { kind: 're-included', by: reasonOf(user), credential: credential.reason };
    },
  };
}

function userMatch(
  options: RuleSource,
  level: RuleLevel,
  path: ByteText,
  name: ByteText,
  directory: boolean,
): RuleMatch | undefined {
  const chosen = lastMatch(options.list, path, name, directory);
  return chosen === undefined ? matchIn(level, path, name, directory) : { source: options, pattern: chosen };
}

function listsOf(level: RuleLevel | undefined): readonly IgnoreList[] {
  return level === undefined ? [] : [...level.sources.map(({ list }) => list), ...listsOf(level.parent)];
}

/** Rules that judge by the name alone, or those that also look inside. The position in the table travels as the line. */
function compileCredentials(rules: readonly CredentialRule[], withContent: boolean): IgnoreList {
  const patterns = rules.flatMap((rule, index) => {
    if ((rule.content !== undefined) !== withContent) return [];
    return parseIgnoreLine(rule.pattern.toLowerCase(), index) ?? [];
  });
  return compileIgnoreList(patterns);
}
