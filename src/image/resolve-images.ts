import { CagentError } from '../core/errors.js';
import { displayPath } from '../core/path-text.js';
import { inspectImagesArgs, pullArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import { packContext } from './build-context.js';
import { lastWords } from './build-output.js';
import type { ImageBuild, ImagePlan, ImageSource, ResolvedImage } from './image-plan.js';
import { imageBuildArgs } from './plan-build.js';

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

function parseInspect(reference: string, line: string): ResolvedImage {
  const { Id, RepoDigests, Config } = JSON.parse(line) as {
    readonly Id: string;
    readonly RepoDigests?: readonly string[] | null;
    readonly Config?: { readonly Volumes?: Readonly<Record<string, object>> | null } | null;
  };
  return {
    reference,
    digest: RepoDigests?.[0]?.split('@')[1] ?? Id,
    volumes: Object.keys(Config?.Volumes ?? {}).sort(),
  };
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
  const result = await docker.try(pullArgs(reference), signalOf(options));
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

async function build(source: ImageBuild, docker: Docker, options: ResolveImagesOptions): Promise<void> {
  const { base } = source;
  if (
    base !== undefined &&
    (options.noCache === true || (await inspect(docker, [base.reference]))[0] === undefined)
  ) {
    await build(base, docker, options);
  }
  options.onSlow(`Building the image ${source.reference}; this happens once and can take some minutes.`);
  const result = await docker.try(imageBuildArgs(source, options.noCache === true), {
    ...signalOf(options),
    ...(source.own ? { stdin: await packContext(source.files, options.hostRoots) } : {}),
  });
  if (result.exitCode === 0) return;
  const output = `${result.stdout.toString('utf8')}\n${result.stderr.toString('utf8')}`.trim();
  const known = dockerError(['build'], result.stderr.toString('utf8'), result.exitCode);
  if (known.code !== 'docker.failed') throw known;
  throw new CagentError(
    'image.build',
    `Building ${source.own ? source.reference : `the image from ${displayPath(source.files[0]?.source ?? '')}`} failed: ${lastWords(output)}.`,
    { hint: 'Build it by hand to see the whole output: `cagent build --dry-run` prints the command.' },
  );
}

function signalOf(options: ResolveImagesOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
