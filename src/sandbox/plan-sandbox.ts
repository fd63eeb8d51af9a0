import type { AgentPlan } from '../agents/agent-plan.js';
import { nameOfAgent } from '../config/agent-names.js';
import type { NetworkSpec, RunSpec } from '../config/run-spec.js';
import { objectLabels, objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import {
  createArgs,
  createVolumeArgs,
  inspectImagesArgs,
  inspectStateArgs,
  removeContainersArgs,
  removeVolumesArgs,
  runArgs,
  startAttachedArgs,
} from '../docker/argv.js';
import type { ContainerPlan, VolumePlan } from '../docker/container.js';
import type { EgressPolicy } from '../egress/policy.js';
import type { ImagePlan } from '../image/image-plan.js';
import type { ViewStrategy } from '../workspace/view-strategy.js';
import type { WorkspacePlan } from '../workspace/workspace-plan.js';
import { attachCommands, isAttached } from './attach-networks.js';
import { effectiveCpus } from './plan-containers.js';
import type { GatewayWayOut, SandboxContainers, SandboxPlan } from './sandbox-plan.js';

export interface SandboxInput {
  readonly runId: RunId;
  readonly spec: RunSpec;
  readonly command: readonly string[];
  readonly containers: SandboxContainers;
  readonly view: ViewStrategy;
  readonly volume: VolumePlan;
  readonly volumes: readonly VolumePlan[];
  readonly availableCpus: number;
  readonly image: ImagePlan;
  readonly workspace: WorkspacePlan;
  readonly agent: Pick<AgentPlan, 'files' | 'brokers'>;
  /** Commands that read the roots of the agent's image; empty when it gets no bundle. */
  readonly imageRoots: readonly (readonly string[])[];
  /** What was noticed before the workspace was read. */
  readonly earlyNotices: readonly string[];
  readonly egress: EgressPolicy;
}

/**
 * The volume of the view. Pure.
 * @param options of the overlay mount, see `viewOptions` in src/workspace; `undefined` for a copy
 */
export function planViewVolume(runId: RunId, processOwner: string, options: string | undefined): VolumePlan {
  const volume = { name: objectName(runId, 'view'), labels: objectLabels(runId, 'view', processOwner) };
  return options === undefined ? volume : { ...volume, options };
}

/** Joins the plans of all stages into the one that is printed, stored and carried out. Pure. */
export function planSandbox(input: SandboxInput): SandboxPlan {
  const { runId, spec, workspace, view, volume, volumes, containers } = input;
  return {
    schema: 'cagent.plan/1',
    runId,
    agent: {
      name: nameOfAgent(spec.agent),
      ...(spec.agent.model === undefined ? {} : { model: spec.agent.model }),
      command: input.command,
      files: input.agent.files,
    },
    brokers: input.agent.brokers,
    image: input.image,
    workspace,
    egress: input.egress,
    ...(containers.gateway === undefined ? {} : { gateway: wayOutOf(spec.network) }),
    limits: spec.limits,
    env: spec.env.map(({ name, secret }) => ({ name, secret })),
    view,
    volume,
    volumes,
    containers,
    commands: commandsOf(input),
    notices: [
      ...input.earlyNotices,
      ...noticesOf(input),
      ...copyNotices(view),
      ...workspace.notices,
      ...input.egress.warnings,
    ],
  };
}

function wayOutOf({ uplink, attach = [], resolvers, caFile }: NetworkSpec): GatewayWayOut {
  return { uplink, attach, resolvers, ...(caFile === undefined ? {} : { caFile }) };
}

/** What one run asks of the engine when both images are here, in the order in which it begins. */
function commandsOf(input: SandboxInput): readonly (readonly string[])[] {
  const { image, containers, imageRoots } = input;
  const { gateway, link, probe, agent, fill, watch, list, fetch } = containers;
  const volumes = [input.volume, ...input.volumes];
  const runs = (...plans: readonly (ContainerPlan | undefined)[]) =>
    plans.filter((plan) => plan !== undefined).map(runArgs);
  const commands = [
    inspectImagesArgs([image.sandbox.reference, image.gateway.reference]),
    ...(gateway !== undefined && isAttached(gateway)
      ? [...attachCommands(gateway), startAttachedArgs(gateway)]
      : runs(gateway)),
    ...volumes.map(createVolumeArgs),
    createArgs(agent),
    ...runs(fill, list),
    ...imageRoots,
    ...runs(link ?? probe, watch),
    startAttachedArgs(agent),
    inspectStateArgs(agent.name),
    ...runs(list, fetch),
    // Gateway and link end with our end of their pipes, and nothing stays of them.
    ...(input.spec.keep
      ? []
      : [
          removeContainersArgs([agent, watch].flatMap((plan) => plan?.name ?? [])),
          removeVolumesArgs(volumes.map(({ name }) => name)),
        ]),
  ];
  return commands.map((args) => ['docker', ...args]);
}

function copyNotices({ strategy, reason }: ViewStrategy): readonly string[] {
  return strategy === 'copy'
    ? [`The view is copied into the engine and not mounted. ${reason ?? ''}`.trimEnd()]
    : [];
}

function noticesOf({ spec, workspace, availableCpus, containers }: SandboxInput): readonly string[] {
  const notices: string[] = [];
  if (workspace.owner.uid === 0) {
    notices.push('The workspace belongs to root, so the agent runs as uid 0 without any capability.');
  }
  if (effectiveCpus(spec.limits, availableCpus) < spec.limits.cpus) {
    notices.push(
      `The engine has ${availableCpus} CPUs, so the limit of ${spec.limits.cpus} becomes ${availableCpus}.`,
    );
  }
  if (spec.network.resolvers.length > 0 && containers.gateway?.attach !== undefined) {
    notices.push(
      'network.resolver is set, and it does not know the names of containers on attached networks: leave it out to reach them by name.',
    );
  }
  return notices;
}
