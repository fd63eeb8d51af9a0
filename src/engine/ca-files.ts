import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Docker } from '../docker/client.js';
import {
  caBundleFiles,
  type ImageRootsInput,
  JAVA_STORE_PASSWORD,
  planImageRoots,
} from '../sandbox/ca-bundle.js';
import { javaTrustStore } from '../sandbox/java-trust-store.js';

/** Makes empty files, so that they can be mounted before their content is known. */
export function reserveCaFiles(directory: string): void {
  const { bundle, javaStore } = caBundleFiles(directory);
  mkdirSync(dirname(bundle), { mode: 0o755 });
  for (const file of [bundle, javaStore]) writeFileSync(file, '', { mode: 0o644 });
}

/** Fills the reserved files in place: a mount stays with the file, not with its name. */
export function fillCaFiles(directory: string, pem: readonly (string | undefined)[]): void {
  const { bundle, javaStore } = caBundleFiles(directory);
  const all = pem
    .filter((text) => text !== undefined)
    .map((text) => `${text.trimEnd()}\n`)
    .join('');
  writeFileSync(bundle, all);
  writeFileSync(javaStore, javaTrustStore(all, JAVA_STORE_PASSWORD));
}

/** The roots that an image brings, PEM; `undefined` when it has none in the usual places. Nothing of it is run. */
export async function readImageRoots(docker: Docker, input: ImageRootsInput): Promise<string | undefined> {
  const { create, copies, remove, target } = planImageRoots(input);
  await docker.run(create);
  try {
    for (const copy of copies) {
      await docker.try(copy);
      if (existsSync(target)) return readFileSync(target, 'utf8');
    }
    return undefined;
  } finally {
    rmSync(target, { force: true });
    await docker.try(remove);
  }
}
