import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';
import type { CleanRepository } from './git-layout.js';
import type { GitSource } from './git-source.js';
import { shown } from './walk.js';

/** The user's private ignore rules decide what `git add -A` would add; the agent's status needs them as well. */
export function copyExcludes(repository: CleanRepository, source: GitSource): void {
  let text: Buffer;
  try {
    const file = byteTextToFile(`${source.commonDirectory}/info/exclude`);
    // Opening a FIFO would wait for ever.
    text = statSync(file).isFile() ? readFileSync(file) : Buffer.alloc(0);
  } catch {
    text = Buffer.alloc(0);
  }
  appendFileSync(
    `${repository.gitDirectory}/info/exclude`,
    Buffer.concat([text, Buffer.from('\n/.agent-scratch/\n')]),
  );
}

/** Makes git inside ignore paths that could not be added, so that its status is clean. */
export function excludeInside(repository: CleanRepository, paths: readonly ByteText[]): void {
  const lines = paths.map((path) => `/${path.replace(/[\\*?[ ]/g, '\\$&')}\n`).join('');
  appendFileSync(`${repository.gitDirectory}/info/exclude`, Buffer.from(lines, 'latin1'));
}

export function leftOutNotices(leftOut: readonly ByteText[]): readonly string[] {
  if (leftOut.length === 0) return [];
  const example = shown(leftOut[0] as ByteText);
  return [`${leftOut.length} untracked paths are not in the clean repository, such as ${example}.`];
}
