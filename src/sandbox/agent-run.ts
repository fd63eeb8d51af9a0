import type { Readable, Writable } from 'node:stream';
import { CagentError } from '../core/errors.js';
import { inspectStateArgs, killArgs, startAttachedArgs } from '../docker/argv.js';
import { type Docker, dockerError } from '../docker/client.js';
import type { ContainerPlan } from '../docker/container.js';
import { type DiskEnd, type DiskLimit, type DiskWatch, watchDisk } from './disk-watch.js';
import { type ResourceUse, watchResources } from './resources.js';
import { followSize, type Terminal } from './terminal.js';
import type { VolumeWatch } from './volume-watch.js';

/** How an agent's life ended. Whatever it was, it is a value. */
export interface AgentEnd {
  /** The agent's own exit code, or the one that the contract gives to `cause`. */
  readonly exitCode: number;
  readonly cause: 'exited' | 'timeout' | 'cancelled' | 'limit';
  /** `memory`, `disk`, `files`, `pids`, `timeout`, `idle-timeout`, whether or not they ended it. */
  readonly limitsHit: readonly string[];
  readonly resources: ResourceUse;
  /** What the engine said when the command could not be started (exit codes 126 and 127). */
  readonly startError: string | undefined;
}

export interface AgentRunOptions {
  /** `inherit`: our own standard input. Text: a prompt. */
  readonly stdin: 'inherit' | string;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly timeoutMs: number;
  /** Whose size the container's own terminal follows. */
  readonly terminal?: Terminal | undefined;
  /** How long it may print nothing; absent: for ever. */
  readonly idleTimeoutMs?: number | undefined;
  /** Aborted with reason `SIGINT` or `SIGTERM`. */
  readonly cancel: AbortSignal;
  /** Host directories that hold what the agent writes, or who measures the engine's. */
  readonly watched: readonly string[] | VolumeWatch;
  readonly disk: DiskLimit;
}

type Ending =
  | { readonly cause: 'cancelled'; readonly graceMs: number }
  | { readonly cause: 'timeout'; readonly limit: 'timeout' | 'idle-timeout'; readonly graceMs: number }
  | { readonly cause: 'limit'; readonly limit: string };

/** The runner kills everything 7.5 s after SIGINT, and three seconds are promised. */
const CANCEL_GRACE_MS = 1_500;
const TIMEOUT_GRACE_MS = 10_000;
/** What a shell makes of SIGXFSZ, the end of a process that makes a file larger than the limit. */
const FILE_TOO_LARGE = 128 + 25;
const EXIT_CODE = { timeout: 124, limit: 137, SIGINT: 130, SIGTERM: 143, SIGPIPE: 141 } as const;

/**
 * Starts a created agent container, passes its streams on as they are, and stays until it is dead.
 * @param containerId as `docker create` printed it
 * @throws CagentError `sandbox.failed` when the container cannot start for a reason other than its command
 */
export async function runAgent(
  docker: Docker,
  plan: ContainerPlan,
  containerId: string,
  options: AgentRunOptions,
): Promise<AgentEnd> {
  const child = docker.start(startAttachedArgs(plan), {
    stdin: options.stdin === 'inherit' ? 'inherit' : 'pipe',
  });
  child.stdin?.on('error', () => {});
  if (options.stdin !== 'inherit') child.stdin?.end(options.stdin);
  const resources = watchResources(containerId);
  let startOutput = '';
  child.stdout.pipe(options.stdout, { end: false });
  const { terminal } = options;
  let unfollow = (): void => {};
  // Its first output proves that it runs: before that nothing can be set.
  child.stdout.once('data', () => {
    if (terminal !== undefined) unfollow = followSize(docker, plan, terminal);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    startOutput = (startOutput + chunk.toString('utf8')).slice(0, 4_096);
  });
  child.stderr.pipe(options.stderr, { end: false });

  let ending: Ending | undefined;
  const timers: NodeJS.Timeout[] = [];
  function end(why: Ending): void {
    if (ending !== undefined) return;
    ending = why;
    if (why.cause === 'limit') {
      kill('KILL');
      return;
    }
    kill('TERM');
    timers.push(setTimeout(() => kill('KILL'), why.graceMs));
  }
  function kill(signal: 'TERM' | 'KILL'): void {
    // Between create and start there is nothing to kill yet; asking again makes sure that it dies all the same.
    void docker.try(killArgs(plan.name, signal)).then((result) => {
      if (result.exitCode !== 0 && !settled) timers.push(setTimeout(() => kill(signal), 100));
    });
  }
  let settled = false;
  const onCancel = (): void => end({ cause: 'cancelled', graceMs: CANCEL_GRACE_MS });
  if (options.cancel.aborted) onCancel();
  options.cancel.addEventListener('abort', onCancel, { once: true });
  const timeOut = (limit: 'timeout' | 'idle-timeout'): void =>
    end({ cause: 'timeout', limit, graceMs: TIMEOUT_GRACE_MS });
  timers.push(setTimeout(() => timeOut('timeout'), options.timeoutMs));
  if (options.idleTimeoutMs !== undefined) {
    const [outputs, readers] = [
      [child.stdout, child.stderr],
      [options.stdout, options.stderr],
    ];
    timers.push(whenSilent(outputs, readers, options.idleTimeoutMs, () => timeOut('idle-timeout')));
  }
  const disk = watchWrites(options, (limit) => end({ cause: 'limit', limit }));

  await child.done;
  settled = true;
  for (const timer of timers) clearTimeout(timer);
  unfollow();
  options.cancel.removeEventListener('abort', onCancel);
  const use = resources.stop();
  const [state, left] = await Promise.all([inspectState(docker, plan.name), disk.stop()]);
  const facts = { use, left, ending, cancelReason: options.cancel.reason, startOutput };
  if (!state.Running) return conclude({ state, ...facts });
  const dead = await endLost(docker, plan.name);
  if (ending === undefined) throw connectionLost();
  return conclude({ state: dead, ...facts });
}

/** Calls back when no output has come for a while. A reader that does not take it makes nobody silent. */
function whenSilent(
  outputs: readonly Readable[],
  readers: readonly Writable[],
  silenceMs: number,
  call: () => void,
): NodeJS.Timeout {
  const timer = setTimeout(() => {
    if (readers.some((reader) => reader.writableNeedDrain)) timer.refresh();
    else call();
  }, silenceMs);
  for (const output of outputs) output.on('data', () => timer.refresh());
  return timer;
}

function watchWrites(
  { watched, disk }: AgentRunOptions,
  onPassed: (limit: 'disk' | 'files') => void,
): DiskWatch {
  if (!('onPassed' in watched)) return watchDisk(watched, disk, onPassed);
  watched.onPassed(onPassed);
  return {
    async stop() {
      watched.onPassed(undefined);
      return { passed: undefined, full: false };
    },
  };
}

interface ContainerState {
  readonly ExitCode: number;
  readonly OOMKilled: boolean;
  readonly Error: string;
  readonly Status: string;
  readonly Running: boolean;
}

async function inspectState(docker: Docker, name: string): Promise<ContainerState> {
  return JSON.parse(await docker.run(inspectStateArgs(name))) as ContainerState;
}

/** The docker command is gone, not the agent: what it would still do is in no output and in no capture. */
async function endLost(docker: Docker, name: string): Promise<ContainerState> {
  await docker.try(killArgs(name, 'KILL'));
  await docker.try(['wait', name]);
  return inspectState(docker, name);
}

function connectionLost(): CagentError {
  return new CagentError(
    'sandbox.failed',
    'The connection to the agent was lost while it was running, so it was ended.',
    { hint: 'Look whether the engine was restarted, or whether the host ran out of memory.' },
  );
}

function conclude(facts: {
  readonly state: ContainerState;
  readonly use: ResourceUse;
  readonly left: DiskEnd;
  readonly ending: Ending | undefined;
  readonly cancelReason: unknown;
  readonly startOutput: string;
}): AgentEnd {
  const { state, use, left, ending } = facts;
  const startError = state.Status === 'created' ? state.Error || facts.startOutput.trim() : undefined;
  if (startError !== undefined && ending === undefined && state.ExitCode !== 126 && state.ExitCode !== 127) {
    const known = dockerError(['start'], startError, state.ExitCode);
    throw known.code === 'docker.failed'
      ? new CagentError('sandbox.failed', `The sandbox could not be started: ${startError}`)
      : known;
  }
  const outOfMemory = state.OOMKilled || (use.oomKills ?? 0) > 0;
  const killedByKernel =
    (state.ExitCode === 137 && outOfMemory) || (state.ExitCode === FILE_TOO_LARGE && left.full);
  const overrun = killedByKernel || left.passed !== undefined;
  const cause = ending?.cause ?? (overrun ? 'limit' : 'exited');
  const written =
    ending?.cause === 'limit' ? ending.limit : (left.passed ?? (left.full ? 'disk' : undefined));
  const limitsHit = [
    ...(ending?.cause === 'timeout' ? [ending.limit] : []),
    ...(written === undefined ? [] : [written]),
    ...(outOfMemory ? ['memory'] : []),
    ...((use.pidsRefused ?? 0) > 0 ? ['pids'] : []),
  ];
  return {
    exitCode: exitCodeOf(cause, state.ExitCode, facts.cancelReason),
    cause,
    limitsHit,
    resources: use,
    startError,
  };
}

function exitCodeOf(cause: AgentEnd['cause'], own: number, reason: unknown): number {
  if (cause === 'exited') return own;
  if (cause !== 'cancelled') return EXIT_CODE[cause];
  return reason === 'SIGINT' || reason === 'SIGPIPE' ? EXIT_CODE[reason] : EXIT_CODE.SIGTERM;
}
