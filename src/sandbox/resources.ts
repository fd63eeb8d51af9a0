import { existsSync, readFileSync } from 'node:fs';
import { followKernelLog } from './kernel-log.js';

/** What the agent's control group has used so far. Fields are absent where the kernel does not tell. */
export interface ResourceUse {
  readonly cpuSeconds?: number;
  readonly peakMemoryBytes?: number;
  readonly peakPids?: number;
  /** How often a new process or thread was refused. */
  readonly pidsRefused?: number;
  readonly oomKills?: number;
}

/** Reads the use of one container again and again; the group vanishes with the container, so the last look counts. */
export interface ResourceWatch {
  stop(): ResourceUse;
}

const ROOT = '/sys/fs/cgroup';
/** From here on twice as long each time, once the group is there. */
const FIRST_LOOK_MS = 5;
const LOOK_MS = 200;
/** The group of a dead container stays for some 20 ms; an agent that ends over what it was refused shows only then. */
const REFUSALS_LOOK_MS = 5;

/** @param containerId full id. A remote engine's groups are not here: then every field stays absent. */
export function watchResources(containerId: string): ResourceWatch {
  const log = followKernelLog();
  let use: ResourceUse = {};
  let group: CgroupFiles | undefined;
  let wait = FIRST_LOOK_MS;
  let nextLook = 0;
  function look(): void {
    group ??= findGroup(containerId);
    if (group === undefined) return;
    use = merge(use, readRefusals(group));
    const now = performance.now();
    if (now < nextLook) return;
    use = merge(use, readTimeAndMemory(group));
    nextLook = now + wait;
    wait = Math.min(wait * 2, LOOK_MS);
  }
  look();
  const timer = setInterval(look, REFUSALS_LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return merge(use, log.wordsAbout(containerId));
    },
  };
}

interface CgroupFiles {
  readonly version: 1 | 2;
  readonly path: (controller: string) => string;
}

/** Docker's four usual places: cgroup v1 and v2, driven by cgroupfs or by systemd. */
function findGroup(id: string): CgroupFiles | undefined {
  for (const leaf of [`docker/${id}`, `system.slice/docker-${id}.scope`]) {
    if (existsSync(`${ROOT}/${leaf}/memory.current`)) return { version: 2, path: () => `${ROOT}/${leaf}` };
    if (existsSync(`${ROOT}/memory/${leaf}`)) {
      return { version: 1, path: (controller) => `${ROOT}/${controller}/${leaf}` };
    }
  }
  return undefined;
}

function readRefusals(group: CgroupFiles): ResourceUse {
  const at = group.path('pids');
  const kills = group.version === 2 ? 'memory.events' : 'memory.oom_control';
  return {
    ...field('oomKills', keyed(`${group.path('memory')}/${kills}`, 'oom_kill')),
    ...field('peakPids', number(`${at}/pids.peak`) ?? number(`${at}/pids.current`)),
    ...field('pidsRefused', keyed(`${at}/pids.events`, 'max')),
  };
}

function readTimeAndMemory(group: CgroupFiles): ResourceUse {
  if (group.version === 2) {
    const at = group.path('');
    return {
      ...field('cpuSeconds', scaled(keyed(`${at}/cpu.stat`, 'usage_usec'), 1e-6)),
      ...field('peakMemoryBytes', number(`${at}/memory.peak`) ?? number(`${at}/memory.current`)),
    };
  }
  return {
    ...field('cpuSeconds', scaled(number(`${group.path('cpuacct')}/cpuacct.usage`), 1e-9)),
    ...field('peakMemoryBytes', number(`${group.path('memory')}/memory.max_usage_in_bytes`)),
  };
}

function merge(before: ResourceUse, now: ResourceUse): ResourceUse {
  const names = Object.keys({ ...before, ...now }) as (keyof ResourceUse)[];
  return Object.fromEntries(names.map((name) => [name, Math.max(before[name] ?? 0, now[name] ?? 0)]));
}

function number(file: string): number | undefined {
  try {
    const value = Number(readFileSync(file, 'utf8'));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function keyed(file: string, key: string): number | undefined {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((candidate) => candidate.startsWith(`${key} `));
    return line === undefined ? undefined : Number(line.slice(key.length + 1));
  } catch {
    return undefined;
  }
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function field(name: keyof ResourceUse, value: number | undefined): ResourceUse {
  return value === undefined ? {} : { [name]: value };
}
