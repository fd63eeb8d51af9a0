import { join } from 'node:path';
import { buildArgs, pullArgs, pushArgs, tagArgs } from '../docker/argv.js';
import type { ImageBuild, ImagePlan, ImageSource } from './image-plan.js';

/** One docker command of `cagent build`. */
export interface BuildStep {
  readonly args: readonly string[];
  /** What the archive on its standard input holds, where there is one. */
  readonly context?: ImageBuild['files'];
  /** It is left out when this image is present. */
  readonly unless?: string;
}

export interface BuildWishes {
  readonly noCache: boolean;
  /** The name under which the sandbox image is pushed. */
  readonly push: string | undefined;
}

/** Every docker command of `cagent build` in order. Pure. */
export function planBuild(plan: ImagePlan, { noCache, push }: BuildWishes): readonly BuildStep[] {
  return [
    ...stepsFor(plan.sandbox, noCache),
    ...stepsFor(plan.gateway, noCache),
    ...(push === undefined
      ? []
      : [{ args: tagArgs(plan.sandbox.reference, push) }, { args: pushArgs(push) }]),
  ];
}

function stepsFor(source: ImageSource, noCache: boolean): readonly BuildStep[] {
  const unless = noCache ? {} : { unless: source.reference };
  if (source.kind === 'pull') return [{ args: pullArgs(source.reference), ...unless }];
  const step = { args: imageBuildArgs(source, noCache), ...unless };
  return [
    ...(source.base === undefined ? [] : stepsFor(source.base, noCache)),
    source.own ? { ...step, context: source.files } : step,
  ];
}

/** Our own contexts go to standard input; a user's directory is one already. */
export function imageBuildArgs(source: ImageBuild, noCache: boolean): readonly string[] {
  const { reference, dockerfile, own, labels, base } = source;
  const directory = own ? undefined : (source.files[0]?.source ?? '.');
  return buildArgs({
    reference,
    context: directory ?? '-',
    dockerfile: directory === undefined ? dockerfile : join(directory, dockerfile),
    labels,
    network: own ? 'host' : 'default',
    arguments: base === undefined ? {} : { SANDBOX: base.reference },
    noCache,
  });
}
