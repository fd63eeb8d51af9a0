import { accessSync, constants, statfsSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import type { Environment } from '../core/environment.js';
import { asCagentError } from '../core/errors.js';
import { formatSize } from '../core/memory-size.js';
import type { Processes } from '../core/process.js';
import { createDocker, type Docker } from '../docker/client.js';
import { engineEndpoint } from '../docker/engine-endpoint.js';
import { planViewStrategy } from '../workspace/view-strategy.js';

export interface Check {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** What to do; only where something is to be done. */
  readonly hint?: string;
}

interface EngineFacts {
  readonly ServerVersion: string;
  readonly OperatingSystem: string;
  readonly KernelVersion: string;
  readonly Driver: string;
  readonly CgroupVersion: string;
  readonly MemoryLimit: boolean;
  readonly PidsLimit: boolean;
  readonly CpuCfsQuota: boolean;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Runtimes: Readonly<Record<string, unknown>>;
  readonly SecurityOptions: readonly string[] | null;
}

/** The kernel that brought `userxattr`, without which the agent's deletions cannot be read back. */
const OLDEST_KERNEL = [5, 11] as const;
const LEAST_FREE_BYTES = 2 * 2 ** 30;

/** Looks at everything that a run needs; changes nothing, throws nothing. */
export async function diagnose(processes: Processes, environment: Environment): Promise<readonly Check[]> {
  const docker = createDocker(processes, environment);
  const checks: Check[] = [
    nodeCheck(),
    ...(await Promise.all([
      programCheck(
        processes,
        environment,
        'git',
        ['--version'],
        'the clean repository of the sandbox and the patch',
      ),
      programCheck(processes, environment, 'tar', ['--version'], 'reading deleted directories back'),
    ])),
  ];
  const engine = await engineFacts(docker);
  if ('status' in engine) return [...checks, engine];
  return [
    ...checks,
    ...engineChecks(engine),
    locationCheck(environment),
    diskCheck(),
    ...networkChecks(engine),
  ];
}

function nodeCheck(): Check {
  const found = `Node ${process.versions.node}`;
  if (Number(process.versions.node.split('.')[0]) >= 24) return { name: 'node', status: 'ok', found };
  return { name: 'node', status: 'warning', found, hint: 'cagent is tested on Node 24; use that one.' };
}

async function programCheck(
  processes: Processes,
  env: Environment,
  file: string,
  args: readonly string[],
  use: string,
): Promise<Check> {
  try {
    const result = await processes.run({ file, args, env });
    return { name: file, status: 'ok', found: result.stdout.toString('utf8').split('\n')[0] ?? '' };
  } catch {
    return {
      name: file,
      status: 'failed',
      found: 'not installed',
      hint: `Install ${file}: cagent needs it for ${use}.`,
    };
  }
}

async function engineFacts(docker: Docker): Promise<EngineFacts | Check> {
  try {
    return JSON.parse(await docker.run(['info', '--format', '{{json .}}'])) as EngineFacts;
  } catch (thrown) {
    const error = asCagentError(thrown);
    return {
      name: 'engine',
      status: 'failed',
      found: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}

function engineChecks(engine: EngineFacts): readonly Check[] {
  const limits = [
    ...(engine.MemoryLimit ? [] : ['memory']),
    ...(engine.PidsLimit ? [] : ['pids']),
    ...(engine.CpuCfsQuota ? [] : ['cpus']),
  ];
  const seccomp = (engine.SecurityOptions ?? []).some((option) => option.includes('seccomp'));
  const rootless = (engine.SecurityOptions ?? []).some((option) => /rootless|userns/.test(option));
  return [
    {
      name: 'engine',
      status: 'ok',
      found: `Docker ${engine.ServerVersion} on ${engine.OperatingSystem}, ${engine.Driver}, cgroup v${engine.CgroupVersion}, ${engine.NCPU} CPUs, ${formatSize(engine.MemTotal)}`,
    },
    kernelCheck(engine.KernelVersion),
    limits.length === 0
      ? { name: 'limits', status: 'ok', found: 'memory, pids and cpus can be limited' }
      : {
          name: 'limits',
          status: 'failed',
          found: `the engine cannot limit: ${limits.join(', ')}`,
          hint: 'Enable these cgroup controllers on the host.',
        },
    seccomp
      ? { name: 'seccomp', status: 'ok', found: 'the default profile is active' }
      : {
          name: 'seccomp',
          status: 'warning',
          found: 'no seccomp profile',
          hint: 'Use an engine that applies its default seccomp profile.',
        },
    rootless
      ? {
          name: 'user namespaces',
          status: 'warning',
          found: 'rootless or remapped engine',
          hint: 'cagent is not tested on such engines; the link may not come up.',
        }
      : { name: 'user namespaces', status: 'ok', found: 'ordinary engine' },
    { name: 'runtimes', status: 'ok', found: Object.keys(engine.Runtimes).sort().join(', ') },
  ];
}

function kernelCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_KERNEL;
  const good = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  if (good) return { name: 'kernel', status: 'ok', found: version };
  return {
    name: 'kernel',
    status: 'failed',
    found: version,
    hint: `Overlay mounts with user attributes need Linux ${OLDEST_KERNEL.join('.')} or later.`,
  };
}

function locationCheck(environment: Environment): Check {
  const { strategy, reason } = planViewStrategy(engineEndpoint(environment), process.platform);
  if (strategy === 'overlay') {
    return { name: 'location', status: 'ok', found: `local engine, host kernel ${release()}` };
  }
  return {
    name: 'location',
    status: 'warning',
    found: reason ?? 'not this machine',
    hint: 'The view is copied to the engine and back, which takes time with every run; an engine on this machine mounts it.',
  };
}

function diskCheck(): Check {
  const directory = tmpdir();
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  try {
    accessSync(directory, constants.W_OK);
  } catch {
    return {
      name: 'disk',
      status: 'failed',
      found: `${directory} is not writable`,
      hint: 'Set TMPDIR to a writable directory.',
    };
  }
  const found = `${formatSize(free)} free in ${directory}`;
  if (free >= LEAST_FREE_BYTES) return { name: 'disk', status: 'ok', found };
  return {
    name: 'disk',
    status: 'warning',
    found,
    hint: 'The agent’s edits are kept there during a run; make room or set TMPDIR.',
  };
}

function networkChecks(engine: EngineFacts): readonly Check[] {
  const bridge = (
    engine as unknown as { Plugins?: { Network?: readonly string[] } }
  ).Plugins?.Network?.includes('bridge');
  return bridge === false
    ? [
        {
          name: 'network',
          status: 'failed',
          found: 'no bridge network driver',
          hint: 'The gateway needs a bridge network as its uplink.',
        },
      ]
    : [{ name: 'network', status: 'ok', found: 'bridge networks are available' }];
}
