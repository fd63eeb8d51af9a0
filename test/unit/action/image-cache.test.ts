import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CacheService,
  cacheKey,
  missingBuilds,
  restoreImages,
  saveImages,
} from '../../../src/action/image-cache.js';
import type { Docker } from '../../../src/docker/client.js';
import type { ImagePlan } from '../../../src/image/image-plan.js';

const REFERENCE = 'cagent-gateway:0123456789abcdef';
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'image-cache-'));
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** An engine that has the given images and gets REFERENCE by `docker image load`. */
function engine(present: readonly string[], calls: string[] = []): Docker {
  const images = new Set(present);
  const answer = (args: readonly string[]) => {
    calls.push(args.slice(0, 2).join(' '));
    if (args[1] === 'load') images.add(REFERENCE);
    const found = args[1] !== 'inspect' || images.has(args.at(-1) as string);
    return { exitCode: found ? 0 : 1, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  };
  return {
    try: async (args) => answer(args),
    run: async (args) => String(answer(args).stdout),
    start: undefined as never,
  };
}

function service(held: readonly string[], saved: string[] = []): CacheService {
  return {
    isFeatureAvailable: () => true,
    restoreCache: async (_, key) => (held.includes(key) ? key : undefined),
    saveCache: async (_, key) => saved.push(key),
  };
}

const info = (): void => {};

describe('images in the cache', () => {
  it('only what is built here and missing is looked for', async () => {
    const build = { kind: 'build', dockerfile: 'Dockerfile', files: [], own: true, labels: {} } as const;
    const plan: ImagePlan = {
      sandbox: { kind: 'pull', reference: 'node:24' },
      gateway: { ...build, reference: REFERENCE },
    };
    expect(await missingBuilds(plan, engine([]))).toEqual([REFERENCE]);
    expect(await missingBuilds(plan, engine([REFERENCE]))).toEqual([]);
  });

  it('with every image here the cache client is not even loaded', async () => {
    const loadService = vi.fn();
    await restoreImages([], { docker: engine([]), loadService, info });
    expect(loadService).not.toHaveBeenCalled();
  });

  it('a held image is loaded and need not be saved again', async () => {
    const calls: string[] = [];
    const docker = engine([], calls);
    const missing = await restoreImages([REFERENCE], {
      docker,
      loadService: async () => service([cacheKey(REFERENCE)]),
      info,
    });
    expect(missing).toEqual([]);
    expect(calls).toContain('image load');
  });

  it('an image that is not held is to be saved after the build', async () => {
    expect(
      await restoreImages([REFERENCE], { docker: engine([]), loadService: async () => service([]), info }),
    ).toEqual([REFERENCE]);
    const saved: string[] = [];
    await saveImages([REFERENCE], {
      docker: engine([REFERENCE]),
      loadService: async () => service([], saved),
      info,
    });
    expect(saved).toEqual([cacheKey(REFERENCE)]);
  });

  it('an image whose build failed is not saved', async () => {
    const saved: string[] = [];
    await saveImages([REFERENCE], { docker: engine([]), loadService: async () => service([], saved), info });
    expect(saved).toEqual([]);
  });

  it('without a cache service nothing is restored and nothing is saved later', async () => {
    const none: CacheService = { ...service([]), isFeatureAvailable: () => false };
    expect(
      await restoreImages([REFERENCE], { docker: engine([]), loadService: async () => none, info }),
    ).toEqual([]);
  });

  it.each([
    ['restoring', { restoreCache: () => Promise.reject(new TypeError('service is down')) }],
    [
      'asking',
      {
        isFeatureAvailable: () => {
          throw new TypeError('no url');
        },
      },
    ],
    ['saving', { saveCache: () => Promise.reject(new TypeError('quota')) }],
  ] as const)('a failure while %s does not fail the run', async (_, broken) => {
    const loadService = async (): Promise<CacheService> => ({ ...service([]), ...broken });
    const docker = engine([REFERENCE]);
    await restoreImages([REFERENCE], { docker, loadService, info });
    await saveImages([REFERENCE], { docker, loadService, info });
  });

  it('the key changes with content and processor', () => {
    expect(cacheKey(REFERENCE)).toBe(`cagent-image-cagent-gateway-0123456789abcdef-${process.arch}`);
  });
});
