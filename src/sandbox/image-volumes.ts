import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import type { ContainerPlan, Mount, VolumePlan } from '../docker/container.js';
import { WORKSPACE_MOUNT } from './container-base.js';

/**
 * A directory that an image declares as a volume would be writable, without a limit and on the engine's own disk.
 * Inside, only the workspace, the home directory and /tmp are: so these become volumes of the run that are read-only,
 * with what the image has in them. Docker does not let a volume without a name be read-only.
 */
export function sealVolumes(
  { mounts, tmpfs }: ContainerPlan,
  declared: readonly string[],
  runId: RunId,
  processOwner: string,
): { readonly mounts: readonly Mount[]; readonly volumes: readonly VolumePlan[] } {
  const taken = [...mounts, ...tmpfs].map(({ target }) => target);
  const sealed = declared
    .map(withoutSlash)
    .filter((target) => !taken.includes(target))
    .map((target, index) => ({ target, role: `image-${index}` as const }));
  return {
    mounts: sealed.map(({ target, role }) => ({
      type: 'volume',
      source: objectName(runId, role),
      target,
      readOnly: true,
      populate: true,
    })),
    volumes: sealed.map(({ role }) => ({
      name: objectName(runId, role),
      labels: objectLabels(runId, role, processOwner),
    })),
  };
}

/** One sentence for each volume that covers a part of the workspace. */
export function coveredParts(declared: readonly string[]): readonly string[] {
  return declared
    .map(withoutSlash)
    .filter((target) => target.startsWith(`${WORKSPACE_MOUNT}/`))
    .map((target) => `The image declares a volume at ${target}: it covers that part of the workspace.`);
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
