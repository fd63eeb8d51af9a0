import { CagentError } from '../core/errors.js';
import { decodePath } from '../core/path-text.js';
import { runGit, splitNul, type TrustedGit, tryGit } from './trusted-git.js';

/** The full id of a commit, or `undefined` when the repository does not have it. */
export async function commitId(git: TrustedGit, revision: string): Promise<string | undefined> {
  const result = await tryGit(git, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  return result.exitCode === 0 ? result.stdout.toString('latin1').trim() : undefined;
}

/** Writes the index as a tree and returns its id. */
export async function writeTree(git: TrustedGit): Promise<string> {
  return (await runGit(git, ['write-tree'])).toString('latin1').trim();
}

/** Which of `paths` differ between two trees. */
export async function readTouched(
  git: TrustedGit,
  before: string,
  after: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const changed = new Set(
    namesOf(await runGit(git, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', before, after])),
  );
  return paths.filter((path) => changed.has(path));
}

/** A NUL-terminated list of paths as text of core/path-text. */
export function namesOf(list: Buffer): readonly string[] {
  return splitNul(list).map((name) => decodePath(name));
}

export function refusal(message: string, hint: string): CagentError {
  return new CagentError('changes.apply', message, { hint });
}

/** What git said, short enough for one line. */
export function complaint(stderr: Buffer): string {
  const lines = stderr
    .toString('utf8')
    .split('\n')
    .filter((line) => /^(error|fatal|U )/.test(line));
  return lines
    .slice(0, 3)
    .map((line) => line.replace(/^(error|fatal): /, ''))
    .join('; ')
    .slice(0, 500);
}
