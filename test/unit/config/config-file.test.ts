import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../../src/config/config-file.js';
import { configJsonSchema } from '../../../src/config/config-schema.js';
import { CagentError } from '../../../src/core/errors.js';

const FULL = `version: 1
agent:
  use: claude                 # or codex, gemini, opencode, copilot, aider, command
  prompt-file: .github/agent/refactor.md
  model: claude-opus-5-5
image:
  build: docker/agent         # or  ref: ghcr.io/org/image@sha256:...
workspace:
  mode: overlay
  ignore-file: .agentignore
  secrets: hide
  git: snapshot
network:
  mode: block
  allow:
    - node
    - api.example.com
    - "*.example.org"
    - dest: db.internal
      ports: [5432]
    - dest: https://api.example.com/v1/
      http: [{ methods: [GET], paths: [/v1/] }]
    - 10.1.0.0/16
    - dest: 9.9.9.9
      ports: [53/udp]
    - dest: registry.corp
      private: true
  resolver: [1.1.1.1]
  uplink: bridge
  ca-file: corp-ca.pem
limits: { cpus: 2, memory: 4g, pids: 512, disk: 2g, timeout: 30m }
runtime: runc
patch:
  max-files: 100
  max-kilobytes: 4096
  protected: [.github/**, "**/CODEOWNERS", .git*, cagent.yml, .agentignore]
`;

function failure(text: string): CagentError {
  try {
    parseConfig(text, 'cagent.yml');
  } catch (thrown) {
    if (thrown instanceof CagentError) return thrown;
    throw thrown;
  }
  throw new CagentError('internal.bug', `was accepted: ${text}`);
}

test('every key of the documented example is understood', () => {
  expect(parseConfig(FULL, 'cagent.yml').settings).toEqual({
    agent: 'claude',
    'prompt-file': '.github/agent/refactor.md',
    model: 'claude-opus-5-5',
    'image-build': 'docker/agent',
    mode: 'overlay',
    'ignore-file': '.agentignore',
    secrets: 'hide',
    git: 'snapshot',
    network: 'block',
    allow: [
      'node',
      'api.example.com',
      '*.example.org',
      { dest: 'db.internal', ports: [5432] },
      { dest: 'https://api.example.com/v1/', http: [{ methods: ['GET'], paths: ['/v1/'] }] },
      '10.1.0.0/16',
      { dest: '9.9.9.9', ports: ['53/udp'] },
      { dest: 'registry.corp', private: true },
    ],
    resolver: ['1.1.1.1'],
    uplink: 'bridge',
    'ca-file': 'corp-ca.pem',
    cpus: 2,
    memory: 4 * 2 ** 30,
    pids: 512,
    disk: 2 * 2 ** 30,
    timeout: 30 * 60_000,
    runtime: 'runc',
    'patch-max-files': 100,
    'patch-max-kilobytes': 4096,
    'patch-protected': ['.github/**', '**/CODEOWNERS', '.git*', 'cagent.yml', '.agentignore'],
  });
});

describe('a bad file fails with the place, the key, what was found, what is allowed and the nearest', () => {
  const UNKNOWN = 'unknown key, allowed:';
  test.each<[string, string, string]>([
    // Unknown keys, at every level.
    ['version: 1\nnetwok: {}', 'cagent.yml:2:1: netwok:', 'nearest: network'],
    [
      'version: 1\nagent: {promt: x}',
      'cagent.yml:2:9: agent.promt: unknown key, allowed: use, define, prompt, prompt-file, model, args',
      'nearest: agent.prompt',
    ],
    [
      'version: 1\nnetwork:\n  alow: []',
      `cagent.yml:3:3: network.alow: ${UNKNOWN}`,
      'nearest: network.allow',
    ],
    ['version: 1\nmemory: 4g', `cagent.yml:2:1: memory: ${UNKNOWN}`, 'nearest: limits.memory'],
    [
      'version: 1\nlimits: {mem: 4g}',
      `cagent.yml:2:10: limits.mem: ${UNKNOWN} cpus, memory, pids, disk, timeout or`,
      'nearest: limits.memory',
    ],
    ['version: 1\nnetwork: {allows: []}', 'network.allows: unknown key', 'nearest: network.allow'],
    ['version: 1\nnetwork: {dns: [1.1.1.1]}', 'network.dns: unknown key', 'nearest: network.'],
    ['version: 1\npatch: {foo: 1}', 'patch.foo: unknown key', 'nearest: patch.'],
    ['version: 1\nlimits: {Memory: 4g}', 'limits.Memory: unknown key', 'nearest: limits.memory'],
    ['version: 1\npatch: {max_files: 1}', 'patch.max_files: unknown key', 'nearest: patch.max-files'],
    [
      'version: 1\nnetwork: {allow: [{dest: a, port: [1]}]}',
      'network.allow[0].port: unknown key, allowed: dest, ports, http, private, max-upload or max-requests',
      'nearest: network.allow[0].ports',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, http: [{method: [GET]}]}]}',
      'network.allow[0].http[0].method: unknown key, allowed: methods or paths',
      'nearest: network.allow[0].http[0].methods',
    ],
    ['version: 1\n__proto__: {polluted: 1}', '__proto__: unknown key', 'nearest:'],
    ['version: 1\nconstructor: {}', 'constructor: unknown key', 'nearest:'],
    ['version: 1\n<<: {runtime: runc}', '<<: unknown key', 'nearest:'],
    // The document as a whole.
    ['', 'cagent.yml:1:1: the file is empty', 'allowed: a mapping with version: 1'],
    ['# only a comment\n', 'the file is empty', 'allowed: a mapping with version: 1'],
    ['---\n', 'the file is empty', 'allowed: a mapping with version: 1'],
    ['- 1', 'cagent.yml:1:1: the file: found a list', 'allowed: a mapping with version, runtime'],
    ['just text', 'the file: found "just text"', 'allowed: a mapping'],
    ['agent: {use: claude}', 'cagent.yml:1:1: version: found nothing', 'allowed: 1'],
    ['version: 2', 'version: found the number 2', 'allowed: 1'],
    ['version: "1"', 'version: found "1"', 'allowed: 1'],
    // Wrong types.
    [
      'version: 1\nlimits:',
      'cagent.yml:2:1: limits: found nothing',
      'allowed: a mapping with cpus, memory, pids, disk, timeout',
    ],
    ['version: 1\nagent: claude', 'agent: found "claude"', 'allowed: a mapping with use'],
    ['version: 1\nnetwork: {allow: node}', 'network.allow: found "node"', 'allowed: a list of rules'],
    ['version: 1\nnetwork: {allow: [5]}', 'network.allow[0]: found the number 5', 'allowed: a rule'],
    ['version: 1\nnetwork: {allow: [null]}', 'network.allow[0]: found nothing', 'allowed: a rule'],
    ['version: 1\nnetwork: {allow: [[a]]}', 'network.allow[0]: found a list', 'allowed: a rule'],
    ['version: 1\nnetwork: {allow: [{}]}', 'network.allow[0].dest: found nothing', 'allowed: a rule'],
    [
      'version: 1\nnetwork: {allow: [{dest: 5}]}',
      'network.allow[0].dest: found the number 5',
      'allowed: a rule',
    ],
    ['version: 1\nnetwork: {allow: ["a b"]}', 'network.allow[0]: found "a b"', 'allowed: a rule'],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: 443}]}',
      'network.allow[0].ports: found the number 443',
      'allowed: a list of ports',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: []}]}',
      'network.allow[0].ports: found an empty list',
      'allowed: a list of at least one port',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: [0]}]}',
      'network.allow[0].ports[0]: found the number 0',
      'allowed: a port from 1 to 65535',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: [70000]}]}',
      'ports[0]: found the number 70000',
      'allowed: a port',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: [53/icmp]}]}',
      'ports[0]: found "53/icmp"',
      'allowed: a port',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, ports: [99999/tcp]}]}',
      'ports[0]: found "99999/tcp"',
      'allowed: a port',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, private: yes}]}',
      'network.allow[0].private: found "yes"',
      'allowed: true or false',
    ],
    [
      'version: 1\nnetwork: {allow: [{dest: a, http: [{methods: GET}]}]}',
      'http[0].methods: found "GET"',
      'allowed: a list of HTTP methods',
    ],
    [
      'version: 1\nnetwork: {resolver: 1.1.1.1}',
      'network.resolver: found "1.1.1.1"',
      'allowed: a list of IP',
    ],
    [
      'version: 1\nnetwork: {resolver: [dns.example]}',
      'network.resolver[0]: found "dns.example"',
      'allowed: an IPv4 address',
    ],
    [
      'version: 1\nnetwork: {resolver: ["2606:4700:4700::1111"]}',
      'network.resolver[0]: found "2606:4700:4700::1111"',
      'allowed: an IPv4 address',
    ],
    [
      'version: 1\nnetwork: {resolver: ["1.1.1.1:99999"]}',
      'network.resolver[0]: found "1.1.1.1:99999"',
      'allowed: an IPv4 address',
    ],
    [
      'version: 1\nnetwork: {uplink: host}',
      'network.uplink: found "host"',
      'allowed: the name of a docker network other than host',
    ],
    [
      'version: 1\nnetwork: {uplink: "container:x"}',
      'network.uplink: found "container:x"',
      'allowed: the name of a docker network',
    ],
    [
      'version: 1\nnetwork: {attach: [db, host]}',
      'network.attach[1]: found "host"',
      'allowed: the name of a docker network other than host',
    ],
    [
      'version: 1\nnetwork: {attach: db}',
      'network.attach: found "db"',
      'allowed: a list of names of docker networks',
    ],
    [
      'version: 1\nnetwork: {mode: blok}',
      'network.mode: found "blok"',
      'allowed: block, audit or none, nearest: block',
    ],
    ['version: 1\nagent: {use: Clade}', 'agent.use: found "Clade"', 'nearest: claude'],
    ['version: 1\nagent: {model: 5}', 'agent.model: found the number 5', 'allowed: the name of a model'],
    ['version: 1\nagent: {model: --x}', 'agent.model: found "--x"', 'allowed: the name of a model'],
    ['version: 1\nagent: {prompt: "  "}', 'agent.prompt: found "  "', 'allowed: text that is not empty'],
    ['version: 1\nagent: {args: "--a b"}', 'agent.args: found "--a b"', 'allowed: a list of arguments'],
    [
      'version: 1\nimage: {ref: --privileged}',
      'image.ref: found "--privileged"',
      'allowed: an image reference',
    ],
    ['version: 1\nimage: {ref: ""}', 'image.ref: found ""', 'allowed: an image reference'],
    [
      'version: 1\nnetwork: {resolver: [0.0.0.0]}',
      'network.resolver[0]: found "0.0.0.0"',
      'allowed: an IPv4 address',
    ],
    [
      'version: 1\nnetwork: {resolver: ["224.0.0.251:5353"]}',
      'network.resolver[0]: found "224.0.0.251:5353"',
      'allowed: an IPv4 address',
    ],
    [
      'version: 1\nworkspace: {mode: readonly}',
      'workspace.mode: found "readonly"',
      'allowed: overlay or read-only, nearest: read-only',
    ],
    [
      'version: 1\nworkspace: {git: true}',
      'workspace.git: found the boolean true',
      'allowed: snapshot, history or none',
    ],
    ['version: 1\nworkspace: {secrets: no}', 'workspace.secrets: found "no"', 'allowed: hide, warn or off'],
    [
      'version: 1\nworkspace: {ignore: [""]}',
      'workspace.ignore[0]: found ""',
      'allowed: a gitignore pattern',
    ],
    [
      'version: 1\nworkspace: {ignore: ["a\\n!b"]}',
      'workspace.ignore[0]: found "a\\n!b"',
      'allowed: a gitignore pattern on one line',
    ],
    ['version: 1\nruntime: a b', 'runtime: found "a b"', 'allowed: the name of a container runtime'],
    [
      'version: 1\nruntime: --privileged',
      'runtime: found "--privileged"',
      'allowed: the name of a container runtime',
    ],
    // Ranges.
    [
      'version: 1\nlimits: {cpus: 0}',
      'limits.cpus: found the number 0',
      'allowed: a number from 0.01 to 1024',
    ],
    ['version: 1\nlimits: {cpus: -1}', 'limits.cpus: found the number -1', 'allowed: a number'],
    ['version: 1\nlimits: {cpus: "2"}', 'limits.cpus: found "2"', 'allowed: a number'],
    ['version: 1\nlimits: {cpus: .inf}', 'limits.cpus: found the number Infinity', 'allowed: a number'],
    ['version: 1\nlimits: {cpus: .nan}', 'limits.cpus: found the number NaN', 'allowed: a number'],
    ['version: 1\nlimits: {memory: 4x}', 'limits.memory: found "4x"', 'allowed: a size such as 512m or 4g'],
    ['version: 1\nlimits: {memory: -4g}', 'limits.memory: found "-4g"', 'allowed: a size'],
    ['version: 1\nlimits: {memory: 1m}', 'limits.memory: found "1m"', 'from 6 MiB'],
    ['version: 1\nlimits: {memory: 9999999t}', 'limits.memory: found "9999999t"', 'allowed: a size'],
    ['version: 1\nlimits: {disk: 0}', 'limits.disk: found the number 0', 'allowed: a size'],
    [
      'version: 1\nlimits: {pids: 1.5}',
      'limits.pids: found the number 1.5',
      'allowed: a whole number from 1',
    ],
    ['version: 1\nlimits: {pids: 0}', 'limits.pids: found the number 0', 'allowed: a whole number from 1'],
    [
      'version: 1\nlimits: {timeout: 30 minutes}',
      'limits.timeout: found "30 minutes"',
      'allowed: a duration such as 90s',
    ],
    ['version: 1\nlimits: {timeout: 0}', 'limits.timeout: found the number 0', 'from 1ms to 24d'],
    ['version: 1\nlimits: {timeout: 25d}', 'limits.timeout: found "25d"', 'from 1ms to 24d'],
    ['version: 1\nlimits: {timeout: true}', 'limits.timeout: found the boolean true', 'allowed: a duration'],
    [
      'version: 1\npatch: {max-files: -1}',
      'patch.max-files: found the number -1',
      'allowed: a whole number from 0',
    ],
    [
      'version: 1\npatch: {protected: .github}',
      'patch.protected: found ".github"',
      'allowed: a list of globs',
    ],
  ])('%j', (text, found, allowed) => {
    const error = failure(text);
    expect(error.code).toBe('config.invalid');
    expect(error.message).toContain(found);
    expect(error.message).toContain(allowed);
    expect(error.message).toMatch(/^cagent\.yml:\d+:\d+: /);
    expect(error.message.match(/allowed: /g)).toHaveLength(1);
  });
});

describe('what is not one sound YAML document is a syntax error with its place', () => {
  const bomb = `version: 1\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`;
  test.each<[string, string, string]>([
    ['open list', 'version: 1\nx: [', 'cagent.yml:2:5:'],
    ['tab', 'version: 1\n\truntime: runc', 'cagent.yml:2:1:'],
    [
      'duplicate key',
      'version: 1\nagent:\n  use: claude\n  use: codex',
      'cagent.yml:4:3: use: duplicate key',
    ],
    ['duplicate section', 'version: 1\nlimits: {}\nlimits: {}', 'cagent.yml:3:1: limits: duplicate key'],
    ['second document', 'version: 1\n---\nversion: 1', 'cagent.yml:2:1: a second document'],
    ['alias bomb', bomb, 'cagent.yml: Excessive alias count'],
    [
      'alias of nothing',
      'version: 1\nruntime: *gone',
      'cagent.yml:2:10: *gone refers to an anchor that does not stand above it',
    ],
    [
      'pattern without quotes',
      'version: 1\nnetwork:\n  allow:\n    - *.example.org',
      'cagent.yml:4:7: *.example.org refers to an anchor that does not stand above it, allowed: "*.example.org" in quotes',
    ],
    ['foreign tag', 'version: 1\nagent: !!js/function x', 'cagent.yml:2:8: Unresolved tag'],
    ['key that is a list', 'version: 1\n? [a]\n: b', 'cagent.yml:2:3:'],
    ['absurd nesting', '['.repeat(100_000), 'cagent.yml'],
  ])('%s', (_name, text, message) => {
    const error = failure(text);
    expect(error.code).toBe('config.syntax');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });
});

test('all problems of a file are named at once, in one line', () => {
  const { message } = failure(
    'version: 3\nlimits: {memory: 4x, pids: many}\nnetwork:\n  mode: blok\n  foo: 1',
  );
  expect(message.split('; ').map((each) => each.split(': ').slice(0, 2).join(': '))).toEqual([
    'cagent.yml:1:1: version',
    'cagent.yml:2:10: limits.memory',
    'cagent.yml:2:22: limits.pids',
    'cagent.yml:4:3: network.mode',
    'cagent.yml:5:3: network.foo',
  ]);
});

test('a file with thousands of problems names the first ones and counts the others', () => {
  const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`);
  const { message } = failure(`version: 1\n${keys.join('\n')}`);
  expect(message).toMatch(/^cagent\.yml:2:1: k0: .*; and 4980 more$/);
});

test('a value cannot forge a line of the message or turn it round', () => {
  const { message } = failure(
    'version: 1\n"k\\n\\u202e": 1\nagent: {use: "x\\n::error::y\\u202e\\u001b[31m"}',
  );
  expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('a long value is cut in the message', () => {
  expect(failure(`version: 1\nruntime: ${'a b '.repeat(500)}`).message.length).toBeLessThan(300);
});

describe('numbers in YAML', () => {
  test.each([
    ['memory: 8388608', 8_388_608],
    ['memory: 512MiB', 512 * 2 ** 20],
    ['memory: 1.5g', 1.5 * 2 ** 30],
    ['disk: 64k', 65_536],
    ['timeout: 90', 90_000],
    ['timeout: 1h30m', 5_400_000],
    ['timeout: 500ms', 500],
    ['cpus: 0.5', 0.5],
  ])('%s', (line, expected) => {
    const { settings } = parseConfig(`version: 1\nlimits: {${line}}`, 'cagent.yml');
    expect(settings[line.split(':')[0] as 'memory']).toBe(expected);
  });
});

test('an alias to a value is a value', () => {
  const { settings } = parseConfig('version: 1\nlimits: {memory: &big 1g, disk: *big}', 'cagent.yml');
  expect(settings).toMatchObject({ memory: 2 ** 30, disk: 2 ** 30 });
});

describe('the published schema', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(configJsonSchema());
  test('accepts the documented example', () => {
    expect(validate(parse(FULL)), JSON.stringify(validate.errors)).toBe(true);
  });
  test.each([
    'version: 2',
    'version: 1\nfoo: 1',
    'version: 1\nlimits: {memory: 4x}',
    'version: 1\nnetwork: {allow: [{ports: [1]}]}',
  ])('refuses %j', (text) => {
    expect(validate(parse(text))).toBe(false);
  });
});
