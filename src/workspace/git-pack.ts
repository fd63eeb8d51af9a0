import { readdirSync, readFileSync } from 'node:fs';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { type ByteText, byteTextToPath } from './byte-text.js';
import type { CleanRepository } from './git-layout.js';
import type { HiddenSet } from './hidden-set.js';

/**
 * Puts exactly these objects into the new repository, from wherever the building one sees them. The source's packs
 * are never copied: they hold everything that was ever committed, and for a partial clone `repack` would take them
 * whole. `wanted` are object names, or tips with everything they reach.
 */
export async function packObjects(
  repository: CleanRepository,
  wanted: readonly string[],
  kind: 'objects' | 'tips',
): Promise<void> {
  if (wanted.length === 0) return;
  await repository.building(
    [
      ...[
        'pack-objects',
        '--quiet',
        '--window=0',
        '--delta-base-offset',
        ...(kind === 'tips' ? ['--revs'] : []),
      ],
      `${repository.gitDirectory}/objects/pack/pack`,
    ],
    { stdin: `${wanted.join('\n')}\n` },
  );
}

/**
 * Proves the promise before anyone can read the repository: it holds the objects of its commits and not one more,
 * nothing is borrowed from elsewhere, and no hidden path is in any tree. Throws `workspace.git` otherwise.
 */
export async function assertOnlyVisible(
  repository: CleanRepository,
  commit: string,
  hidden: HiddenSet,
): Promise<void> {
  const reachable = new Set<string>([commit]);
  const head = await repository.alone(['cat-file', '-p', commit]);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head.toString('latin1'))?.[1];
  if (tree === undefined) throw unsafe('its commit has no tree');
  reachable.add(tree);
  const listing = (await repository.alone(['ls-tree', '-r', '-t', '-z', '--full-tree', commit])).toString(
    'latin1',
  );
  // Each entry is `MODE SP TYPE SP OBJECT TAB PATH NUL`, the mode always six characters wide.
  for (let at = 0; at < listing.length; ) {
    const end = listing.indexOf('\0', at);
    const tab = listing.indexOf('\t', at);
    const path = listing.slice(tab + 1, end);
    if (hidden.has(path) || hasGitComponent(path))
      throw unsafe(`it holds the hidden path ${displayPath(byteTextToPath(path))}`);
    if (!listing.startsWith('commit', at + 7))
      reachable.add(listing.slice(listing.lastIndexOf(' ', tab) + 1, tab));
    at = end + 1;
  }
  assertObjects(repository, reachable);
}

/** Compares the objects on disk with those that may be there. */
export function assertObjects(repository: CleanRepository, reachable: ReadonlySet<string>): void {
  const present = presentObjects(repository);
  if (present.size !== reachable.size)
    throw unsafe(`it holds ${present.size} objects instead of ${reachable.size}`);
  for (const objectId of present)
    if (!reachable.has(objectId)) throw unsafe(`it holds the foreign object ${objectId}`);
}

/** Every object in the one pack; anything else in the object directory is refused. */
function presentObjects(repository: CleanRepository): Set<string> {
  const objects = `${repository.gitDirectory}/objects`;
  const unexpected = readdirSync(objects).filter((name) => name !== 'pack' && name !== 'info');
  const borrowed = readdirSync(`${objects}/info`);
  if (unexpected.length + borrowed.length > 0)
    throw unsafe(`there is ${[...unexpected, ...borrowed][0]} beside its pack`);
  const found = new Set<string>();
  for (const name of readdirSync(`${objects}/pack`)) {
    if (name.endsWith('.idx'))
      for (const id of readPackIndex(readFileSync(`${objects}/pack/${name}`), repository)) found.add(id);
    else if (!name.endsWith('.pack')) throw unsafe(`there is ${name} beside its pack`);
  }
  return found;
}

/** Object names of a pack index, version 2 (gitformat-pack(5)). */
function readPackIndex(bytes: Buffer, repository: CleanRepository): readonly string[] {
  if (bytes.readUInt32BE(0) !== 0xff744f63 || bytes.readUInt32BE(4) !== 2)
    throw unsafe('its pack index is not understood');
  const names = 8 + 256 * 4;
  const count = bytes.readUInt32BE(names - 4);
  const width = repository.format === 'sha1' ? 20 : 32;
  return Array.from({ length: count }, (_, index) =>
    bytes.toString('hex', names + index * width, names + (index + 1) * width),
  );
}

function hasGitComponent(path: ByteText): boolean {
  return path.includes('.') && /(?:^|\/)\.git(?:\/|$)/i.test(path);
}

function unsafe(what: string): CagentError {
  return new CagentError('workspace.git', `The clean repository was refused: ${what}.`, {
    hint: 'Set workspace.git to none to run without a repository inside, and report this.',
  });
}
