import { lstatSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type AgentPlan, planAgent } from '../agents/agent-plan.js';
import type { RunSpec } from '../config/run-spec.js';
import { ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import type { EgressPolicy } from '../egress/policy.js';
import { planEgress } from '../egress/plan-egress.js';
import type { ImagePlan } from '../image/image-plan.js';
import { planImages } from '../image/plan-images.js';
import type { ContainerInput } from '../sandbox/plan-containers.js';
import { planSandbox } from '../sandbox/plan-sandbox.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import { planWorkspace } from '../workspace/plan-workspace.js';
import { viewLayout, viewOptions } from '../workspace/view-layout.js';
import { privateDirectoryOf } from './private-directory.js';
import type { RunHost } from './run-host.js';

/** What is decided without looking at the tree: enough to start the gateway while the tree is read. */
export interface EarlyPlan {
  readonly agent: AgentPlan;
  readonly image: ImagePlan;
  readonly egress: EgressPolicy;
  readonly container: ContainerInput;
  /** The run's private directory on the host. */
  readonly directory: string;
}

/** @throws CagentError `config.invalid`, `egress.rule`, `image.build` */
export function planEarly(spec: RunSpec, host: RunHost, runId: RunId): EarlyPlan {
  const agent = planAgent(spec.agent);
  const image = planImages(spec.image, host.installation);
  const directory = privateDirectoryOf(runId);
  const { uid, gid } = lstatSync(spec.workspace);
  return {
    agent,
    image,
    egress: planEgress(spec.network, { agentHosts: agent.hosts }),
    directory,
    container: {
      runId,
      processOwner: ownerOf(process.pid),
      spec,
      command: agent.command,
      sandboxImage: image.sandbox.reference,
      gatewayImage: image.gateway.reference,
      user: { uid, gid },
      scratch: viewLayout(directory, spec.view.mode).scratch,
      extraEnv: {},
      availableCpus: availableParallelism(),
      tty: false,
    },
  };
}

/** The whole plan. Reads the workspace, touches nothing. */
export async function planLate(spec: RunSpec, host: RunHost, early: EarlyPlan, runDirectory: string | undefined): Promise<SandboxPlan> {
  const workspace = await planWorkspace({
    root: spec.workspace,
    view: spec.view,
    runDirectory,
    processes: host.processes,
    env: host.environment,
  });
  return planSandbox({
    ...early.container,
    image: early.image,
    workspace,
    egress: early.egress,
    overlayOptions: viewOptions(viewLayout(early.directory, spec.view.mode)),
  });
}
