import { existsSync, lstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type AgentPlan, agentEnvironment, missingKeys, planAgent } from '../agents/agent-plan.js';
import type { RunSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import type { VolumePlan } from '../docker/container.js';
import { engineEndpoint } from '../docker/engine-endpoint.js';
import { planEgress } from '../egress/plan-egress.js';
import type { EgressPolicy } from '../egress/policy.js';
import { LINK_ADDRESSES } from '../gateway/protocol.js';
import type { ImagePlan } from '../image/image-plan.js';
import { planImages } from '../image/plan-images.js';
import {
  CA_BUNDLE_ENVIRONMENT,
  caBundleMounts,
  needsCaBundle,
  planImageRoots,
} from '../sandbox/ca-bundle.js';
import { type FileVolumes, planFileVolumes } from '../sandbox/file-volumes.js';
import { coveredParts, sealVolumes } from '../sandbox/image-volumes.js';
import { type ContainerInput, planContainers } from '../sandbox/plan-containers.js';
import { planCopyVolumes } from '../sandbox/plan-copy.js';
import { SHELL_COMMAND } from '../sandbox/plan-look.js';
import { planSandbox, planViewVolume } from '../sandbox/plan-sandbox.js';
import type { SandboxContainers, SandboxPlan } from '../sandbox/sandbox-plan.js';
import { pathToByteText } from '../workspace/byte-text.js';
import { planGit, planWorkspace } from '../workspace/plan-workspace.js';
import type { TrackedFiles } from '../workspace/tracked-files.js';
import { type ViewLayout, viewLayout, viewOptions } from '../workspace/view-layout.js';
import { planViewStrategy, type ViewStrategy } from '../workspace/view-strategy.js';
import type { WorkspacePlan } from '../workspace/workspace-plan.js';
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
  /** How the view gets to the engine. */
  readonly view: ViewStrategy;
  /** The view's own. */
  readonly volume: VolumePlan;
  /** Further ones: of the copy strategy, and what the image declares. */
  readonly volumes: readonly VolumePlan[];
  /** Files of the host that are sent into volumes, by their names in an archive. */
  readonly places: FileVolumes['places'];
  /** The run's private directory on the host. */
  readonly directory: string;
  /** One sentence each. */
  readonly notices: readonly string[];
}

/**
 * @param wanted default: what the engine's endpoint and the platform allow
 * @throws CagentError `config.invalid`, `egress.rule`, `image.build`
 */
export function planEarly(spec: RunSpec, host: RunHost, runId: RunId, wanted?: ViewStrategy): EarlyPlan {
  const planned = planAgent(spec, {
    environment: host.environment,
    brokerAddress: LINK_ADDRESSES.gateway,
    git: planGit(pathToByteText(spec.workspace), spec.view.git).kind !== 'none',
  });
  const agent = spec.agent.interactive === true ? withShell(planned) : planned;
  const image = planImages(spec.image, host.installation, agent.name);
  const environment = agentEnvironment(spec.env, agent);
  const directory = privateDirectoryOf(runId);
  const { uid, gid } = lstatSync(spec.workspace);
  const egress = planEgress(spec.network, { agentHosts: agent.hosts });
  const caBundle = needsCaBundle(egress, spec.network.caFile);
  const layout = viewLayout(directory, spec.view.mode);
  const { view, options } = planView(
    layout,
    wanted ?? planViewStrategy(engineEndpoint(host.environment), process.platform),
  );
  const processOwner = ownerOf(process.pid);
  const binds = [...agentFileMounts(directory, agent.files), ...(caBundle ? caBundleMounts(directory) : [])];
  const files = planFileVolumes(runId, processOwner, view.strategy === 'copy' ? binds : []);
  const container: ContainerInput = {
    runId,
    processOwner,
    spec: { ...spec, env: environment.entries },
    command: agent.command,
    sandboxImage: image.sandbox.reference,
    gatewayImage: image.gateway.reference,
    user: { uid, gid },
    scratch: layout.scratch,
    strategy: view.strategy,
    extraEnv: { ...(caBundle ? CA_BUNDLE_ENVIRONMENT : {}), ...agent.env },
    extraMounts: view.strategy === 'copy' ? files.mounts : binds,
    availableCpus: availableParallelism(),
    ipv6: existsSync('/proc/sys/net/ipv6'),
    conntrack: existsSync('/proc/sys/net/netfilter/nf_conntrack_acct'),
    tty: host.terminal !== undefined,
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
    view,
    volume: planViewVolume(runId, processOwner, options),
    volumes: [...(view.strategy === 'copy' ? planCopyVolumes(container) : []), ...files.volumes],
    places: files.places,
  };
}

/** What the image turns out to declare, once it is there. */
export function withImageVolumes(early: EarlyPlan, volumes: readonly string[]): EarlyPlan {
  const { runId, processOwner } = early.container;
  const agent = early.containers.agent;
  const sealed = sealVolumes(agent, volumes, runId, processOwner);
  return {
    ...early,
    containers: { ...early.containers, agent: { ...agent, mounts: [...agent.mounts, ...sealed.mounts] } },
    volumes: [...early.volumes, ...sealed.volumes],
    notices: [...early.notices, ...coveredParts(volumes)],
  };
}

/** The agent's sandbox, and a shell in its place. */
function withShell(agent: AgentPlan): AgentPlan {
  return { ...agent, version: undefined, command: SHELL_COMMAND, stdin: undefined };
}

/** An overlay whose options the kernel could not read becomes a copy. */
function planView(
  layout: ViewLayout,
  view: ViewStrategy,
): { readonly view: ViewStrategy; readonly options: string | undefined } {
  if (view.strategy === 'copy') return { view, options: undefined };
  try {
    return { view, options: viewOptions(layout) };
  } catch (thrown) {
    if (!(thrown instanceof CagentError)) throw thrown;
    return { view: { strategy: 'copy', reason: thrown.message }, options: undefined };
  }
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
    // The user's own patterns come later, so that they can show a file again.
    view: { ...spec.view, ignore: [...early.agent.hidden, ...spec.view.ignore] },
    runDirectory,
    tracked,
    cacheDirectory: host.cacheDirectory,
    processes: host.processes,
    env: host.environment,
  });
  return joinPlans(early, workspace);
}

/** As if the image had its roots where most images have them. */
function imageRootsCommands({ container, directory }: EarlyPlan): readonly (readonly string[])[] {
  const { runId, processOwner, sandboxImage: image } = container;
  const { create, copies, remove } = planImageRoots({ runId, processOwner, image, directory });
  return [create, ...copies.slice(0, 1), remove];
}

/** The plans of all stages in one. Pure. */
export function joinPlans(early: EarlyPlan, workspace: WorkspacePlan): SandboxPlan {
  return planSandbox({
    ...early.container,
    containers: early.containers,
    view: early.view,
    volume: early.volume,
    volumes: early.volumes,
    image: early.image,
    workspace,
    agent: early.agent,
    imageRoots: early.caBundle ? imageRootsCommands(early) : [],
    earlyNotices: early.notices,
    egress: early.egress,
  });
}
