import type { RunSpec } from '../../../src/config/run-spec.js';
import type { SandboxInput } from '../../../src/sandbox/plan-sandbox.js';

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

/** Input of planSandbox around a spec. */
export function sandboxInput(spec: RunSpec, changes: Partial<SandboxInput> = {}): SandboxInput {
  return {
    runId: '20261122-101530-abcdef',
    processOwner: '1.2.host',
    spec,
    command: spec.agent.command,
    scratch: spec.view.mode === 'read-only' ? '/tmp/x/scratch' : undefined,
    extraEnv: {},
    extraMounts: [],
    earlyNotices: [],
    agent: { files: [], brokers: [] },
    availableCpus: 4,
    tty: false,
    image: {
      sandbox: { kind: 'pull', reference: 'sandbox:1' },
      gateway: { kind: 'pull', reference: 'gateway:1' },
    },
    workspace: {
      root: spec.workspace,
      owner: { uid: 1001, gid: 1002 },
      mode: spec.view.mode,
      files: 3,
      hidden: [],
      findings: [],
      git: { kind: 'none', reason: 'not a git repository' },
      notices: [],
    },
    egress: { mode: spec.network.mode, rules: [], warnings: [] },
    overlayOptions: 'lowerdir=a:b,nosuid,nodev',
    ...changes,
  };
}
