import { statSync } from 'node:fs';
import type { Processes } from '../core/process.js';
import { DEFAULT_CAPTURE_LIMITS } from './capture-limits.js';
import { type TrustedGit, tryGit } from './trusted-git.js';

/** What git needs for one file: before, after, the delta between them, and room to grow. */
const ROOM = 4 * DEFAULT_CAPTURE_LIMITS.maxFileBytes;

/**
 * Applies a patch that may come from anybody to the index of `git`.
 *
 * The limit is git's own on one allocation: a binary delta of a few bytes can announce any amount of memory, and the
 * job that applies it may hold a token that writes.
 * @param options of `git apply`, besides `--cached`
 */
export function tryPatch(
  git: TrustedGit,
  patch: string,
  options: readonly string[] = [],
): ReturnType<Processes['run']> {
  const env = { GIT_ALLOC_LIMIT: String(ROOM + 2 * statSync(patch).size) };
  return tryGit(git, ['apply', '--cached', ...options, '--whitespace=nowarn', patch], { env });
}
