import type { Changes } from '../../../src/changes/changes.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import type { ContainerPlan } from '../../../src/docker/container.js';
import { buildReport } from '../../../src/report/build-report.js';
import { summariseEgress } from '../../../src/report/egress-summary.js';
import type { Report } from '../../../src/report/report.js';
import type { ReportInput, RunOutcome } from '../../../src/report/report-input.js';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';

/** A run with every optional field present; the types say which there are. */

export const RUN_ID = '20261122-101530-k3f9q2';

export const spec: RunSpec = {
  workspace: '/srv/project',
  out: undefined,
  agent: { name: 'claude', command: [], prompt: 'Tidy up', model: 'claude-opus-5-5', args: [] },
  image: { kind: 'default' },
  view: { mode: 'overlay', ignoreFile: '.agentignore', ignore: [], secrets: 'hide', git: 'snapshot' },
  network: { mode: 'block', allow: ['node'], resolvers: [], uplink: 'bridge', caFile: undefined },
  limits: { cpus: 2, memoryBytes: 4 * 2 ** 30, pids: 512, diskBytes: 2 * 2 ** 30, timeoutMs: 1_800_000 },
  runtime: undefined,
  env: [
    { name: 'ANTHROPIC_API_KEY', value: 'sk-ant-0123456789', secret: true },
    { name: 'CI', value: '1', secret: false },
  ],
  patch: { maxFiles: 100, maxKilobytes: 4096, protected: [] },
  keep: false,
};

const container: Required<ContainerPlan> = {
  name: `cagent-${RUN_ID}-agent`,
  labels: { 'cagent.run': RUN_ID },
  image: 'node:24',
  command: ['claude', '-p'],
  entrypoint: 'replace',
  network: `container:cagent-${RUN_ID}-link`,
  attach: ['services'],
  pid: 'container:x',
  user: '1000:1000',
  workdir: '/workspace',
  env: { HOME: '/home/agent' },
  envFromProcess: ['TOKEN'],
  mounts: [
    { type: 'volume', source: 'v', target: '/workspace', readOnly: false },
    { type: 'bind', source: '/s', target: '/workspace/.agent-scratch', readOnly: false },
  ],
  tmpfs: [{ target: '/tmp', sizeBytes: 2 ** 20, mode: '1777', exec: true, uid: 1000, gid: 1000 }],
  capabilities: [],
  sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1' },
  dns: ['100.64.7.1'],
  hostname: 'localhost',
  limits: { cpus: 2, memoryBytes: 2 ** 32, pids: 512, fileSizeBytes: 2 ** 30, openFiles: 4096 },
  runtime: 'runsc',
  init: true,
  interactive: true,
  tty: false,
  readOnly: true,
};

export const plan: SandboxPlan = {
  schema: 'cagent.plan/1',
  runId: RUN_ID,
  agent: {
    name: 'claude',
    model: 'claude-opus-5-5',
    command: ['claude', '-p'],
    files: [{ path: '/home/agent/.claude.json', content: '{}' }],
  },
  brokers: [
    {
      provider: 'anthropic',
      port: 8101,
      upstream: { scheme: 'https', host: 'api.anthropic.com', port: 443, path: '' },
      private: false,
      budget: { maxRequests: 100 },
    },
  ],
  image: {
    sandbox: { kind: 'pull', reference: 'ghcr.io/acme/agent:1' },
    gateway: {
      kind: 'build',
      reference: 'cagent-gateway:abc',
      dockerfile: 'Dockerfile',
      files: [{ source: '/srv/gateway', target: '.' }],
      own: true,
      labels: { 'cagent.image': 'cagent-gateway' },
    },
  },
  workspace: {
    root: '/srv/project',
    owner: { uid: 1000, gid: 1000 },
    mode: 'overlay',
    files: 1_284,
    hidden: [
      { path: '.env', directory: false, reason: 'built-in: environment file' },
      { path: 'certs/server.pem', directory: false, reason: '.agentignore:3 *.pem' },
      { path: 'deploy/keys', directory: true, reason: '.agentignore:5 deploy/keys/' },
      { path: 'test/fixtures/aws.ini', directory: false, reason: 'secret scan: aws-access-key' },
    ],
    findings: [{ path: 'test/fixtures/aws.ini', line: 12, rule: 'aws-access-key' }],
    git: { kind: 'snapshot', head: 'a'.repeat(40), branch: 'main' },
    rules: { ignoreFile: '.agentignore', ignore: [], secrets: 'hide' },
    notices: ['The rule !docs/.env in .agentignore shows a credential file again.'],
  },
  egress: {
    mode: 'block',
    rules: [
      {
        text: 'https://api.example.com/v1/',
        target: { kind: 'name', name: 'api.example.com' },
        ports: [{ protocol: 'tcp', port: 443 }],
        private: false,
        http: [{ methods: ['GET', 'HEAD'], paths: ['/v1/'] }],
      },
      {
        text: '*.example.org',
        target: { kind: 'one-label', suffix: 'example.org' },
        ports: [],
        private: false,
        http: [],
      },
      {
        text: '**.example.net',
        target: { kind: 'any-depth', suffix: 'example.net' },
        ports: [],
        private: true,
        http: [],
      },
      { text: '*', target: { kind: 'any' }, ports: [], private: false, http: [] },
      {
        text: '10.1.0.0/16',
        target: { kind: 'cidr', address: '10.1.0.0', prefix: 16 },
        ports: [],
        private: true,
        http: [],
      },
    ],
    warnings: ['api.example.com is also covered by *'],
  },
  gateway: {
    uplink: 'bridge',
    attach: ['services'],
    resolvers: ['1.1.1.1', '9.9.9.9:5353'],
    caFile: '/srv/project/corp-ca.pem',
  },
  limits: spec.limits,
  env: [
    { name: 'ANTHROPIC_API_KEY', secret: true },
    { name: 'CI', secret: false },
  ],
  view: { strategy: 'overlay' },
  volume: { name: `cagent-${RUN_ID}-view`, labels: {}, options: 'lowerdir=/a:/b,userxattr,nosuid,nodev' },
  volumes: [],
  containers: { gateway: container, link: container, probe: container, agent: container },
  commands: [['docker', 'run', '--rm', 'node:24']],
  notices: ['The image has no git.'],
};

export const outcome: RunOutcome = {
  conclusion: 'success',
  exitCode: 0,
  startedAt: new Date('2026-11-22T10:15:30.000Z'),
  durationMs: 252_340.4,
  phases: { plan: 310.2, image: 80, view: 420.7, gateway: 910, agent: 249_000, capture: 1_200, report: 400 },
  limitsHit: ['pids'],
  resources: { cpuSeconds: 181.5, peakMemoryBytes: 1_610_612_736, peakPids: 71 },
  agentVersion: '2.1.0',
  model: 'claude-opus-5-5',
  usage: {
    inputTokens: 48_210,
    outputTokens: 9_120,
    cacheReadTokens: 310_400,
    cacheWriteTokens: 22_000,
    costUsd: 0.4213,
    turns: 14,
  },
  agent: {
    outcome: { kind: 'done', message: 'Claude Code: it finished' },
    tries: [
      { kind: 'api-error', message: 'Claude Code: API Error: 529', exitCode: 1, durationMs: 3_000 },
      { kind: 'done', message: 'Claude Code: it finished', exitCode: 0, durationMs: 249_000 },
    ],
    finalMessage: 'Split the parser.',
    structuredOutput: { status: 'ready', findings: [{ severity: 'low' }] },
    sessionId: 's-1',
  },
  imageDigest: `sha256:${'0123456789abcdef'.repeat(4)}`,
  notices: ['The clock of the engine differs by 2 s.'],
  error: { code: 'report.write', message: 'no space left', hint: 'Free some space.' },
};

export const changes: Changes = {
  schema: 'cagent.changes/1',
  source: 'overlay',
  files: [
    { path: 'src/index.ts', status: 'modified', added: 24, deleted: 9 },
    { path: 'src/parse.ts', status: 'added', newMode: '100644', added: 118, deleted: 0 },
    { path: 'src/old-parser.ts', status: 'deleted', oldMode: '100644', added: 0, deleted: 203 },
    { path: 'docs/guide.md', oldPath: 'docs/manual.md', status: 'renamed', added: 3, deleted: 3 },
    { path: 'script/run', status: 'mode-changed', oldMode: '100644', newMode: '100755' },
    { path: 'logo.png', status: 'modified', binary: true },
    { path: 'package.json', status: 'modified', added: 1, deleted: 1 },
  ],
  added: 146,
  deleted: 216,
  patchBytes: 9_120,
  baseTree: 'b'.repeat(40),
  newTree: 'c'.repeat(40),
  baseCommit: 'a'.repeat(40),
  rejected: [{ path: 'link', reason: 'a link that leaves the workspace' }],
  sensitive: [{ path: 'package.json', reason: 'scripts that package managers run' }],
};

const base = { schema: 'cagent.egress/1', rule: 'preset:node registry.example' } as const;

export const records: readonly EgressRecord[] = [
  {
    ...base,
    time: '2026-11-22T10:15:33.000Z',
    verdict: 'allowed',
    reason: 'rule',
    protocol: 'dns',
    host: 'registry.example',
    port: 53,
  },
  {
    ...base,
    time: '2026-11-22T10:15:33.100Z',
    verdict: 'allowed',
    reason: 'rule',
    protocol: 'tls',
    host: 'registry.example',
    ip: '198.51.100.7',
    port: 443,
    bytesOut: 5_120,
    bytesIn: 18_874_368,
    durationMs: 812.5,
  },
  {
    ...base,
    time: '2026-11-22T10:15:41.000Z',
    verdict: 'blocked',
    reason: 'no-rule',
    rule: 'default',
    protocol: 'dns',
    host: 'evil.example',
    port: 53,
    count: 43,
  },
  {
    ...base,
    time: '2026-11-22T10:15:50.000Z',
    verdict: 'blocked',
    reason: 'method',
    rule: 'https://api.example.com/v1/',
    protocol: 'http',
    host: 'api.example.com',
    ip: '198.51.100.9',
    port: 443,
    method: 'POST',
    path: '/v1/upload?x=1',
    status: 403,
    bytesOut: 900,
    bytesIn: 120,
    durationMs: 3,
  },
  {
    ...base,
    time: '2026-11-22T10:16:10.000Z',
    verdict: 'blocked',
    reason: 'no-rule',
    rule: 'floor',
    protocol: 'icmp',
    ip: '198.51.100.1',
  },
  {
    ...base,
    time: '2026-11-22T10:18:00.000Z',
    verdict: 'audited',
    reason: 'no-rule',
    rule: 'default',
    protocol: 'udp',
    ip: '198.51.100.2',
    port: 53,
  },
];

export function sampleInput(overrides: Partial<ReportInput> = {}): ReportInput {
  return { runId: RUN_ID, spec, plan, outcome, changes, egress: summariseEgress(records), ...overrides };
}

/** The report of the sample, without the error that only the schemas need. */
export function sampleReport(overrides: Partial<Report> = {}): Report {
  const { error: _, ...healthy } = outcome;
  return { ...buildReport(sampleInput({ outcome: healthy })), ...overrides };
}

/** Text that tries to be more than text, wherever it is shown. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=https://evil.example/x onerror=alert(1)>',
  '[click](https://evil.example) ![i](https://evil.example/p.png)',
  '@octocat and acme/widget#1 GH-1 https://evil.example www.evil.example a@evil.example',
  '`code` ``two`` ~~~\n# heading\n- item\n| a | b |\n',
  'back\\slash \\| pipe | `|` \\\\| &lt;b&gt; &#64;octocat',
  '\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007 \r\rover',
  'gpj.\u202eexe\u2066 \u200bzero \u{e0041}tag \udcff lone',
  '::set-output name=x::y\n::error::z',
  'a ##[set-output name=x]y',
  '</style></details></table>*bold* _it_ $x$ :tada: <!-- c -->',
  '',
  ' ',
] as const;
