import type { ObjectFormat } from './git-index-file.js';
import { type CleanRepository, SANDBOX_IDENTITY } from './git-layout.js';
import type { GitSource } from './git-source.js';
import { type GitObject, gitObject } from './git-tree-objects.js';

const NO_DATE = '0 +0000';

/** A commit of cagent's own. `date` as git writes it: seconds and zone. */
export function commitObject(
  tree: string,
  date: string,
  message: string,
  format: ObjectFormat,
  parent?: string,
): GitObject {
  const who = `${SANDBOX_IDENTITY.name} <${SANDBOX_IDENTITY.email}> ${date}`;
  const parents = parent === undefined ? '' : `parent ${parent}\n`;
  const text = `tree ${tree}\n${parents}author ${who}\ncommitter ${who}\n\n${message}\n`;
  return gitObject('commit', Buffer.from(text), format);
}

/** The date of a commit's text. */
export function committerDate(text: string): string {
  return /^committer .* (\d+ [+-]\d{4})$/m.exec(text)?.[1] ?? NO_DATE;
}

/** The same tree gives the same commit on every run: the date is that of the source's last commit. */
export async function dateOfHead(repository: CleanRepository, source: GitSource): Promise<string> {
  if (source.head === undefined) return NO_DATE;
  const commit = await repository.building(['cat-file', 'commit', source.head]).catch(() => Buffer.alloc(0));
  return committerDate(commit.toString('latin1'));
}
