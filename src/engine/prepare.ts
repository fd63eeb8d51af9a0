import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { ModelCredential } from '../agents/model-access.js';
import type { RunSpec } from '../config/run-spec.js';
import type { EgressRecord } from '../core/egress-record.js';
import { CagentError } from '../core/errors.js';
import type { ModelProvider, ModelTraffic } from '../core/model-endpoint.js';
import { ownerOf } from '../core/owner.js';
import type { RunId } from '../core/run-id.js';
import { createArgs, createVolumeArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { LINK_ADDRESSES } from '../gateway/protocol.js';
import { type ResolvedImages, resolveImages } from '../image/resolve-images.js';
import { type AgentEnd, runAgent } from '../sandbox/agent-run.js';
import { type GatewaySession, startGateway } from '../sandbox/gateway-session.js';
import { type LinkSession, probeHidden, startLink } from '../sandbox/link-session.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import { prepareView } from '../workspace/prepare-view.js';
import { SCRATCH_README } from '../workspace/scratch-readme.js';
import { readTracked } from '../workspace/tracked-files.js';
import type { PreparedView } from '../workspace/workspace-plan.js';
import { writeAgentFiles } from './agent-files.js';
import { fillCaFiles, readImageRoots, reserveCaFiles } from './ca-files.js';
import { hostRootsOf } from './host-roots.js';
import type { PhaseTimer } from './phases.js';
import { type EarlyPlan, planLate } from './plan-run.js';
import { createPrivateDirectory } from './private-directory.js';
import type { RunHost } from './run-host.js';

/** What exists so far, for whoever has to remove it again: filled in before each thing is made. */
export interface Preparation {
  readonly runId: RunId;
  readonly early: EarlyPlan;
  directory?: string;
  plan?: SandboxPlan;
  images?: ResolvedImages;
  view?: PreparedView;
  gateway?: GatewaySession;
  link?: LinkSession;
  /** Volume and agent container, made in the background; resolves to the container's id. */
  created?: Promise<string>;
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
  runAgent(stdout: Writable, stderr: Writable): Promise<AgentEnd>;
}

/** How many files the agent may leave in the view: inodes are a limit of the runner's disk like bytes. */
const MAX_ENTRIES = 250_000;

/**
 * Everything before the agent: nothing of the agent's runs until the floor is proven and every hidden path is gone.
 * The gateway starts while the tree is read, since the engine's work and ours go on side by side.
 */
export async function prepare(preparation: Preparation, input: PrepareInput): Promise<ReadySandbox> {
  const { spec, host, docker, phases } = input;
  const { early } = preparation;
  preparation.images = await phases.measure('images', () =>
    resolveImages(early.image, docker, {
      hostRoots: hostRootsOf(host.environment),
      onSlow: (message) => host.reporter.event({ type: 'notice', message }),
      signal: host.cancel,
    }),
  );
  stopIfCancelled(host.cancel);
  preparation.directory = early.directory;
  createPrivateDirectory(early.directory, ownerOf(process.pid));
  writeAgentFiles(early.directory, early.agent.files);
  if (early.caBundle) reserveCaFiles(early.directory);
  openGateway(preparation, early, input);
  // A bind mount has to be there when the container is created, and the scratch is made with the view.
  if (early.container.scratch === undefined) preparation.created = createObjects(early, input);
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
      processes,
      env,
    }),
  );
  for (const notice of preparation.view.notices) input.onWarning(notice);
  preparation.created ??= createObjects(early, input);
  const created = preparation.created;
  const [containerId] = await phases.measure('sandbox', () =>
    Promise.all([created, bringUp(preparation, plan, docker), fillCaBundle(preparation, input)]),
  );
  stopIfCancelled(host.cancel);
  return {
    runAgent(stdout, stderr) {
      host.reporter.event({ type: 'agent-started', command: plan.agent.command });
      return runAgent(docker, plan.containers.agent, containerId, {
        stdin: early.agent.stdin ?? (host.stdin === 'inherit' ? 'inherit' : ''),
        stdout,
        stderr,
        timeoutMs: spec.limits.timeoutMs,
        cancel: host.cancel,
        watched: [preparation.view?.upper, preparation.view?.scratch].filter((path) => path !== undefined),
        disk: { bytes: spec.limits.diskBytes, entries: MAX_ENTRIES },
      });
    },
  };
}

/** Neither is started or mounted by being created, so both can wait for the view. */
async function createObjects(
  { volume, containers }: EarlyPlan,
  { docker, spec }: PrepareInput,
): Promise<string> {
  await docker.run(createVolumeArgs(volume));
  return docker.run(createArgs(containers.agent), { env: secretEnvironment(spec) });
}

function openGateway(preparation: Preparation, early: EarlyPlan, input: PrepareInput): void {
  const { gateway } = early.containers;
  if (gateway === undefined) return;
  const { resolvers } = input.spec.network;
  preparation.gateway = startGateway(
    input.docker,
    gateway,
    {
      policy: early.egress,
      link: LINK_ADDRESSES,
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

/** Link and probe; with a network also waits until the gateway is ready for the agent. */
async function bringUp(preparation: Preparation, plan: SandboxPlan, docker: Docker): Promise<void> {
  const hidden = plan.workspace.hidden.map((entry) => entry.path);
  const { link, probe } = plan.containers;
  const { gateway } = preparation;
  if (link === undefined || gateway === undefined) return probeHidden(docker, probe, hidden);
  // The packet filter is loaded before there is anything that could send.
  await gateway.floor;
  preparation.link = startLink(docker, link, hidden);
  const [probed] = await Promise.all([
    Promise.race([preparation.link.ready, failOf(gateway.ready)]),
    gateway.ready,
  ]);
  if (probed.unknown > 0) await probeHidden(docker, probe, hidden);
}

/** The agent's roots: those of its image, of `ca-file`, and the gateway's for this run. */
async function fillCaBundle({ early, gateway }: Preparation, { docker, spec }: PrepareInput): Promise<void> {
  if (!early.caBundle || gateway === undefined) return;
  const { runId, processOwner, sandboxImage: image } = early.container;
  const [imageRoots, { caCertificate }] = await Promise.all([
    readImageRoots(docker, { runId, processOwner, image, directory: early.directory }),
    gateway.ready,
  ]);
  fillCaFiles(early.directory, [imageRoots, extraRootsOf(spec), caCertificate]);
}

function extraRootsOf({ network: { caFile } }: RunSpec): string | undefined {
  return caFile === undefined ? undefined : readFileSync(caFile, 'utf8');
}

/** Rejects when `promise` rejects, and otherwise never settles. */
function failOf(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject);
  });
}

function secretEnvironment(spec: RunSpec): Readonly<Record<string, string>> {
  return Object.fromEntries(
    spec.env.filter((entry) => entry.secret).map((entry) => [entry.name, entry.value]),
  );
}

function stopIfCancelled(cancel: AbortSignal): void {
  if (cancel.aborted)
    throw new CagentError('run.cancelled', 'The run was cancelled before the agent started.');
}
