import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import { bareCreateArgs, copyOutArgs, removeContainersArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { caBundleFiles, IMAGE_ROOTS, JAVA_STORE_PASSWORD } from '../sandbox/ca-bundle.js';
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
export async function readImageRoots(
  docker: Docker,
  input: { runId: RunId; processOwner: string; image: string; directory: string },
): Promise<string | undefined> {
  const name = objectName(input.runId, 'helper');
  await docker.run(
    bareCreateArgs(name, objectLabels(input.runId, 'helper', input.processOwner), input.image),
  );
  const copy = `${input.directory}/ca/image-roots.pem`;
  try {
    for (const place of IMAGE_ROOTS) {
      await docker.try(copyOutArgs(name, place, copy));
      if (existsSync(copy)) return readFileSync(copy, 'utf8');
    }
    return undefined;
  } finally {
    rmSync(copy, { force: true });
    await docker.try(removeContainersArgs([name]));
  }
}
