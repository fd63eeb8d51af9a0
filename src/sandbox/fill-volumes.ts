import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CagentError } from '../core/errors.js';
import { runArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import { complaintOf } from './complaint.js';

/**
 * Sends an archive into the volumes of a run.
 * @throws CagentError of the archive's source, `docker.*`, or `workspace.view` when it could not be unpacked
 */
export async function fillVolumes(
  docker: Docker,
  plan: ContainerPlan,
  archive: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const args = runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe', ...(signal === undefined ? {} : { signal }) });
  const complaint = complaintOf(child.stderr);
  child.stdout.resume();
  let failure: unknown;
  await pipeline(Readable.from(archive), child.stdin as NonNullable<typeof child.stdin>).catch(
    (thrown: unknown) => {
      failure = thrown;
    },
  );
  const { exitCode } = await child.done;
  // A filler that ended early breaks our pipe; what it said tells more.
  if (failure instanceof CagentError) throw failure;
  if (exitCode === 0 && failure === undefined) return;
  const known = dockerError(args, complaint(), exitCode);
  if (known.code !== 'docker.failed') throw known;
  throw new CagentError(
    'workspace.view',
    `The view could not be copied to the engine: ${complaint().trim().split('\n').slice(-2).join(' | ') || 'no message'}`,
    { hint: 'Look at the free disk space of the engine.', cause: failure },
  );
}
