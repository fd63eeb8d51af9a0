import { removeContainersArgs, removeVolumesArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { findObjects, removeObjects } from '../sandbox/remove.js';
import type { Preparation } from './prepare.js';

/**
 * Ends and removes everything that the run made in the engine; runs beside the capture, which needs only files.
 * @returns what could not be removed, for the report
 */
export async function tearDown(
  preparation: Preparation,
  docker: Docker,
  keep: boolean,
): Promise<readonly string[]> {
  const { gateway, link, created, early } = preparation;
  const { agent, watch } = early.containers;
  // What is still being made cannot be removed yet.
  const made = await created?.then(
    () => true,
    () => true,
  );
  const agentGone =
    made === true && !keep
      ? docker.try(removeContainersArgs([agent.name, ...(watch === undefined ? [] : [watch.name])]))
      : undefined;
  link?.abandon();
  const gatewayGone = gateway?.finish().then(() => gateway.ended);
  await Promise.all([link?.ended, agentGone, preparation.watch?.stop()]);
  // The view's volume is free as soon as the containers that mount it are gone; the gateway does not.
  const volume =
    made === true && !keep
      ? await docker.try(removeVolumesArgs([early.volume, ...early.volumes].map(({ name }) => name)))
      : undefined;
  await gatewayGone;
  if (volume === undefined || volume.exitCode === 0) return [];
  // Something is still there, for example a container that was made while we were told to stop.
  return removeObjects(docker, await findObjects(docker, { runId: preparation.runId }));
}
