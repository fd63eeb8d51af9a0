import { mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Docker as FullDocker } from '../docker/client.js';
import type { ImagePlan } from '../image/image-plan.js';

/** The two calls that the cache makes. */
type Docker = Pick<FullDocker, 'try' | 'run'>;

/** The part of `@actions/cache` that is used; tests bring their own. */
export interface CacheService {
  isFeatureAvailable(): boolean;
  restoreCache(paths: string[], key: string): Promise<string | undefined>;
  saveCache(paths: string[], key: string): Promise<number>;
}

/** The client is large, and most runs find their images on the machine. */
export async function loadCacheService(): Promise<CacheService> {
  return import('@actions/cache');
}

export interface ImageCachePorts {
  readonly docker: Docker;
  readonly loadService: () => Promise<CacheService>;
  readonly info: (message: string) => void;
}

/**
 * References of the images of a plan that cagent would build and the engine does not have. A pulled image is not
 * cached: a registry is as near as the cache, and a tag that moves must not be frozen.
 */
export async function missingBuilds(plan: ImagePlan, docker: Docker): Promise<readonly string[]> {
  const builds = [plan.sandbox, plan.gateway].filter(({ kind }) => kind === 'build');
  const present = await Promise.all(builds.map(({ reference }) => isPresent(docker, reference)));
  return builds.filter((_, index) => !present[index]).map(({ reference }) => reference);
}

/**
 * Loads what the cache has of the given images. Never throws: what is not restored is built.
 * @returns references that were not restored and are worth saving after the build; none without a cache service
 */
export async function restoreImages(
  references: readonly string[],
  { docker, loadService, info }: ImageCachePorts,
): Promise<readonly string[]> {
  if (references.length === 0) return [];
  const missing: string[] = [];
  try {
    const service = await loadService();
    if (!service.isFeatureAvailable()) return [];
    for (const reference of references) {
      const restored = await restoreOne(reference, docker, service).catch(() => false);
      if (restored) info(`Restored the image ${reference} from the cache.`);
      else missing.push(reference);
    }
  } catch {
    // The cache is for speed only.
  }
  return missing;
}

/** Saves the images that are here by now. Never throws. */
export async function saveImages(
  references: readonly string[],
  { docker, loadService, info }: ImageCachePorts,
): Promise<void> {
  if (references.length === 0) return;
  try {
    const service = await loadService();
    for (const reference of references) {
      if (await saveOne(reference, docker, service).catch(() => false)) {
        info(`Saved the image ${reference} to the cache.`);
      }
    }
  } catch {
    // The next run builds again.
  }
}

async function restoreOne(reference: string, docker: Docker, service: CacheService): Promise<boolean> {
  return withArchive(reference, async (file) => {
    if ((await service.restoreCache([tildePath(reference)], cacheKey(reference))) === undefined) return false;
    const { exitCode } = await docker.try(['image', 'load', '--quiet', '--input', file]);
    return exitCode === 0 && (await isPresent(docker, reference));
  });
}

async function saveOne(reference: string, docker: Docker, service: CacheService): Promise<boolean> {
  if (!(await isPresent(docker, reference))) return false;
  return withArchive(reference, async (file) => {
    await docker.run(['image', 'save', '--output', file, reference]);
    return (await service.saveCache([tildePath(reference)], cacheKey(reference))) !== -1;
  });
}

/** An archive of an image is as large as the image: it goes as soon as it has been used. */
async function withArchive<T>(reference: string, work: (file: string) => Promise<T>): Promise<T> {
  const file = join(homedir(), archivePath(reference));
  mkdirSync(dirname(file), { recursive: true });
  try {
    return await work(file);
  } finally {
    rmSync(file, { force: true });
  }
}

async function isPresent(docker: Docker, reference: string): Promise<boolean> {
  const { exitCode } = await docker.try(['image', 'inspect', '--format', '{{.Id}}', reference]);
  return exitCode === 0;
}

/** The tag is made from the content of the build, so it is the key; images differ by processor. */
export function cacheKey(reference: string): string {
  return `cagent-image-${fileName(reference)}-${process.arch}`;
}

/**
 * Below the home directory and written with `~`: the path is part of the cache's own key, and the runner's
 * temporary directory is another one on each self-hosted runner.
 */
function tildePath(reference: string): string {
  return `~/${archivePath(reference)}`;
}

function archivePath(reference: string): string {
  return `.cache/cagent/images/${fileName(reference)}.tar`;
}

function fileName(reference: string): string {
  return reference.replace(/[^A-Za-z0-9._-]/g, '-');
}
