import { chmodSync, mkdirSync, type Stats, symlinkSync, writeFileSync } from 'node:fs';
import type { BaseCommit } from './base-commit.js';
import { type ByteText, byteTextToFile, pathToByteText } from './byte-text.js';
import { copyAttributes } from './mask-layer.js';
import { statOf } from './same-blob.js';
import type { BaseShown } from './workspace-plan.js';

/**
 * Lays out what is shown from the base commit in the topmost layer. The directories above it exist there as well, and
 * the topmost directory's attributes are what is seen: `finish` copies those of the workspace, after everything else in
 * the layer has its owner.
 */
export async function writeBaseLayer(
  top: string,
  root: ByteText,
  shown: readonly BaseShown[],
  commit: BaseCommit,
): Promise<{ readonly finish: () => void }> {
  const contents = await commit.read(shown.map(({ objectId }) => objectId));
  const directories = new Map<ByteText, Stats | undefined>();
  for (const { path, mode, objectId } of shown) {
    const place = pathToByteText(path);
    makeParents(top, root, place, directories);
    const file = byteTextToFile(`${top}/${place}`);
    const content = contents.get(objectId) ?? Buffer.alloc(0);
    if (mode === '120000') {
      symlinkSync(content, file);
      continue;
    }
    writeFileSync(file, content, { flag: 'wx' });
    chmodSync(file, mode === '100755' ? 0o755 : 0o644);
  }
  return {
    finish: () => {
      for (const [directory, stat] of [...directories].reverse())
        if (stat?.isDirectory() === true) copyAttributes(`${top}/${directory}`, stat);
    },
  };
}

/** Outermost first. */
function makeParents(
  top: string,
  root: ByteText,
  path: ByteText,
  made: Map<ByteText, Stats | undefined>,
): void {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return;
  const directory = path.slice(0, slash);
  if (made.has(directory)) return;
  makeParents(top, root, directory, made);
  mkdirSync(byteTextToFile(`${top}/${directory}`), { mode: 0o755 });
  made.set(directory, statOf(root, directory));
}
