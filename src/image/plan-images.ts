import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { contentKey } from './content-key.js';
import type { ImagePlan, ImageSource } from './image-plan.js';

/**
 * Decides where the images come from; reads the Dockerfiles, touches nothing.
 * @param installation absolute path of cagent itself (the folder with `docker/` and `dist/`)
 * @throws CagentError `image.build` when a build context has no Dockerfile
 */
export function planImages(spec: ImageSpec, installation: string): ImagePlan {
  return { sandbox: planSandboxImage(spec, installation), gateway: planGatewayImage(installation) };
}

function planSandboxImage(spec: ImageSpec, installation: string): ImageSource {
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
      return ownBuild('cagent-sandbox', [{ source: join(installation, 'docker/sandbox'), target: 'docker/sandbox' }], 'docker/sandbox/Dockerfile', true);
  }
}

function planGatewayImage(installation: string): ImageSource {
  const files = ['docker/gateway', 'dist/gateway'].map((path) => ({ source: join(installation, path), target: path }));
  return ownBuild('cagent-gateway', files, 'docker/gateway/Dockerfile', true);
}

function ownBuild(
  name: string,
  files: readonly { readonly source: string; readonly target: string }[],
  dockerfile: string,
  own: boolean,
): ImageSource {
  const key = contentKey(files.map((file) => file.source));
  return { kind: 'build', reference: `${name}:${key}`, dockerfile, files, own };
}
