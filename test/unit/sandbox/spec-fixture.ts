import type { RunSpec } from '../../../src/config/run-spec.js';
import { type ContainerInput, planContainers } from '../../../src/sandbox/plan-containers.js';
import { planSandbox, planViewVolume } from '../../../src/sandbox/plan-sandbox.js';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';

/** A RunSpec with every default, for planning tests. */
export function runSpec(changes: Partial<RunSpec> = {}): RunSpec {
  return {
    workspace: '/repo',
    out: undefined,
    agent: { name: 'command', command: ['true'], prompt: undefined, model: undefined, args: [] },
    image: { kind: 'default' },
    view: { mode: 'overlay', ignoreFile: '.agentignore', ignore: [], secrets: 'hide', git: 'snapshot' },
    network: { mode: 'block', allow: undefined, resolvers: [], uplink: 'bridge', caFile: undefined },
    limits: { cpus: 2, memoryBytes: 4 * 2 ** 30, pids: 512, diskBytes: 2 * 2 ** 30, timeoutMs: 1_800_000 },
    runtime: undefined,
    env: [],
    patch: { maxFiles: 100, maxKilobytes: 4096, protected: [] },
    keep: false,
    ...changes,
  };
}

/** What planContainers needs around a spec. */
export function containerInput(spec: RunSpec, changes: Partial<ContainerInput> = {}): ContainerInput {
  return {
    runId: '20261122-101530-abcdef',
    processOwner: '1.2.host',
    spec,
    command: spec.agent.command,
    sandboxImage: 'sandbox:1',
    gatewayImage: 'gateway:1',
    user: { uid: 1001, gid: 1002 },
    scratch: spec.view.mode === 'read-only' ? '/tmp/x/scratch' : undefined,
    extraEnv: {},
    extraMounts: [],
    availableCpus: 4,
    ipv6: true,
    conntrack: true,
    tty: false,
    ...changes,
  };
}

/** The whole plan around a spec. */
export function sandboxPlan(
  spec: RunSpec,
  container: Partial<ContainerInput> = {},
  options = 'lowerdir=a:b,nosuid,nodev',
): SandboxPlan {
  const input = containerInput(spec, container);
  return planSandbox({
    runId: input.runId,
    spec,
    command: input.command,
    containers: planContainers(input),
    view: { strategy: 'overlay' },
    volumes: [],
    volume: planViewVolume(input.runId, input.processOwner, options),
    availableCpus: input.availableCpus,
    image: {
      sandbox: { kind: 'pull', reference: input.sandboxImage },
      gateway: { kind: 'pull', reference: input.gatewayImage },
    },
    workspace: {
      root: spec.workspace,
      owner: input.user,
      mode: spec.view.mode,
      files: 3,
      hidden: [],
      findings: [],
      git: { kind: 'none', reason: 'not a git repository' },
      rules: { ignoreFile: spec.view.ignoreFile, ignore: spec.view.ignore, secrets: spec.view.secrets },
      notices: [],
    },
    agent: { files: [], brokers: [] },
    imageRoots: [],
    earlyNotices: [],
    egress: { mode: spec.network.mode, rules: [], warnings: [] },
  });
}
