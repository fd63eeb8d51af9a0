import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import type { ContainerPlan } from '../docker/container.js';

/**
 * A container that empties a private directory. Overlay leaves a directory of root's with mode 000 in its work
 * directory, which an ordinary user can neither read nor remove.
 */
export function planRemoval(input: {
  readonly runId: RunId;
  readonly processOwner: string;
  readonly image: string;
  /** Absolute host path; its content goes, the directory itself stays. */
  readonly directory: string;
}): ContainerPlan {
  return {
    name: objectName(input.runId, 'helper'),
    labels: objectLabels(input.runId, 'helper', input.processOwner),
    image: input.image,
    command: ['find', '/remains', '-xdev', '-mindepth', '1', '-delete'],
    entrypoint: 'replace',
    network: 'none',
    env: {},
    envFromProcess: [],
    mounts: [{ type: 'bind', source: input.directory, target: '/remains', readOnly: false }],
    tmpfs: [],
    capabilities: ['DAC_OVERRIDE', 'FOWNER'],
    sysctls: {},
    dns: [],
    init: false,
    interactive: false,
    tty: false,
    readOnly: true,
  };
}
