import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainersArgs, removeVolumesArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { findObjects, removeObjects } from '../sandbox/remove.js';
import type { Preparation } from './prepare.js';

/** How long a container may take that is to end by itself, on a busy machine too. */
const END_DEADLINE_MS = 10_000;

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
  const endOf = (role: 'gateway' | 'link', ended: Promise<void>): Promise<void> =>
    endOrRemove(docker, early.containers[role]?.name, ended);
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
  const gatewayGone = gateway?.finish().then(() => endOf('gateway', gateway.ended));
  const linkGone = link === undefined ? undefined : endOf('link', link.ended);
  await Promise.all([linkGone, agentGone, preparation.watch?.stop()]);
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

/** A gateway that is frozen, or that the agent took over, does not end because its pipe is closed. */
async function endOrRemove(docker: Docker, name: string | undefined, ended: Promise<void>): Promise<void> {
  if ((await endsInTime(ended)) || name === undefined) return;
  await docker.try(removeContainersArgs([name]));
  // Its end is what the report is told of.
  await endsInTime(ended);
}

async function endsInTime(ended: Promise<void>): Promise<boolean> {
  const late = new AbortController();
  const deadline = sleep(END_DEADLINE_MS, false, { signal: late.signal }).catch(() => false);
  const inTime = await Promise.race([ended.then(() => true), deadline]);
  late.abort();
  return inTime;
}
