import type { RunSpec } from '../config/run-spec.js';
import { CagentError } from '../core/errors.js';
import { createArgs, createVolumeArgs, removeContainersArgs, removeVolumesArgs } from '../docker/argv.js';
import type { Docker } from '../docker/client.js';
import { probeHidden, startLink } from '../sandbox/link-session.js';
import type { SandboxPlan } from '../sandbox/sandbox-plan.js';
import { watchVolume } from '../sandbox/volume-watch.js';
import { fillCaFiles, readImageRoots } from './ca-files.js';
import { sendFiles, sendView } from './copy-view.js';
import { extraRootsOf } from './extra-roots.js';
import { type EarlyPlan, joinPlans, planEarly, withImageVolumes } from './plan-run.js';
import type { Preparation, PrepareInput } from './prepare.js';
import { stopIfCancelled } from './stop-if-cancelled.js';

/** How many files the agent may leave in the view: inodes are a limit of the runner's disk like bytes. */
export const MAX_ENTRIES = 250_000;

/**
 * Everything between a prepared view and the agent. An engine that turns out not to see our directories, or a kernel
 * that refuses to mount them, gets a copy; any other failure is one.
 * @returns the id of the agent's container
 */
export async function startSandbox(preparation: Preparation, input: PrepareInput): Promise<string> {
  const { docker } = input;
  preparation.created ??= createObjects(preparation.early, input);
  if (preparation.early.view.strategy === 'copy') return startCopied(preparation, preparation.created, input);
  const { created } = preparation;
  // A container that names a volume which is not there yet gets an empty one from the engine, without a word.
  const parts = [created, created.then(() => bringUp(preparation, docker))] as const;
  try {
    const [containerId] = await Promise.all([...parts, fillCaBundle(preparation, input)]);
    return containerId;
  } catch (thrown) {
    if (!(thrown instanceof CagentError && thrown.code === 'workspace.overlay')) throw thrown;
    await Promise.allSettled(parts);
    await copyInstead(preparation, thrown.message, input);
    return startSandbox(preparation, input);
  }
}

/** The agent's container comes first: creating it puts what its image has into the volumes of single files. */
async function startCopied(
  preparation: Preparation,
  created: Promise<string>,
  input: PrepareInput,
): Promise<string> {
  const { docker, host, spec } = input;
  const { early, plan } = planned(preparation);
  const { watch } = early.containers;
  if (watch === undefined) throw new CagentError('internal.bug', 'A view that is not copied was to be sent.');
  const containerId = await created;
  preparation.sent = await sendView(docker, early, plan, host.cancel).catch((thrown: unknown) => {
    // A copy that is cut short looks like a failure.
    stopIfCancelled(host.cancel);
    throw thrown;
  });
  for (const notice of preparation.sent.notices) input.onWarning(notice);
  stopIfCancelled(host.cancel);
  preparation.watch = watchVolume(
    docker,
    watch,
    { bytes: spec.limits.diskBytes, entries: MAX_ENTRIES },
    input.onWarning,
  );
  await Promise.all([
    preparation.watch.ready,
    bringUp(preparation, docker),
    fillCaBundle(preparation, input).then(() => sendFiles(docker, early)),
  ]);
  return containerId;
}

/** Replaces the overlay by a copy, once: what was made for the overlay goes, and the plan says why. */
export async function copyInstead(
  preparation: Preparation,
  reason: string,
  { docker, host, spec }: PrepareInput,
): Promise<void> {
  const { runId, early, plan, created, link } = preparation;
  host.reporter.event({ type: 'notice', message: `The view is copied into the engine: ${reason}` });
  link?.abandon();
  await Promise.allSettled([created, link?.ended]);
  await docker.try(removeContainersArgs([early.containers.agent.name]));
  await docker.try(removeVolumesArgs([early.volume.name]));
  const again = planEarly(spec, host, runId, { strategy: 'copy', reason });
  preparation.early = withImageVolumes(again, preparation.images?.sandbox.volumes ?? []);
  if (plan !== undefined) preparation.plan = joinPlans(preparation.early, plan.workspace);
  delete preparation.created;
  delete preparation.link;
}

/** None is started or mounted by being created, so all can wait for the view. */
export async function createObjects(
  { volume, volumes, containers }: EarlyPlan,
  { docker, spec }: PrepareInput,
): Promise<string> {
  await Promise.all([volume, ...volumes].map((each) => docker.run(createVolumeArgs(each))));
  return docker.run(createArgs(containers.agent), { env: secretEnvironment(spec) });
}

/** Link and probe; with a network also waits until the gateway is ready for the agent. */
async function bringUp(preparation: Preparation, docker: Docker): Promise<void> {
  const { plan } = planned(preparation);
  const { gateway } = preparation;
  const hidden = plan.workspace.hidden.map((entry) => entry.path);
  const { link, probe } = plan.containers;
  if (link === undefined || gateway === undefined) return probeHidden(docker, probe, hidden);
  await gateway.started;
  preparation.link = startLink(docker, link, gateway.floor, hidden);
  const [probed] = await Promise.all([
    Promise.race([preparation.link.ready, failOf(gateway.ready)]),
    gateway.ready,
  ]);
  if (probed.unknown > 0) await probeHidden(docker, probe, hidden);
}

/** The agent's roots: those of its image, of `ca-file`, and the gateway's for this run. */
function fillCaBundle(preparation: Preparation, input: PrepareInput): Promise<void> {
  preparation.roots ??= gatherRoots(preparation, input);
  return preparation.roots;
}

async function gatherRoots({ early, gateway }: Preparation, { docker, spec }: PrepareInput): Promise<void> {
  if (!early.caBundle || gateway === undefined) return;
  const { runId, processOwner, sandboxImage: image } = early.container;
  const [imageRoots, { caCertificate }] = await Promise.all([
    readImageRoots(docker, { runId, processOwner, image, directory: early.directory }),
    gateway.ready,
  ]);
  fillCaFiles(early.directory, [imageRoots, extraRootsOf(spec), caCertificate]);
}

function planned({ early, plan }: Preparation): { readonly early: EarlyPlan; readonly plan: SandboxPlan } {
  if (plan === undefined)
    throw new CagentError('internal.bug', 'The sandbox was to start before it was planned.');
  return { early, plan };
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
