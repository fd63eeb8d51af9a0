import type { LimitsSpec, RunSpec } from '../config/run-spec.js';
import { objectName } from '../core/labels.js';
import type { RunId } from '../core/run-id.js';
import type { ContainerPlan, Mount } from '../docker/container.js';
import { CANARY, LINK_ADDRESSES } from '../gateway/protocol.js';
import type { ViewStrategy } from '../workspace/view-strategy.js';
import { containerBase, WORKSPACE_MOUNT } from './container-base.js';
import { planCopyContainers } from './plan-copy.js';
import type { SandboxContainers } from './sandbox-plan.js';

export const HOME = '/home/agent';
const LINK_PROGRAM = ['perl', '/opt/cagent/link.pl'] as const;
/** Programs look their own host up, and that is no attempt at anything: this name is in every hosts file. */
const HOSTNAME = 'localhost';
const TMP_BYTES = 2 ** 30;

export interface ContainerInput {
  readonly runId: RunId;
  readonly processOwner: string;
  readonly spec: RunSpec;
  readonly command: readonly string[];
  readonly sandboxImage: string;
  readonly gatewayImage: string;
  /** Who owns the workspace: the agent runs as this user. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Host directory bind-mounted at `.agent-scratch`, in read-only mode; a volume with the strategy `copy`. */
  readonly scratch: string | undefined;
  /** How the view gets to the engine; default: `overlay`. */
  readonly strategy?: ViewStrategy['strategy'];
  /** Volume with the run's CA bundle, when the gateway ends TLS or a `ca-file` is given. */
  readonly extraEnv: Readonly<Record<string, string>>;
  /** Configuration files of the agent. */
  readonly extraMounts: readonly Mount[];
  /** How many CPUs the engine has. */
  readonly availableCpus: number;
  /** Whether the engine's kernel has IPv6: without it, its settings cannot be named. */
  readonly ipv6: boolean;
  /** The same for its table of connections. */
  readonly conntrack: boolean;
  readonly tty: boolean;
}

/** The containers of a run. Pure. */
export function planContainers(input: ContainerInput): SandboxContainers {
  const probe = planProbe(input);
  const copy = input.strategy === 'copy' ? planCopyContainers(input) : {};
  if (input.spec.network.mode === 'none') return { ...copy, probe, agent: planAgent(input, 'none') };
  return {
    ...copy,
    gateway: planGateway(input),
    link: planLink(input),
    probe,
    agent: planAgent(input, `container:${objectName(input.runId, 'link')}`),
  };
}

/** CPUs that the engine can give: asking for more than it has makes Docker refuse. */
export function effectiveCpus(limits: LimitsSpec, availableCpus: number): number {
  return Math.min(limits.cpus, availableCpus);
}

function planGateway(input: ContainerInput): ContainerPlan {
  const { uplink, attach = [] } = input.spec.network;
  const further = [...new Set(attach)].filter((network) => network !== uplink);
  return {
    ...containerBase(input, 'gateway', input.gatewayImage),
    command: [],
    network: uplink,
    ...(further.length === 0 ? {} : { attach: further }),
    tmpfs: [{ target: '/run', sizeBytes: 2 ** 24, mode: '755', exec: false }],
    capabilities: ['NET_ADMIN', 'SETUID', 'SETGID', 'SETPCAP'],
    sysctls: {
      'net.ipv4.ip_forward': '1',
      // The kernel sends one ICMP error a second to each peer, and the agent is the only one: the others would hang.
      'net.ipv4.icmp_ratemask': '0',
      // Counts the bytes of what it forwards for address rules.
      ...(input.conntrack ? { 'net.netfilter.nf_conntrack_acct': '1' } : {}),
      // It listens on low ports after it has dropped every capability.
      'net.ipv4.ip_unprivileged_port_start': '0',
      // Packets of a family that is switched off vanish before the packet filter could record them.
      ...(input.ipv6 ? { 'net.ipv6.conf.default.disable_ipv6': '0' } : {}),
    },
    limits: { memoryBytes: 2 ** 28, pids: 64, openFiles: 16_384 },
  };
}

function planLink(input: ContainerInput): ContainerPlan {
  return {
    ...containerBase(input, 'link', input.gatewayImage),
    command: [
      ...LINK_PROGRAM,
      WORKSPACE_MOUNT,
      `${LINK_ADDRESSES.agent}/${LINK_ADDRESSES.prefix}`,
      LINK_ADDRESSES.gateway,
      `${CANARY.address}:${CANARY.port}`,
    ],
    entrypoint: 'replace',
    network: 'none',
    pid: `container:${objectName(input.runId, 'gateway')}`,
    mounts: [viewMount(input, true)],
    capabilities: ['NET_ADMIN'],
    sysctls: input.ipv6
      ? { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' }
      : {},
    dns: [LINK_ADDRESSES.gateway],
    hostname: HOSTNAME,
    limits: { memoryBytes: 2 ** 27, pids: 32 },
  };
}

function planProbe(input: ContainerInput): ContainerPlan {
  return {
    ...containerBase(input, 'probe', input.gatewayImage),
    command: [...LINK_PROGRAM, '--probe', WORKSPACE_MOUNT],
    entrypoint: 'replace',
    network: 'none',
    user: userOf(input),
    mounts: [viewMount(input, true)],
    limits: { memoryBytes: 2 ** 27, pids: 32 },
  };
}

function planAgent(input: ContainerInput, network: string): ContainerPlan {
  const { spec, user } = input;
  const readOnlyView = spec.view.mode === 'read-only';
  const scratch = input.scratch === undefined ? [] : [scratchMount(input, input.scratch)];
  const secrets = spec.env.filter((entry) => entry.secret);
  const plain = spec.env.filter((entry) => !entry.secret);
  return {
    ...containerBase(input, 'agent', input.sandboxImage),
    command: input.command,
    // What follows `--` is the whole command: an image's entry point must not wrap or replace it.
    entrypoint: 'replace',
    network,
    // In the link's network namespace the name is the link's.
    ...(network === 'none' ? { hostname: HOSTNAME } : {}),
    user: userOf(input),
    workdir: WORKSPACE_MOUNT,
    env: { HOME, ...input.extraEnv, ...Object.fromEntries(plain.map((entry) => [entry.name, entry.value])) },
    envFromProcess: secrets.map((entry) => entry.name),
    mounts: [viewMount(input, readOnlyView), ...scratch, ...input.extraMounts],
    tmpfs: [
      { target: '/tmp', sizeBytes: TMP_BYTES, mode: '1777', exec: true },
      { target: HOME, sizeBytes: TMP_BYTES, mode: '700', exec: true, uid: user.uid, gid: user.gid },
    ],
    limits: {
      cpus: effectiveCpus(spec.limits, input.availableCpus),
      memoryBytes: spec.limits.memoryBytes,
      pids: spec.limits.pids,
      fileSizeBytes: spec.limits.diskBytes,
    },
    ...(spec.runtime === undefined ? {} : { runtime: spec.runtime }),
    init: true,
    tty: input.tty,
  };
}

function viewMount(input: ContainerInput, readOnly: boolean): Mount {
  return { type: 'volume', source: objectName(input.runId, 'view'), target: WORKSPACE_MOUNT, readOnly };
}

function scratchMount({ runId, strategy }: ContainerInput, directory: string): Mount {
  const place = { target: `${WORKSPACE_MOUNT}/.agent-scratch`, readOnly: false };
  if (strategy === 'copy') return { type: 'volume', source: objectName(runId, 'scratch'), ...place };
  return { type: 'bind', source: directory, ...place };
}

function userOf(input: ContainerInput): string {
  return `${input.user.uid}:${input.user.gid}`;
}
