import { existsSync, lstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type AgentPlan, agentEnvironment, missingKeys, planAgent } from '../agents/agent-plan.js';
import type { RunSpec } from '../config/run-spec.js';
import { ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import type { VolumePlan } from '../docker/container.js';
import { planEgress } from '../egress/plan-egress.js';
import type { EgressPolicy } from '../egress/policy.js';
import { LINK_ADDRESSES } from '../gateway/protocol.js';
import type { ImagePlan } from '../image/image-plan.js';
import { planImages } from '../image/plan-images.js';
import { CA_BUNDLE_ENVIRONMENT, caBundleMounts, needsCaBundle } from '../sandbox/ca-bundle.js';
import { type ContainerInput, planContainers } from '../sandbox/plan-containers.js';
import { planSandbox, planViewVolume } from '../sandbox/plan-sandbox.js';
import type { SandboxContainers, SandboxPlan } from '../sandbox/sandbox-plan.js';
import { planWorkspace } from '../workspace/plan-workspace.js';
import type { TrackedFiles } from '../workspace/tracked-files.js';
import { viewLayout, viewOptions } from '../workspace/view-layout.js';
import { agentFileMounts } from './agent-files.js';
import { privateDirectoryOf } from './private-directory.js';
import type { RunHost } from './run-host.js';

/** What is decided without looking at the tree: enough to start the gateway while the tree is read. */
export interface EarlyPlan {
  readonly agent: AgentPlan;
  readonly image: ImagePlan;
  readonly egress: EgressPolicy;
  /** Whether the agent gets a bundle with the run's own root. */
  readonly caBundle: boolean;
  readonly container: ContainerInput;
  readonly containers: SandboxContainers;
  readonly volume: VolumePlan;
  /** The run's private directory on the host. */
  readonly directory: string;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/** @throws CagentError `config.invalid`, `egress.rule`, `image.build` */
export function planEarly(spec: RunSpec, host: RunHost, runId: RunId): EarlyPlan {
  const agent = planAgent(spec, { environment: host.environment, brokerAddress: LINK_ADDRESSES.gateway });
  const image = planImages(spec.image, host.installation, agent.name);
  const environment = agentEnvironment(spec.env, agent);
  const directory = privateDirectoryOf(runId);
  const { uid, gid } = lstatSync(spec.workspace);
  const egress = planEgress(spec.network, { agentHosts: agent.hosts });
  const caBundle = needsCaBundle(egress, spec.network.caFile);
  const layout = viewLayout(directory, spec.view.mode);
  const container: ContainerInput = {
    runId,
    processOwner: ownerOf(process.pid),
    spec: { ...spec, env: environment.entries },
    command: agent.command,
    sandboxImage: image.sandbox.reference,
    gatewayImage: image.gateway.reference,
    user: { uid, gid },
    scratch: layout.scratch,
    extraEnv: { ...(caBundle ? CA_BUNDLE_ENVIRONMENT : {}), ...agent.env },
    extraMounts: [...agentFileMounts(directory, agent.files), ...(caBundle ? caBundleMounts(directory) : [])],
    availableCpus: availableParallelism(),
    ipv6: existsSync('/proc/sys/net/ipv6'),
    tty: false,
  };
  return {
    agent,
    image,
    egress,
    caBundle,
    directory,
    notices: [...environment.notices, ...missingKeys(agent, host.environment)],
    container,
    containers: planContainers(container),
    volume: planViewVolume(runId, container.processOwner, viewOptions(layout)),
  };
}

/** The whole plan. Reads the workspace, touches nothing. */
export async function planLate(
  spec: RunSpec,
  host: RunHost,
  early: EarlyPlan,
  runDirectory: string | undefined,
  tracked?: Promise<TrackedFiles | undefined>,
): Promise<SandboxPlan> {
  const workspace = await planWorkspace({
    root: spec.workspace,
    view: spec.view,
    runDirectory,
    tracked,
    cacheDirectory: host.cacheDirectory,
    processes: host.processes,
    env: host.environment,
  });
  return planSandbox({
    ...early.container,
    containers: early.containers,
    volume: early.volume,
    image: early.image,
    workspace,
    agent: early.agent,
    earlyNotices: early.notices,
    egress: early.egress,
  });
}
