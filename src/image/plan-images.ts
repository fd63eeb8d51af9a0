import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownAgent } from '../agents/known-agents.js';
import type { ImageSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { contentKey } from './content-key.js';
import { readDockerIgnore } from './docker-ignore.js';
import { agentLabels, customLabels, ownLabels } from './image-labels.js';
import type { ImageBuild, ImagePlan, ImageSource } from './image-plan.js';

/**
 * Decides where the images come from; reads the Dockerfiles, touches nothing.
 * @param installation absolute path of cagent itself (the folder with `docker/` and `dist/`)
 * @param agent whose default image is wanted: `docker/agents/<agent>` on top of the sandbox image, if there is one
 * @throws CagentError `image.build` when a build context has no Dockerfile
 */
export function planImages(spec: ImageSpec, installation: string, agent: string = 'command'): ImagePlan {
  return { sandbox: planSandboxImage(spec, installation, agent), gateway: planGatewayImage(installation) };
}

function planSandboxImage(spec: ImageSpec, installation: string, agent: string): ImageSource {
  switch (spec.kind) {
    case 'reference':
      return { kind: 'pull', reference: spec.reference };
    case 'build': {
      if (!existsSync(join(spec.context, 'Dockerfile'))) {
        throw new CagentError('image.build', `image.build: no Dockerfile in ${spec.context}`, {
          hint: 'Name a directory that holds a Dockerfile.',
        });
      }
      return planBuild({
        name: 'cagent-custom',
        files: [{ source: spec.context, target: '.' }],
        dockerfile: 'Dockerfile',
        own: false,
        labels: customLabels(knownAgent(agent)),
      });
    }
    case 'default':
      return planDefaultImage(installation, agent);
  }
}

function planDefaultImage(installation: string, name: string): ImageBuild {
  const docker = join(installation, 'docker');
  const version = versionOf(installation);
  const base = planBuild({
    name: 'cagent-sandbox',
    files: [{ source: join(docker, 'sandbox'), target: 'docker/sandbox' }],
    dockerfile: 'docker/sandbox/Dockerfile',
    own: true,
    labels: ownLabels('cagent-sandbox', 'cagent sandbox', version),
  });
  const layer = join(docker, 'agents', name);
  const agent = knownAgent(name);
  if (agent === undefined || !existsSync(join(layer, 'Dockerfile'))) return base;
  const build = planBuild({
    name: `cagent-${name}`,
    files: [{ source: layer, target: '.' }],
    dockerfile: 'Dockerfile',
    own: true,
    labels: agentLabels(agent, version),
  });
  // The layer's own key is not enough: on another base it is another image.
  const key = createHash('sha256').update(`${base.reference}\n${build.reference}`).digest('hex').slice(0, 16);
  return { ...build, reference: `cagent-${name}:${key}`, base };
}

function planGatewayImage(installation: string): ImageSource {
  return planBuild({
    name: 'cagent-gateway',
    files: ['docker/gateway', 'dist/gateway'].map((path) => ({
      source: join(installation, path),
      target: path,
    })),
    dockerfile: 'docker/gateway/Dockerfile',
    own: true,
    labels: ownLabels('cagent-gateway', 'cagent gateway', versionOf(installation)),
  });
}

function planBuild({
  name,
  ...build
}: Omit<ImageBuild, 'kind' | 'reference'> & { readonly name: string }): ImageBuild {
  for (const { source } of build.files) {
    if (existsSync(source)) continue;
    throw new CagentError('image.build', `${source} is missing, so the image ${name} cannot be built`, {
      hint: 'Run script/build in a source checkout, or use a release.',
    });
  }
  // Our own contexts are packed here, and what is in them is in the image.
  const [context] = build.files;
  const ignored = build.own || context === undefined ? undefined : readDockerIgnore(context.source);
  const key = contentKey(
    build.files.map((file) => file.source),
    ignored,
  );
  return { kind: 'build', reference: `${name}:${key}`, ...build };
}

function versionOf(installation: string): string {
  const { version } = JSON.parse(readFileSync(join(installation, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
