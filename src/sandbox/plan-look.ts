import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import { runArgs } from '../docker/argv.js';
import type { ContainerPlan } from '../docker/container.js';

/** bash where the image has it; the text is ours, and nothing is ever inserted into it. */
export const SHELL_COMMAND: readonly string[] = [
  'sh',
  '-c',
  'command -v bash >/dev/null 2>&1 && exec bash; exec sh',
];

/**
 * The command for a look at a kept sandbox: a shell with the mounts, the user and the limits of its agent. The
 * network ended with the run, so there is none.
 */
export function lookCommand(runId: RunId, agent: ContainerPlan, processOwner: string): readonly string[] {
  return [
    'docker',
    ...runArgs({
      ...agent,
      name: objectName(runId, 'helper'),
      labels: objectLabels(runId, 'helper', processOwner),
      command: SHELL_COMMAND,
      entrypoint: 'replace',
      network: 'none',
      interactive: true,
      tty: true,
    }),
  ];
}
