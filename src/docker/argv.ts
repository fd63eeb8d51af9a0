import type { ContainerPlan, Mount, Tmpfs, VolumePlan } from './container.js';

/**
 * The only place that renders docker arguments. A reviewer reads here which flags every container of cagent gets:
 * no capability but the listed ones, no new privileges, a read-only root, no log on the engine's disk.
 */

/** `docker run` for a container that lives as long as our end of its pipes and leaves nothing behind. */
export function runArgs(plan: ContainerPlan): readonly string[] {
  return ['run', '--rm', ...containerArgs(plan)];
}

/**
 * The same for a container in several networks, which it has to be in before it starts: creates and connects it, and
 * {@link startAttachedArgs} starts it. Docker takes only one network when it makes a container, until version 25.
 */
export function attachArgs(plan: ContainerPlan, networks: readonly string[]): readonly (readonly string[])[] {
  return [
    ['create', '--rm', ...containerArgs(plan)],
    ...networks.map((network) => ['network', 'connect', network, plan.name]),
  ];
}

/** A line for each network: what it is, as JSON. Fails when one is not there. */
export function inspectNetworksArgs(networks: readonly string[]): readonly string[] {
  return ['network', 'inspect', '--format', '{{json .}}', ...networks];
}

/** `docker create` for a container that is started, inspected and removed on its own. */
export function createArgs(plan: ContainerPlan): readonly string[] {
  return ['create', ...containerArgs(plan)];
}

/** `docker create` for a container that is never started: only files of its image are read. */
export function bareCreateArgs(
  name: string,
  labels: Readonly<Record<string, string>>,
  image: string,
): readonly string[] {
  return [
    'create',
    '--name',
    name,
    ...labelArgs(labels),
    '--network',
    'none',
    '--entrypoint',
    '/never',
    image,
  ];
}

/** `docker cp` of one file out of a container, links followed. */
export function copyOutArgs(name: string, path: string, target: string): readonly string[] {
  return ['cp', '--follow-link', `${name}:${path}`, target];
}

/**
 * `docker start` with all streams attached; `interactive` passes standard input. On a terminal Docker would take
 * Ctrl-P, which shells use, for the beginning of its own "detach": that becomes a chord that nobody types.
 */
export function startAttachedArgs({
  name,
  interactive,
  tty,
}: Pick<ContainerPlan, 'name' | 'interactive' | 'tty'>): readonly string[] {
  return [
    'start',
    '--attach',
    ...(interactive ? ['--interactive'] : []),
    ...(tty ? ['--detach-keys', 'ctrl-^,ctrl-^,ctrl-^,ctrl-^'] : []),
    name,
  ];
}

/** `docker exec` of a program beside the one that runs. */
export function execArgs(
  name: string,
  user: string | undefined,
  command: readonly string[],
): readonly string[] {
  return ['exec', ...(user === undefined ? [] : ['--user', user]), name, ...command];
}

/** A line for each image: the digests of its registries and its id. Fails when one is not here. */
export function inspectImagesArgs(references: readonly string[]): readonly string[] {
  return ['image', 'inspect', '--format', '{{json .}}', ...references];
}

/** The state of a container as JSON: exit code, killed for its memory, running. */
export function inspectStateArgs(name: string): readonly string[] {
  return ['container', 'inspect', '--format', '{{json .State}}', name];
}

export function killArgs(name: string, signal: 'TERM' | 'KILL'): readonly string[] {
  return ['kill', '--signal', signal, name];
}

/** `docker kill` without names: whoever runs it adds them. */
export function killNamedArgs(): readonly string[] {
  return ['kill', '--signal', 'KILL'];
}

export function removeContainersArgs(names: readonly string[]): readonly string[] {
  return ['rm', '--force', '--volumes', ...names];
}

export function removeVolumesArgs(names: readonly string[]): readonly string[] {
  return ['volume', 'rm', '--force', ...names];
}

export function removeNetworksArgs(names: readonly string[]): readonly string[] {
  return ['network', 'rm', ...names];
}

export function createVolumeArgs(plan: VolumePlan): readonly string[] {
  return [
    'volume',
    'create',
    '--driver',
    'local',
    ...labelArgs(plan.labels),
    ...(plan.options === undefined
      ? []
      : ['--opt', 'type=overlay', '--opt', 'device=overlay', '--opt', `o=${plan.options}`]),
    plan.name,
  ];
}

export interface BuildRequest {
  readonly reference: string;
  /** A directory, or `-` for an archive on standard input. */
  readonly context: string;
  /** A path; within the archive, if there is one. */
  readonly dockerfile: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: 'default' | 'host';
  /** Values of the Dockerfile's `ARG`s; they end up in the image's history. */
  readonly arguments?: Readonly<Record<string, string>>;
  readonly noCache: boolean;
}

export function buildArgs(request: BuildRequest): readonly string[] {
  return [
    'build',
    // Without it, the older builder leaves the container of a step that failed, under a name that nobody knows.
    '--force-rm',
    ...(request.network === 'host' ? ['--network', 'host'] : []),
    ...(request.noCache ? ['--no-cache'] : []),
    ...Object.entries(request.arguments ?? {}).flatMap(([name, value]) => [
      '--build-arg',
      `${name}=${value}`,
    ]),
    ...labelArgs(request.labels),
    '--tag',
    request.reference,
    '--file',
    request.dockerfile,
    request.context,
  ];
}

export function pullArgs(reference: string): readonly string[] {
  return ['pull', '--quiet', reference];
}

export function tagArgs(reference: string, name: string): readonly string[] {
  return ['tag', reference, name];
}

export function pushArgs(name: string): readonly string[] {
  return ['push', name];
}

function containerArgs(plan: ContainerPlan): readonly string[] {
  const [program, ...rest] = plan.command;
  const replaced = plan.entrypoint === 'replace' && program !== undefined;
  return [
    '--name',
    plan.name,
    ...labelArgs(plan.labels),
    '--log-driver',
    'none',
    // An image's health check would run beside the agent, every few seconds.
    '--no-healthcheck',
    ...(plan.runtime === undefined ? [] : ['--runtime', plan.runtime]),
    '--network',
    plan.network,
    ...(plan.pid === undefined ? [] : ['--pid', plan.pid]),
    ...(plan.init ? ['--init'] : []),
    ...(plan.interactive ? ['--interactive'] : []),
    ...(plan.tty ? ['--tty'] : []),
    '--read-only',
    '--cap-drop',
    'ALL',
    ...plan.capabilities.flatMap((capability) => ['--cap-add', capability]),
    '--security-opt',
    'no-new-privileges',
    ...Object.entries(plan.sysctls).flatMap(([name, value]) => ['--sysctl', `${name}=${value}`]),
    // A name means what it says: the host's search domains would turn up as lookups that nobody asked for.
    ...(plan.dns.length === 0 ? [] : ['--dns-search', '.']),
    ...plan.dns.flatMap((address) => ['--dns', address]),
    ...(plan.hostname === undefined ? [] : ['--hostname', plan.hostname]),
    ...(plan.user === undefined ? [] : ['--user', plan.user]),
    ...(plan.workdir === undefined ? [] : ['--workdir', plan.workdir]),
    ...limitArgs(plan),
    ...plan.mounts.flatMap((mount) => ['--mount', mountArg(mount)]),
    ...plan.tmpfs.flatMap((tmpfs) => ['--tmpfs', tmpfsArg(tmpfs)]),
    ...Object.entries(plan.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...plan.envFromProcess.flatMap((name) => ['--env', name]),
    ...(replaced ? ['--entrypoint', program] : []),
    plan.image,
    ...(replaced ? rest : plan.command),
  ];
}

function limitArgs({ limits }: ContainerPlan): readonly string[] {
  if (limits === undefined) return [];
  const { cpus, memoryBytes, pids, fileSizeBytes, openFiles } = limits;
  return [
    ...(cpus === undefined ? [] : ['--cpus', String(cpus)]),
    // Equal values switch swap off: an agent that swaps makes the whole runner crawl instead of ending.
    ...(memoryBytes === undefined
      ? []
      : ['--memory', String(memoryBytes), '--memory-swap', String(memoryBytes)]),
    ...(pids === undefined ? [] : ['--pids-limit', String(pids)]),
    ...(fileSizeBytes === undefined ? [] : ['--ulimit', `fsize=${fileSizeBytes}`]),
    ...(openFiles === undefined ? [] : ['--ulimit', `nofile=${openFiles}:${openFiles}`]),
    '--ulimit',
    'core=0',
  ];
}

function mountArg(mount: Mount): string {
  const fields = [`type=${mount.type}`, `source=${mount.source}`, `target=${mount.target}`];
  if (mount.readOnly) fields.push('readonly');
  // Without this, docker would copy the image's content of the mount point into the user's tree.
  if (mount.type === 'volume' && mount.populate !== true) fields.push('volume-nocopy');
  return fields.map(csvField).join(',');
}

/** `--mount` is read as a line of CSV: a comma or a quote in a path needs quoting. */
function csvField(field: string): string {
  return /[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function tmpfsArg(tmpfs: Tmpfs): string {
  const owner = [
    ...(tmpfs.uid === undefined ? [] : [`uid=${tmpfs.uid}`]),
    ...(tmpfs.gid === undefined ? [] : [`gid=${tmpfs.gid}`]),
  ];
  const options = ['rw', 'nosuid', 'nodev', tmpfs.exec ? 'exec' : 'noexec', `size=${tmpfs.sizeBytes}`];
  return `${tmpfs.target}:${[...options, `mode=${tmpfs.mode}`, ...owner].join(',')}`;
}

function labelArgs(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
}
