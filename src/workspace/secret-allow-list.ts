import type { ByteText } from './byte-text.js';
import { readIgnoreFile } from './ignore-files.js';
import { compileIgnoreList, lastMatch } from './ignore-list.js';
import { parseIgnoreLine } from './ignore-pattern.js';
import type { TrustedFiles } from './ignore-rules.js';

/** At the root of the workspace: one `path:rule` a line. */
export const SECRET_ALLOW_FILE = '.cagent-secrets-allow';

/** Whether a finding of `rule` in `path` is known and accepted. */
export type SecretAllowList = (path: ByteText, rule: string) => boolean;

/**
 * Reads the allow-list. `path` has the syntax of an ignore file's pattern, `rule` is a rule's name or `*`; a line
 * without a colon means every rule. `#` starts a comment line.
 */
export function readAllowList(root: ByteText, files?: TrustedFiles): SecretAllowList {
  const bytes = files === undefined ? readIgnoreFile(root, SECRET_ALLOW_FILE) : files.get(SECRET_ALLOW_FILE);
  return bytes === undefined ? () => false : parseAllowList(bytes.toString('latin1'));
}

export function parseAllowList(text: ByteText): SecretAllowList {
  const entries = text.split('\n').flatMap((written, index) => {
    const line = written.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, path, rule] = /^(.*?)(?::([a-z0-9*-]+))?$/.exec(line) as unknown as [
      string,
      string,
      string | undefined,
    ];
    const pattern = parseIgnoreLine(path, index + 1);
    if (pattern === undefined || pattern.negative) return [];
    return [{ list: compileIgnoreList([pattern]), rule: rule ?? '*' }];
  });
  return (path, rule) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return entries.some((entry) => {
      if (entry.rule !== '*' && entry.rule !== rule) return false;
      return (
        prefixes(path).some((directory) => lastMatch(entry.list, directory, base(directory), true)) ||
        lastMatch(entry.list, path, name, false) !== undefined
      );
    });
  };
}

/** The directories above a path: a pattern that names a directory holds for everything in it. */
function prefixes(path: ByteText): readonly ByteText[] {
  const found: ByteText[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
}

function base(path: ByteText): ByteText {
  return path.slice(path.lastIndexOf('/') + 1);
}
