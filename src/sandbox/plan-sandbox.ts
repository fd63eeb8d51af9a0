import type { AgentPlan } from '../agents/agent-plan.js';
import type { RunSpec } from '../config/run-spec.js';
import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import {
  createArgs,
  createVolumeArgs,
  removeContainersArgs,
  removeVolumesArgs,
  runArgs,
  startAttachedArgs,
} from '../docker/argv.js';
import type { VolumePlan } from '../docker/container.js';
import type { EgressPolicy } from '../egress/policy.js';
import type { ImagePlan } from '../image/image-plan.js';
import type { WorkspacePlan } from '../workspace/workspace-plan.js';
import { effectiveCpus } from './plan-containers.js';
import type { SandboxContainers, SandboxPlan } from './sandbox-plan.js';

export interface SandboxInput {
  readonly runId: RunId;
  readonly spec: RunSpec;
  readonly command: readonly string[];
  readonly containers: SandboxContainers;
  readonly volume: VolumePlan;
  readonly availableCpus: number;
  readonly image: ImagePlan;
  readonly workspace: WorkspacePlan;
  readonly agent: Pick<AgentPlan, 'files' | 'brokers'>;
  /** What was noticed before the workspace was read. */
  readonly earlyNotices: readonly string[];
  readonly egress: EgressPolicy;
}

/** The volume that mounts the view. Pure. @param options of the overlay mount, see `viewOptions` in src/workspace */
export function planViewVolume(runId: RunId, processOwner: string, options: string): VolumePlan {
  return { name: objectName(runId, 'view'), labels: objectLabels(runId, 'view', processOwner), options };
}

/** Joins the plans of all stages into the one that is printed, stored and carried out. Pure. */
export function planSandbox(input: SandboxInput): SandboxPlan {
  const { runId, spec, workspace, volume, containers } = input;
  return {
    schema: 'cagent.plan/1',
    runId,
    agent: {
      name: spec.agent.name,
      ...(spec.agent.model === undefined ? {} : { model: spec.agent.model }),
      command: input.command,
      files: input.agent.files,
    },
    brokers: input.agent.brokers,
    image: input.image,
    workspace,
    egress: input.egress,
    limits: spec.limits,
    env: spec.env.map(({ name, secret }) => ({ name, secret })),
    volume,
    containers,
    commands: commandsOf(volume, containers),
    notices: [
      ...input.earlyNotices,
      ...noticesOf(spec, workspace, input.availableCpus),
      ...workspace.notices,
      ...input.egress.warnings,
    ],
  };
}

function commandsOf(
  volume: VolumePlan,
  containers: SandboxContainers,
): readonly (readonly string[])[] {
  const { gateway, link, probe, agent } = containers;
  const names = [
    agent,
    ...(link === undefined ? [] : [link]),
    ...(gateway === undefined ? [] : [gateway]),
  ].map((plan) => plan.name);
  const commands = [
    ...(gateway === undefined ? [] : [runArgs(gateway)]),
    createVolumeArgs(volume),
    createArgs(agent),
    link === undefined ? runArgs(probe) : runArgs(link),
    startAttachedArgs(agent.name, agent.interactive),
    removeContainersArgs(names),
    removeVolumesArgs([volume.name]),
  ];
  return commands.map((args) => ['docker', ...args]);
}

function noticesOf(spec: RunSpec, workspace: WorkspacePlan, availableCpus: number): readonly string[] {
  const notices: string[] = [];
  if (workspace.owner.uid === 0) {
    notices.push('The workspace belongs to root, so the agent runs as uid 0 without any capability.');
  }
  if (effectiveCpus(spec.limits, availableCpus) < spec.limits.cpus) {
    notices.push(
      `The engine has ${availableCpus} CPUs, so the limit of ${spec.limits.cpus} becomes ${availableCpus}.`,
    );
  }
  return notices;
}
