import type { AgentFile } from '../agents/agent.js';
import type { BrokerPlan } from '../agents/agent-plan.js';
import type { EnvironmentEntry, LimitsSpec } from '../config/run-spec.js';
import type { RunId } from '../core/run-id.js';
import type { ContainerPlan, VolumePlan } from '../docker/container.js';
import type { EgressPolicy } from '../egress/policy.js';
import type { ImagePlan } from '../image/image-plan.js';
import type { ViewStrategy } from '../workspace/view-strategy.js';
import type { WorkspacePlan } from '../workspace/workspace-plan.js';
import type { CopyContainers } from './plan-copy.js';

/**
 * Everything that a run will do, before it does it: what `cagent plan` prints, `plan.json` keeps and the tests
 * snapshot. Readonly JSON without a single secret value.
 */
export interface SandboxPlan {
  readonly schema: 'cagent.plan/1';
  readonly runId: RunId;
  readonly agent: {
    readonly name: string;
    readonly model?: string;
    readonly command: readonly string[];
    /** Configuration that is mounted read-only. */
    readonly files: readonly AgentFile[];
  };
  /** Model APIs that the gateway offers; it adds the keys, which are in no plan. */
  readonly brokers: readonly BrokerPlan[];
  readonly image: ImagePlan;
  readonly workspace: WorkspacePlan;
  readonly egress: EgressPolicy;
  /** How the gateway goes out; absent without a network. */
  readonly gateway?: GatewayWayOut;
  readonly limits: LimitsSpec;
  readonly env: readonly Pick<EnvironmentEntry, 'name' | 'secret'>[];
  /** How the view gets to the engine, and why not as an overlay. */
  readonly view: ViewStrategy;
  /** The volume that holds the view. */
  readonly volume: VolumePlan;
  /** Further volumes; only with the strategy `copy`. */
  readonly volumes: readonly VolumePlan[];
  readonly containers: SandboxContainers;
  /**
   * The docker commands in the order in which they begin, exactly as they will be run, one word per element. What a run
   * needs only sometimes is not among them: to pull or build an image that is not here, to kill an agent, to look for a
   * second place of an image's roots, to empty a directory that only root can.
   */
  readonly commands: readonly (readonly string[])[];
  readonly notices: readonly string[];
}

export interface GatewayWayOut {
  /** Docker network. */
  readonly uplink: string;
  /** Further docker networks. */
  readonly attach: readonly string[];
  /** `IP` or `IP:PORT`; empty: those of the host. */
  readonly resolvers: readonly string[];
  /** Absolute path of a file with roots that are trusted besides the usual ones. */
  readonly caFile?: string;
}

/**
 * In the order in which they start. Without a network there are only the probe and the agent; those that carry files
 * exist with the strategy `copy` alone.
 */
export interface SandboxContainers extends Partial<CopyContainers> {
  readonly gateway?: ContainerPlan;
  readonly link?: ContainerPlan;
  /**
   * Looks for hidden paths as the agent's user. With a network the link looks first, and this one runs only when
   * the link, which is root without capabilities, could not see into a directory of another owner.
   */
  readonly probe: ContainerPlan;
  readonly agent: ContainerPlan;
}
