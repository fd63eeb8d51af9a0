import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { buildArgs, inspectImagesArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ImagePlan, ImageSource, ResolvedImage } from './image-plan.js';

export interface ResolveImagesOptions {
  /** PEM file with the host's roots, for our own builds behind a company proxy. */
  readonly hostRoots: string | undefined;
  readonly noCache?: boolean;
  /** Called before a pull or a build, which can take minutes. */
  readonly onSlow: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface ResolvedImages {
  readonly sandbox: ResolvedImage;
  readonly gateway: ResolvedImage;
}

/**
 * Makes both images present: one look at the engine when they are, otherwise pull or build.
 * @throws CagentError `image.unavailable`, `image.build`, `docker.*`
 */
export async function resolveImages(
  plan: ImagePlan,
  docker: Docker,
  options: ResolveImagesOptions,
): Promise<ResolvedImages> {
  const sources = [plan.sandbox, plan.gateway] as const;
  const present =
    options.noCache === true
      ? [undefined, undefined]
      : await inspect(
          docker,
          sources.map((source) => source.reference),
        );
  const [sandbox, gateway] = [present[0], present[1]];
  return {
    sandbox: sandbox ?? (await provide(plan.sandbox, docker, options)),
    gateway: gateway ?? (await provide(plan.gateway, docker, options)),
  };
}

/** Images by reference, `undefined` where the engine does not have one. */
async function inspect(
  docker: Docker,
  references: readonly string[],
): Promise<readonly (ResolvedImage | undefined)[]> {
  const args = inspectImagesArgs(references);
  const result = await docker.try(args);
  if (result.exitCode === 0) {
    const lines = result.stdout.toString('utf8').trim().split('\n');
    return references.map((reference, index) => parseInspect(reference, lines[index] ?? ''));
  }
  const stderr = result.stderr.toString('utf8');
  if (!/no such image/i.test(stderr)) throw dockerError(args, stderr, result.exitCode);
  if (references.length === 1) return [undefined];
  // One of them is missing: ask one by one, since the answer does not say which lines are left out.
  return Promise.all(references.map(async (reference) => (await inspect(docker, [reference]))[0]));
}

function parseInspect(reference: string, line: string): ResolvedImage | undefined {
  const cut = line.lastIndexOf(' ');
  const digests = JSON.parse(line.slice(0, cut) || '[]') as readonly string[] | null;
  return { reference, digest: digests?.[0]?.split('@')[1] ?? line.slice(cut + 1) };
}

async function provide(
  source: ImageSource,
  docker: Docker,
  options: ResolveImagesOptions,
): Promise<ResolvedImage> {
  if (source.kind === 'pull') await pull(source.reference, docker, options);
  else await build(source, docker, options);
  const [image] = await inspect(docker, [source.reference]);
  if (image === undefined)
    throw new CagentError('internal.bug', `the image ${source.reference} vanished after it was made`);
  return image;
}

async function pull(reference: string, docker: Docker, options: ResolveImagesOptions): Promise<void> {
  options.onSlow(`Pulling the image ${reference}.`);
  const result = await docker.try(['pull', '--quiet', reference], signalOf(options));
  if (result.exitCode === 0) return;
  const stderr = result.stderr.toString('utf8').trim();
  const known = dockerError(['pull'], stderr, result.exitCode);
  if (known.code !== 'docker.failed') throw known;
  throw new CagentError(
    'image.unavailable',
    `The image ${reference} is not here and cannot be pulled: ${stderr.split('\n').at(-1)}`,
    {
      hint: 'Check the name and the registry login, or build it first.',
    },
  );
}

async function build(
  source: ImageSource & { kind: 'build' },
  docker: Docker,
  options: ResolveImagesOptions,
): Promise<void> {
  const { base } = source;
  if (
    base !== undefined &&
    (options.noCache === true || (await inspect(docker, [base.reference]))[0] === undefined)
  ) {
    await build(base, docker, options);
  }
  options.onSlow(`Building the image ${source.reference}; this happens once and can take some minutes.`);
  const context = mkdtempSync(join(tmpdir(), 'cagent-build-'));
  try {
    for (const file of source.files) {
      cpSync(file.source, join(context, file.target), { recursive: true, verbatimSymlinks: true });
    }
    if (source.own) {
      // Always there, so that the Dockerfile can COPY it; empty where the host has no bundle.
      const target = join(context, 'extra-ca.pem');
      if (options.hostRoots === undefined) writeFileSync(target, '');
      else cpSync(options.hostRoots, target, { dereference: true });
    }
    const args = buildArgs({
      reference: source.reference,
      context,
      dockerfile: join(context, source.dockerfile),
      labels: { 'cagent.image': source.reference.split(':')[0] as string },
      network: source.own ? 'host' : 'default',
      arguments: base === undefined ? {} : { SANDBOX: base.reference },
      noCache: options.noCache === true,
    });
    const result = await docker.try(args, signalOf(options));
    if (result.exitCode === 0) return;
    const output = `${result.stdout.toString('utf8')}\n${result.stderr.toString('utf8')}`.trim();
    const known = dockerError(['build'], result.stderr.toString('utf8'), result.exitCode);
    if (known.code !== 'docker.failed') throw known;
    throw new CagentError(
      'image.build',
      `Building ${source.own ? source.reference : `the image from ${displayPath(source.files[0]?.source ?? '')}`} failed: ${lastWords(output)}.`,
      {
        hint: 'Build it by hand with `docker build` to see the whole output.',
      },
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

function signalOf(options: ResolveImagesOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

/** The last lines of a build, without what the older builder says of itself. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !/legacy builder is deprecated|buildx/.test(line))
    .slice(-4)
    .join(' | ');
}
