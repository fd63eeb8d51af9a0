import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { contentKey } from './content-key.js';
import type { ImagePlan, ImageSource } from './image-plan.js';

type ImageBuild = ImageSource & { readonly kind: 'build' };

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
      return ownBuild('cagent-custom', [{ source: spec.context, target: '.' }], 'Dockerfile', false);
    }
    case 'default':
      return planDefaultImage(installation, agent);
  }
}

function planDefaultImage(installation: string, agent: string): ImageBuild {
  const docker = join(installation, 'docker');
  const base = ownBuild(
    'cagent-sandbox',
    [{ source: join(docker, 'sandbox'), target: 'docker/sandbox' }],
    'docker/sandbox/Dockerfile',
    true,
  );
  const layer = join(docker, 'agents', agent);
  if (!existsSync(join(layer, 'Dockerfile'))) return base;
  const build = ownBuild(`cagent-${agent}`, [{ source: layer, target: '.' }], 'Dockerfile', true);
  // The layer's own key is not enough: on another base it is another image.
  const key = createHash('sha256').update(`${base.reference}\n${build.reference}`).digest('hex').slice(0, 16);
  return { ...build, reference: `cagent-${agent}:${key}`, base };
}

function planGatewayImage(installation: string): ImageSource {
  const files = ['docker/gateway', 'dist/gateway'].map((path) => ({
    source: join(installation, path),
    target: path,
  }));
  return ownBuild('cagent-gateway', files, 'docker/gateway/Dockerfile', true);
}

function ownBuild(
  name: string,
  files: readonly { readonly source: string; readonly target: string }[],
  dockerfile: string,
  own: boolean,
): ImageBuild {
  for (const { source } of files) {
    if (existsSync(source)) continue;
    throw new CagentError('image.build', `${source} is missing, so the image ${name} cannot be built`, {
      hint: 'Run script/build in a source checkout, or use a release.',
    });
  }
  const key = contentKey(files.map((file) => file.source));
  return { kind: 'build', reference: `${name}:${key}`, dockerfile, files, own };
}
