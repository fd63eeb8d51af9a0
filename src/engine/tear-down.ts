import { removeContainersArgs, removeVolumesArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { findObjects, removeObjects } from '../sandbox/remove.js';
import type { Preparation } from './prepare.js';

/**
 * Ends and removes everything that the run made in the engine; runs beside the capture, which needs only files.
 * @returns what could not be removed, for the report
 */
export async function tearDown(preparation: Preparation, docker: Docker, keep: boolean): Promise<readonly string[]> {
  const { gateway, link, plan } = preparation;
  if (gateway === undefined && plan === undefined) return [];
  const agentGone = plan === undefined || keep ? undefined : docker.try(removeContainersArgs([plan.containers.agent.name]));
  await gateway?.finish();
  link?.abandon();
  gateway?.abandon();
  await Promise.all([link?.ended, gateway?.ended, agentGone]);
  if (keep) return [];
  const volume = plan === undefined ? undefined : await docker.try(removeVolumesArgs([plan.volume.name]));
  if (volume === undefined || volume.exitCode === 0) return [];
  // Something is still there, for example a container that was made while we were told to stop.
  return removeObjects(docker, await findObjects(docker, { runId: preparation.runId }));
}
