import { CagentError } from '../core/errors.js';
import { pushArgs, tagArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ResolvedImage } from './image-plan.js';

/**
 * Gives an image another name and pushes it.
 * @returns the name, and the digest by which the registry has the image
 * @throws CagentError `image.push`, `docker.*`
 */
export async function pushImage(
  image: ResolvedImage,
  name: string,
  docker: Docker,
  signal: AbortSignal,
): Promise<ResolvedImage> {
  await docker.run(tagArgs(image.reference, name));
  const result = await docker.try(pushArgs(name), { signal });
  const stderr = result.stderr.toString('utf8').trim();
  if (result.exitCode !== 0) {
    const known = dockerError(['push'], stderr, result.exitCode);
    if (known.code !== 'docker.failed') throw known;
    throw new CagentError(
      'image.push',
      `The image cannot be pushed as ${name}: ${stderr.split('\n').at(-1)}`,
      {
        hint: 'Check the name, and log in with `docker login`.',
      },
    );
  }
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(result.stdout.toString('utf8'))?.[1];
  return { ...image, reference: name, digest: digest ?? image.digest };
}
