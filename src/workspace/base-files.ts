import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { BaseFiles } from '../config/base-files.js';
import { type BaseCommit, type BaseEntry, followLinks, linkTargets } from './base-commit.js';
import { type ByteText, byteTextToFile, byteTextToPath, pathToByteText } from './byte-text.js';

/**
 * Files of a commit, laid out in `directory` when they are asked for. Links are followed within the commit; one that
 * leaves it leads nowhere.
 * @param directory absolute path of a private directory
 */
export function createBaseFiles(commit: BaseCommit, directory: string): BaseFiles {
  const written = new Set<ByteText>();
  let targetOf: ReturnType<typeof linkTargets> | undefined;

  const write = async (files: readonly (readonly [ByteText, BaseEntry])[]): Promise<void> => {
    const missing = files.filter(([path, { mode }]) => mode !== '160000' && !written.has(path));
    const contents = await commit.read(missing.map(([, { objectId }]) => objectId));
    for (const [path, { mode, objectId }] of missing) {
      const file = byteTextToFile(`${directory}/${path}`);
      mkdirSync(byteTextToFile(`${directory}/${path.slice(0, path.lastIndexOf('/') + 1)}`), {
        recursive: true,
      });
      const content = contents.get(objectId) ?? Buffer.alloc(0);
      if (mode === '120000') symlinkSync(content, file);
      else {
        writeFileSync(file, content, { flag: 'wx' });
        chmodSync(file, mode === '100755' ? 0o755 : 0o644);
      }
      written.add(path);
    }
  };

  return {
    commit: commit.id,
    bring: async (path) => {
      const entries = await commit.list();
      targetOf ??= linkTargets(commit);
      const end = followLinks(pathToByteText(path), entries, await targetOf)?.at(-1);
      if (end === undefined) return undefined;
      const file = entries.get(end);
      const found =
        file === undefined
          ? [...entries].filter(([name]) => name.startsWith(`${end}/`))
          : [[end, file] as const];
      if (found.length === 0) return undefined;
      await write(found);
      return `${directory}/${byteTextToPath(end)}`;
    },
  };
}
