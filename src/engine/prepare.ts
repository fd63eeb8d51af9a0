import type { Writable } from 'node:stream';
import type { ModelCredential } from '../agents/model-access.js';
import type { RunSpec } from '../config/run-spec.js';
import type { EgressRecord } from '../core/egress-record.js';
import type { ModelProvider, ModelTraffic } from '../core/model-endpoint.js';
import { ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import type { Docker } from '../docker/client.js';
import { LINK_ADDRESSES } from '../gateway/protocol.js';
import { type ResolvedImages, resolveImages } from '../image/resolve-images.js';
import { type AgentEnd, runAgent } from '../sandbox/agent-run.js';
import { attachNetworks, isAttached } from '../sandbox/attach-networks.js';
import { type GatewaySession, startGateway } from '../sandbox/gateway-session.js';
import { holdLifeline } from '../sandbox/lifeline.js';
import type { LinkSession } from '../sandbox/link-session.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import type { VolumeWatch } from '../sandbox/volume-watch.js';
import { prepareView } from '../workspace/prepare-view.js';
import { SCRATCH_README } from '../workspace/scratch-readme.js';
import { readTracked } from '../workspace/tracked-files.js';
import type { PreparedView } from '../workspace/workspace-plan.js';
import { writeAgentFiles } from './agent-files.js';
import { reserveCaFiles } from './ca-files.js';
import type { SentView } from './copy-view.js';
import { extraRootsOf } from './extra-roots.js';
import { hostRootsOf } from './host-roots.js';
import type { PhaseTimer } from './phases.js';
import { type EarlyPlan, planLate, withImageVolumes } from './plan-run.js';
import { createPrivateDirectory } from './private-directory.js';
import type { RunHost } from './run-host.js';
import { copyInstead, createObjects, MAX_ENTRIES, startSandbox } from './start-sandbox.js';
import { stopIfCancelled } from './stop-if-cancelled.js';

/** What exists so far, for whoever has to remove it again: filled in before each thing is made. */
export interface Preparation {
  readonly runId: RunId;
  /** Replaced when the engine refuses the overlay and the view is copied. */
  early: EarlyPlan;
  directory?: string;
  plan?: SandboxPlan;
  images?: ResolvedImages;
  view?: PreparedView;
  /** With the strategy `copy`: what was sent to the engine. */
  sent?: SentView;
  /** With the strategy `copy`: measures what the agent writes. */
  watch?: VolumeWatch;
  gateway?: GatewaySession;
  link?: LinkSession;
  /** Volume and agent container, made in the background; resolves to the container's id. */
  created?: Promise<string>;
  /** The agent's CA bundle in the making. */
  roots?: Promise<void>;
}

export interface PrepareInput {
  readonly spec: RunSpec;
  readonly host: RunHost;
  readonly docker: Docker;
  readonly phases: PhaseTimer;
  readonly runDirectory: string;
  readonly onRecord: (record: EgressRecord) => void;
  readonly onWarning: (message: string) => void;
  /** The real keys; they go to the gateway's standard input and nowhere else. */
  readonly credentials: ReadonlyMap<ModelProvider, ModelCredential>;
  readonly onTraffic: (traffic: ModelTraffic) => void;
}

export interface ReadySandbox {
  /** Starts the agent and stays until it is dead. May be called again: the same view, a fresh home. */
  runAgent(stdout: Writable, stderr: Writable, timeoutMs: number): Promise<AgentEnd>;
}

/**
 * Everything before the agent: nothing of the agent's runs until the floor is proven and every hidden path is gone.
 * The gateway starts while the tree is read, since the engine's work and ours go on side by side.
 */
export async function prepare(preparation: Preparation, input: PrepareInput): Promise<ReadySandbox> {
  const { spec, host, docker, phases } = input;
  const images = await phases.measure('images', () =>
    resolveImages(preparation.early.image, docker, {
      hostRoots: hostRootsOf(host.environment),
      onSlow: (message) => host.reporter.event({ type: 'notice', message }),
      signal: host.cancel,
    }),
  );
  preparation.images = images;
  const early = withImageVolumes(preparation.early, images.sandbox.volumes);
  preparation.early = early;
  const copied = early.view.strategy === 'copy';
  stopIfCancelled(host.cancel);
  preparation.directory = early.directory;
  createPrivateDirectory(early.directory, ownerOf(process.pid));
  writeAgentFiles(early.directory, early.agent.files);
  if (early.caBundle) reserveCaFiles(early.directory);
  await openGateway(preparation, early, input);
  // A bind mount has to be there when the container is created, and the scratch is made with the view.
  if (copied || early.container.scratch === undefined) preparation.created = createObjects(early, input);
  // Awaited below; it may fail while the tree is still being read.
  preparation.created?.catch(() => {});

  const { processes, environment: env, cacheDirectory } = host;
  const tracked = readTracked({
    root: spec.workspace,
    git: spec.view.git,
    directory: early.directory,
    processes,
    env,
  });
  tracked.catch(() => {});
  const plan = await phases.measure('plan', () => planLate(spec, host, early, input.runDirectory, tracked));
  preparation.plan = plan;
  stopIfCancelled(host.cancel);
  preparation.view = await phases.measure('view', () =>
    prepareView(plan.workspace, {
      directory: early.directory,
      scratchReadme: SCRATCH_README,
      tracked,
      cacheDirectory,
      strategy: early.view.strategy,
      processes,
      env,
    }),
  );
  for (const notice of preparation.view.notices) input.onWarning(notice);
  if (preparation.view.refused !== undefined) await copyInstead(preparation, preparation.view.refused, input);
  const containerId = await phases.measure('sandbox', () => startSandbox(preparation, input));
  stopIfCancelled(host.cancel);
  return {
    runAgent(stdout, stderr, timeoutMs) {
      host.reporter.event({ type: 'agent-started', command: plan.agent.command });
      const { agent, watch } = preparation.early.containers;
      const lifeline = holdLifeline(
        host,
        [agent, watch].flatMap((container) => container?.name ?? []),
      );
      return runAgent(docker, agent, containerId, {
        stdin: early.agent.stdin ?? (host.stdin === 'inherit' ? 'inherit' : ''),
        stdout,
        stderr,
        terminal: host.terminal,
        timeoutMs,
        // A person may think.
        idleTimeoutMs: spec.agent.interactive === true ? undefined : spec.limits.idleTimeoutMs,
        cancel: host.cancel,
        watched:
          preparation.watch ??
          [preparation.view?.upper, preparation.view?.scratch].filter((path) => path !== undefined),
        disk: { bytes: spec.limits.diskBytes, entries: MAX_ENTRIES },
      }).finally(lifeline.release);
    },
  };
}

async function openGateway(preparation: Preparation, early: EarlyPlan, input: PrepareInput): Promise<void> {
  const { gateway } = early.containers;
  if (gateway === undefined) return;
  const router = isAttached(gateway) ? await attachNetworks(input.docker, gateway) : undefined;
  const { resolvers } = input.spec.network;
  preparation.gateway = startGateway(
    input.docker,
    gateway,
    {
      policy: early.egress,
      link: LINK_ADDRESSES,
      ...(router === undefined ? {} : { router }),
      resolvers,
      extraRoots: extraRootsOf(input.spec),
      brokers: early.agent.brokers.map((broker) => ({
        ...broker,
        credential: input.credentials.get(broker.provider)?.headers ?? {},
      })),
    },
    { onRecord: input.onRecord, onWarning: input.onWarning, onTraffic: input.onTraffic },
  );
}
