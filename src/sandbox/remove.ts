import { setTimeout as sleep } from 'node:timers/promises';
import { OWNER_LABEL, RUN_LABEL } from '../core/labels.js';
import { isOwnerAlive } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import { removeContainersArgs, removeNetworksArgs, removeVolumesArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';

/** A container that has just ended is being removed by the engine itself, and has its volumes until that is through. */
const GOING = /already in progress|volume is in use/i;
const GOING_DEADLINE_MS = 10_000;
const ASK_AGAIN_MS = 50;

/** Docker objects of cagent, by kind; names. */
export interface LabelledObjects {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/**
 * Lists what carries our label.
 * @param runs `all`: every run, `dead`: runs whose process is gone, or one run id
 */
export async function findObjects(
  docker: Docker,
  runs: 'all' | 'dead' | { readonly runId: RunId },
): Promise<LabelledObjects> {
  const filter = typeof runs === 'object' ? `label=${RUN_LABEL}=${runs.runId}` : `label=${RUN_LABEL}`;
  const list = async (
    args: readonly string[],
    nameField: string,
    ownerField: string,
  ): Promise<readonly string[]> => {
    const output = await docker.run([
      ...args,
      '--filter',
      filter,
      '--format',
      `{{${nameField}}}\t${ownerField}`,
    ]);
    return output
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t') as [string, string])
      .filter(([, owner]) => runs !== 'dead' || !isOwnerAlive(owner))
      .map(([name]) => name);
  };
  const owner = `{{.Label "${OWNER_LABEL}"}}`;
  const [containers, volumes, networks] = await Promise.all([
    list(['ps', '--all'], 'or .Names .ID', owner),
    list(['volume', 'ls'], '.Name', owner),
    list(['network', 'ls'], '.Name', owner),
  ]);
  return { containers, volumes, networks };
}

/**
 * Removes objects; what is already gone is fine, and what is just going is waited for.
 * Returns what could not be removed, as messages.
 */
export async function removeObjects(docker: Docker, objects: LabelledObjects): Promise<readonly string[]> {
  const problems: string[] = [];
  const remove = async (args: readonly string[]): Promise<void> => {
    const deadline = performance.now() + GOING_DEADLINE_MS;
    let refusal = await refusalOf(docker, args);
    while (GOING.test(refusal) && performance.now() < deadline) {
      await sleep(ASK_AGAIN_MS);
      refusal = await refusalOf(docker, args);
    }
    if (refusal !== '' && !/no such|not found|already in progress/i.test(refusal)) problems.push(refusal);
  };
  if (objects.containers.length > 0) await remove(removeContainersArgs(objects.containers));
  // A volume and a network can go only after the containers that use them.
  if (objects.volumes.length > 0) await remove(removeVolumesArgs(objects.volumes));
  if (objects.networks.length > 0) await remove(removeNetworksArgs(objects.networks));
  return problems;
}

/** What the engine said against it; empty: nothing. */
async function refusalOf(docker: Docker, args: readonly string[]): Promise<string> {
  const { exitCode, stderr } = await docker.try(args);
  return exitCode === 0 ? '' : stderr.toString('utf8').trim();
}
