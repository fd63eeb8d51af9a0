import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { decodePath, displayPath, fsPath } from '../core/path-text.js';
import { bytesPass } from '../workspace/credential-content.js';
import type { ContentJudge } from '../workspace/ignore-rules.js';
import { readChanges } from './diff-trees.js';
import { namesIn, statusOf } from './file-status.js';
import { unsafeLinkReason } from './link-target.js';
import { mergedEntry } from './overlay-layers.js';
import { type ChangeRecord, parseChanges } from './parse-changes.js';
import { largestBinary, possibleSources } from './patch-headers.js';
import { isUnsafePath } from './path-safety.js';
import type { TouchedPath } from './touched-path.js';
import { runGit, type TrustedGit, tryGit } from './trusted-git.js';
import { contentOf, REPLACED_REASON, type WalkState } from './walk-state.js';

const MAX_PATCHES = 100;
const MAX_PATCH_BYTES = 16 * 2 ** 20;

export interface ProposedPatch {
  /** Name in the scratch directory. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** The `*.patch` files of the scratch in the order of their names; those that cannot be read are listed as rejected. */
export async function readProposedPatches(
  state: WalkState,
  scratch: string,
): Promise<readonly ProposedPatch[]> {
  const { names } = await namesIn(scratch, state.limits.maxEntries);
  const patches: ProposedPatch[] = [];
  for (const name of names.filter((name) => name.endsWith('.patch'))) {
    const stats = statusOf(fsPath(scratch, name));
    if (stats?.isFile() !== true) rejectPatch(state, name, 'not a regular file');
    else if (stats.size > MAX_PATCH_BYTES)
      rejectPatch(state, name, `a patch of more than ${MAX_PATCH_BYTES} bytes`);
    else if (patches.length >= MAX_PATCHES) rejectPatch(state, name, `more than ${MAX_PATCHES} patches`);
    else {
      state.access.grant(fsPath(scratch, name), stats);
      const bytes = await readRegular(fsPath(scratch, name));
      if (bytes !== undefined) patches.push({ name, bytes });
    }
  }
  return patches;
}

/**
 * The files of the original that patches may start from, unchanged, for the trees that the patches are applied to.
 * Hidden files are not among them, so a patch that names one does not apply.
 */
export function patchSources(state: WalkState, patches: readonly ProposedPatch[]): readonly TouchedPath[] {
  const known = new Set(state.touched.map((touched) => touched.path));
  const sources: TouchedPath[] = [];
  for (const path of new Set(
    patches.flatMap((patch) => possibleSources(patch.bytes, state.limits.maxFiles)),
  )) {
    if (
      known.has(path) ||
      path.length > 4096 ||
      isUnsafePath(path) ||
      state.hidden.reasonFor(path) !== undefined
    )
      continue;
    const entry = mergedEntry({ ...state.layers, upper: state.layers.lower }, path);
    const content = entry === undefined ? undefined : contentOf(state.layers.lower, path, entry.stats);
    if (content === undefined || content.size > state.limits.maxFileBytes) continue;
    state.bytes += content.size;
    if (state.bytes > state.limits.maxTotalBytes || sources.length >= state.limits.maxFiles) break;
    sources.push({ path, before: content, after: content });
  }
  return sources;
}

/**
 * Applies the patches one after the other to a tree, in an index without a working tree, and returns the last tree.
 * A patch that does not apply, or that has any change which captured edits may not have either, is left out whole.
 */
export async function applyProposedPatches(
  git: TrustedGit,
  state: WalkState,
  tree: string,
  patches: readonly ProposedPatch[],
): Promise<string> {
  let current = tree;
  for (const { name, bytes } of patches) {
    if (largestBinary(bytes) > state.limits.maxFileBytes) {
      rejectPatch(state, name, 'a binary change that is too big');
      continue;
    }
    await runGit(git, ['read-tree', current]);
    // The limit is git's own on one allocation: a few bytes of binary delta can announce any amount of memory.
    const env = { GIT_ALLOC_LIMIT: String(4 * state.limits.maxFileBytes) };
    const result = await tryGit(git, ['apply', '--cached', '--whitespace=nowarn', '-'], {
      stdin: bytes,
      env,
    });
    if (result.exitCode !== 0) {
      rejectPatch(state, name, `does not apply: ${firstLine(result.stderr)}`);
      continue;
    }
    const next = (await runGit(git, ['write-tree'])).toString('latin1').trim();
    const problem = await forbiddenChange(git, state, current, next);
    if (problem === undefined) current = next;
    else rejectPatch(state, name, problem);
  }
  return current;
}

async function forbiddenChange(
  git: TrustedGit,
  state: WalkState,
  before: string,
  after: string,
): Promise<string | undefined> {
  const records = parseChanges(await readChanges(git, before, after, false));
  if (records.length > state.limits.maxFiles) return `changes more than ${state.limits.maxFiles} files`;
  for (const record of records) {
    const { file, newId } = record;
    const hidden = await hiddenReason(git, state, record);
    if (hidden !== undefined) return `${displayPath(file.path)} is a path in a hidden place (${hidden})`;
    if (state.replaced.has(file.path)) return `${displayPath(file.path)} is ${REPLACED_REASON}`;
    if (isUnsafePath(file.path))
      return `${displayPath(file.path)} is a path that git takes for its own directory`;
    if (file.path === '.agent-scratch' || file.path.startsWith('.agent-scratch/'))
      return `${displayPath(file.path)} is in the scratch itself`;
    if (file.newMode === '160000') return `${displayPath(file.path)} would be a submodule`;
    if (file.newMode !== '120000') continue;
    const target = decodePath(await runGit(git, ['cat-file', 'blob', newId]));
    const unsafe = unsafeLinkReason(state.layers, file.path, target);
    if (unsafe !== undefined) return `${displayPath(file.path)} would be ${unsafe}`;
  }
  return undefined;
}

/**
 * A patch names paths without a walk from the top, so every directory above is asked about too. The content is read
 * only for a name that has to be judged by it.
 */
async function hiddenReason(
  git: TrustedGit,
  state: WalkState,
  { file: { path, newMode }, newId }: ChangeRecord,
): Promise<string | undefined> {
  const parts = path.split('/');
  const places = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const ask = (passes: ContentJudge): string | undefined =>
    state.hidden.reasonFor(path) ??
    places
      .map((place) => state.wouldHide?.(place, place !== path, passes))
      .find((reason) => reason !== undefined);
  let asked = false;
  const reason = ask(() => {
    asked = true;
    return false;
  });
  if (!asked || newMode?.startsWith('100') !== true) return reason;
  const content = await runGit(git, ['cat-file', 'blob', newId]);
  return ask((test) => bytesPass(test, content));
}

function rejectPatch(state: WalkState, name: string, reason: string): void {
  state.rejections.add(`.agent-scratch/${name}`, reason);
}

async function readRegular(file: string | Buffer): Promise<Buffer | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return (await handle.stat()).isFile() ? await handle.readFile() : undefined;
  } finally {
    await handle.close();
  }
}

function firstLine(stderr: Buffer): string {
  return (
    stderr
      .toString('utf8')
      .split('\n')
      .find((line) => line !== '')
      ?.replace(/^(error|fatal): /, '')
      .slice(0, 300) ?? 'unknown reason'
  );
}
