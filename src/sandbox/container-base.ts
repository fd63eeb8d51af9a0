import { type ObjectRole, objectLabels, objectName } from '../core/labels.js';
import type { ContainerPlan } from '../docker/container.js';
import type { ContainerInput } from './plan-containers.js';

/** Where the view is mounted, and the agent's working directory. */
export const WORKSPACE_MOUNT = '/workspace';

/** What every container has in common: no capability, no mount, a read-only root. */
export function containerBase(input: ContainerInput, role: ObjectRole, image: string): ContainerPlan {
  return {
    name: objectName(input.runId, role),
    labels: objectLabels(input.runId, role, input.processOwner),
    image,
    command: [],
    entrypoint: 'image',
    network: 'none',
    env: {},
    envFromProcess: [],
    mounts: [],
    tmpfs: [],
    capabilities: [],
    sysctls: {},
    dns: [],
    init: false,
    interactive: true,
    tty: false,
    readOnly: true,
  };
}
