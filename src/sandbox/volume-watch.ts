import { createInterface } from 'node:readline';
import { deferred } from '../core/deferred.js';
import { CagentError } from '../core/errors.js';
import { runArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import { complaintOf } from './complaint.js';
import type { DiskLimit } from './disk-watch.js';

/** The disk watch of the copy strategy: our end of a container that measures the volume which the agent writes to. */
export interface VolumeWatch {
  /** The first measurement is there: what grows from now on is the agent's. */
  readonly ready: Promise<void>;
  /** Calls back once when more than the limit was added; `undefined`: no longer. */
  onPassed(call: ((limit: 'disk' | 'files') => void) | undefined): void;
  /** Ends the container; resolves when it is gone. */
  stop(): Promise<void>;
}

const UNWATCHED =
  'The size of the view could not be measured until the end, so the limit on the disk was not enforced from some point on.';

/** Starts measuring. A measurement that fails during the run is a warning: the agent is not to blame for it. */
export function watchVolume(
  docker: Docker,
  plan: ContainerPlan,
  limit: DiskLimit,
  onWarning: (message: string) => void,
): VolumeWatch {
  const args = runArgs(plan);
  const child = docker.start(args, { stdin: 'pipe' });
  child.stdin?.on('error', () => {});
  const complaint = complaintOf(child.stderr);
  const { promise: ready, resolve, reject } = deferred<void>();
  ready.catch(() => {});
  let first: readonly [number, number] | undefined;
  let stopped = false;
  let passed: 'disk' | 'files' | undefined;
  let call: ((limit: 'disk' | 'files') => void) | undefined;

  function measured(size: number, entries: number): void {
    first ??= [size, entries];
    resolve();
    if (size - first[0] > limit.bytes) passed ??= 'disk';
    else if (entries - first[1] > limit.entries) passed ??= 'files';
    if (passed === undefined || call === undefined) return;
    call(passed);
    call = undefined;
  }

  createInterface({ input: child.stdout }).on('line', (line) => {
    const match = /^(\d+) (\d+)$/.exec(line);
    if (match !== null) measured(Number(match[1]), Number(match[2]));
  });
  const ended = child.done.then(
    ({ exitCode }) => {
      reject(watchDied(args, complaint(), exitCode));
      if (first !== undefined && !stopped) onWarning(UNWATCHED);
    },
    (cause) => reject(new CagentError('docker.missing', 'The docker command cannot be started.', { cause })),
  );
  return {
    ready,
    onPassed(given) {
      call = given;
      if (passed !== undefined) given?.(passed);
    },
    async stop() {
      call = undefined;
      stopped = true;
      child.stdin?.end();
      await ended;
    },
  };
}

function watchDied(args: readonly string[], complaint: string, exitCode: number | null): CagentError {
  const known = dockerError(args, complaint, exitCode);
  if (known.code !== 'docker.failed') return known;
  return new CagentError(
    'sandbox.failed',
    `The view's size cannot be measured: ${complaint.trim() || 'no message'}`,
    {
      hint: 'See `cagent doctor`.',
    },
  );
}
