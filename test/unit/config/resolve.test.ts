import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure, root, run, workspace } from './resolve-fixture.js';

test('without a file, a command runs with the documented defaults', async () => {
  expect(await run(['--', 'npm', 'test'])).toEqual({
    workspace,
    out: undefined,
    agent: { name: 'command', command: ['npm', 'test'], prompt: undefined, model: undefined, args: [] },
    image: { kind: 'default' },
    view: { mode: 'overlay', ignoreFile: '.agentignore', ignore: [], secrets: 'hide', git: 'snapshot' },
    network: {
      mode: 'block',
      allow: undefined,
      knownBlocked: [],
      resolvers: [],
      uplink: 'bridge',
      caFile: undefined,
    },
    limits: { cpus: 2, memoryBytes: 4 * 2 ** 30, pids: 512, diskBytes: 2 * 2 ** 30, timeoutMs: 1_800_000 },
    runtime: undefined,
    env: [],
    patch: {
      maxFiles: 100,
      maxKilobytes: 4096,
      protected: ['.github/**', '**/CODEOWNERS', '.git*', 'cagent.yml', '.agentignore'],
    },
    keep: false,
  });
});

test('the file comes before the defaults', async () => {
  const config = `version: 1
agent: { use: claude, prompt-file: task.md, model: some-model, args: [--max-turns, "5"] }
image: { build: docker/agent }
workspace: { mode: read-only, ignore: [a], secrets: warn, git: none }
network: { mode: audit, allow: [node], known-blocked: [stats.example], resolver: [1.1.1.1], uplink: corp, attach: [services], ca-file: ca.pem }
limits: { cpus: 0.5, memory: 1g, pids: 64, disk: 100m, timeout: 90 }
runtime: runsc
patch: { max-files: 3, max-kilobytes: 5, protected: [x] }
`;
  expect(await run([], { config })).toMatchObject({
    agent: {
      name: 'claude',
      command: [],
      prompt: 'Tidy up.\n',
      model: 'some-model',
      args: ['--max-turns', '5'],
    },
    image: { kind: 'build', context: join(workspace, 'docker/agent') },
    view: { mode: 'read-only', ignore: ['a'], secrets: 'warn', git: 'none' },
    network: {
      mode: 'audit',
      allow: ['node'],
      knownBlocked: ['stats.example'],
      resolvers: ['1.1.1.1'],
      uplink: 'corp',
      attach: ['services'],
      caFile: join(workspace, 'ca.pem'),
    },
    limits: { cpus: 0.5, memoryBytes: 2 ** 30, pids: 64, diskBytes: 100 * 2 ** 20, timeoutMs: 90_000 },
    runtime: 'runsc',
    patch: { maxFiles: 3, maxKilobytes: 5, protected: ['x'] },
  });
});

test('rules keep the place where they were written, for messages', async () => {
  const config = 'version: 1\nnetwork:\n  allow:\n    - a.example\n    - dest: b.example\n';
  expect((await run(['--allow', 'c.example', '--', 'true'], { config })).network.allowPlaces).toEqual([
    'cagent.yml:4:7: network.allow[0]',
    'cagent.yml:5:7: network.allow[1]',
    '--allow',
  ]);
});

test('a flag comes before the file, and lists of flags follow those of the file', async () => {
  const config = `version: 1
agent: { use: claude, prompt-file: task.md, args: [-a] }
image: { build: docker/agent }
workspace: { ignore: [a] }
network: { mode: audit, allow: [node, { dest: db.internal, ports: [5432] }], resolver: [1.1.1.1] }
limits: { cpus: 1, memory: 1g }
`;
  const flags = [
    '--agent',
    'codex',
    '--prompt',
    'Other.',
    '--agent-args',
    '-b "c d"',
    '--image',
    'node:24',
    '--ignore',
    'b',
  ];
  flags.push(
    '--network',
    'block',
    '--allow',
    'api.example.com',
    '--allow=go',
    '--resolver',
    '9.9.9.9:5353',
    '--cpus',
    '3',
  );
  expect(await run(flags, { config })).toMatchObject({
    agent: { name: 'codex', prompt: 'Other.', args: ['-a', '-b', 'c d'] },
    image: { kind: 'reference', reference: 'node:24' },
    view: { ignore: ['a', 'b'] },
    network: {
      mode: 'block',
      allow: ['node', { dest: 'db.internal', ports: [5432] }, 'api.example.com', 'go'],
      resolvers: ['1.1.1.1', '9.9.9.9:5353'],
    },
    limits: { cpus: 3, memoryBytes: 2 ** 30 },
  });
});

test('an empty list of rules is not the same as none', async () => {
  expect((await run(['--', 'x'], { config: 'version: 1\nnetwork: {allow: []}' })).network.allow).toEqual([]);
});

describe('which agent', () => {
  const claude = 'version: 1\nagent: {use: claude, prompt-file: gone.md, model: m, args: [x]}';

  test('a command takes the place of the agent of the file with all that belongs to it', async () => {
    const { agent } = await run(['--', 'ls'], { config: claude });
    expect(agent).toEqual({
      name: 'command',
      command: ['ls'],
      prompt: undefined,
      model: undefined,
      args: [],
    });
  });

  test('the words of a command are passed on as they are', async () => {
    const words = ['sh', '-c', 'echo "$HOME" *', '', '--json', '--'];
    expect((await run(['--', ...words])).agent.command).toEqual(words);
  });

  test('building needs no agent, no command and no prompt', async () => {
    expect((await run([], { purpose: 'build' })).image).toEqual({ kind: 'default' });
    expect((await run([], { config: claude, purpose: 'build' })).agent.name).toBe('claude');
  });

  test('a shell asks for neither agent nor prompt, and gets the sandbox of the agent that is named', async () => {
    const { agent } = await run([], { purpose: 'shell' });
    expect(agent).toMatchObject({ name: 'command', interactive: true, command: [], prompt: undefined });
    expect((await failure(run(['--max-requests', '3'], { purpose: 'shell' }))).message).toContain(
      'a budget for a',
    );
    const named = await run([], { config: claude, purpose: 'shell' });
    expect(named.agent).toMatchObject({ name: 'claude', interactive: true, prompt: undefined });
  });
});

describe('values of flags that are not allowed', () => {
  test.each<[readonly string[], string]>([
    [['--memory', '4x'], '--memory: found "4x", allowed: a size such as 512m or 4g, from 6 MiB to 1024 TiB'],
    [['--memory', '1m'], '--memory: found "1m", allowed: a size'],
    [['--disk', '-1'], '--disk: found "-1", allowed: a size'],
    [['--cpus', '0'], '--cpus: found "0", allowed: a number from 0.01 to 1024'],
    [['--cpus', '-1'], '--cpus: found "-1", allowed: a number'],
    [['--cpus', 'two'], '--cpus: found "two", allowed: a number'],
    [['--cpus', ''], '--cpus: found "", allowed: a number'],
    [['--pids', '1.5'], '--pids: found "1.5", allowed: a whole number'],
    [['--pids', '0'], '--pids: found "0", allowed: a whole number'],
    [['--timeout', '0'], '--timeout: found "0", allowed: a duration'],
    [['--timeout', '1y'], '--timeout: found "1y", allowed: a duration'],
    [['--network', 'blok'], '--network: found "blok", allowed: block, audit or none, nearest: block'],
    [['--mode', 'copy'], '--mode: found "copy", allowed: overlay or read-only'],
    [['--git', 'full'], '--git: found "full", allowed: snapshot, history or none'],
    [
      ['--agent', 'clade'],
      '--agent: found "clade", allowed: claude, codex, gemini, opencode, copilot, aider or command, nearest: claude',
    ],
    [['--image', '--privileged'], '--image: found "--privileged", allowed: an image reference'],
    [['--image', ''], '--image: found "", allowed: an image reference'],
    [
      ['--uplink', 'host'],
      '--uplink: found "host", allowed: the name of a docker network other than host and none',
    ],
    [['--runtime', 'a b'], '--runtime: found "a b", allowed: the name of a container runtime'],
    [['--resolver', 'dns.example'], '--resolver: found "dns.example", allowed: an IPv4 address'],
    [['--resolver', '1.1.1.1:0'], '--resolver: found "1.1.1.1:0", allowed: an IPv4 address'],
    [['--allow', ''], '--allow: found "", allowed: a rule'],
    [['--allow', 'a b'], '--allow: found "a b", allowed: a rule'],
    [['--ignore', ''], '--ignore: found "", allowed: a gitignore pattern'],
    [['--agent-args', '"open'], '--agent-args: found ""open", allowed: arguments with every quote closed'],
    [
      ['--env', 'NOT_SET'],
      '--env: NOT_SET is not set in the environment of cagent, allowed: a variable that is set, or NOT_SET=VALUE',
    ],
    [['--env', '1A=hush'], '--env: found the name "1A", allowed: letters, digits and _'],
    [['--env', '=hush'], '--env: found the name "", allowed: letters'],
    [['--env', 'A-B=hush'], '--env: found the name "A-B", allowed: letters'],
    [['--env', ''], '--env: found "", allowed: NAME or NAME=VALUE'],
  ])('%j', async (argv, expected) => {
    const { code, message } = await failure(run([...argv, '--', 'true']));
    expect(code).toBe('config.invalid');
    expect(message).toContain(expected);
    expect(message).not.toContain('hush');
  });

  test('all of them are named at once', async () => {
    const { message } = await failure(run(['--memory', 'a', '--cpus', 'b', '--network', 'c', '--', 'true']));
    expect(message.split('; ')).toHaveLength(3);
  });
});

describe('contradictions fail before anything starts', () => {
  const NONE_WITH_RULES = 'is none, but';
  test.each<[readonly string[], string, string]>([
    [
      [],
      '',
      'no agent and no command is given, allowed: --agent NAME, agent.use in cagent.yml, or a command after --',
    ],
    [['--agent', 'command'], '', '--agent: command has no command'],
    [[], 'agent: {use: command}', 'cagent.yml:2:9: agent.use: command has no command'],
    [['--agent', 'claude'], '', '--agent: claude has no prompt'],
    [[], 'agent: {use: aider}', 'cagent.yml:2:9: agent.use: aider has no prompt'],
    [
      ['--agent', 'claude', '--prompt', 'x', '--', 'ls'],
      '',
      '--agent: found claude and a command, allowed: a known agent or a command, not both',
    ],
    [['--agent-args', '-x', '--', 'ls'], '', '--agent-args: arguments for a known agent'],
    [['--', ''], '', 'the command is empty'],
    [
      ['--agent', 'claude', '--prompt', 'x', '--prompt-file', 'task.md'],
      '',
      '--prompt and --prompt-file are both given',
    ],
    [
      [],
      'agent: {use: claude, prompt: x, prompt-file: task.md}',
      'cagent.yml:2:22: agent.prompt and cagent.yml:2:33: agent.prompt-file are both given',
    ],
    [
      ['--', 'x'],
      'image: {ref: a, build: docker/agent}',
      'cagent.yml:2:9: image.ref and cagent.yml:2:17: image.build are both given',
    ],
    [
      ['--network', 'none', '--allow', 'node', '--', 'x'],
      '',
      `--network ${NONE_WITH_RULES} --allow gives rules`,
    ],
    [
      ['--', 'x'],
      'network: {mode: none, allow: [node]}',
      `cagent.yml:2:11: network.mode ${NONE_WITH_RULES} cagent.yml:2:23: network.allow gives rules`,
    ],
    [
      ['--allow', 'node', '--', 'x'],
      'network: {mode: none}',
      `cagent.yml:2:11: network.mode ${NONE_WITH_RULES} --allow gives rules`,
    ],
  ])('%j with %j', async (argv, config, expected) => {
    const { code, message } = await failure(
      run(argv, config === '' ? {} : { config: `version: 1\n${config}` }),
    );
    expect(code).toBe('config.invalid');
    expect(message).toContain(expected);
    expect(message).toContain('allowed: ');
  });

  test('a flag may replace what the file says by its counterpart', async () => {
    const config = 'version: 1\nagent: {use: claude, prompt: x}\nimage: {ref: a}\nnetwork: {allow: [node]}';
    const spec = await run(['--prompt-file', 'task.md', '--network', 'none'], { config });
    expect(spec.agent.prompt).toBe('Tidy up.\n');
    expect(spec.network).toMatchObject({ mode: 'none', allow: [] });
  });
});

describe('an agent of the user', () => {
  const config = (define: string, use = 'mine') =>
    `version: 1\nagent:\n  use: ${use}\n  prompt: x\n  define: ${define}\n`;

  test('is defined next to its name', async () => {
    const { agent } = await run([], { config: config('{command: [mine, --yes], provider: openai}') });
    expect(agent.name).toBe('mine');
    expect(agent.definition).toEqual({
      command: ['mine', '--yes'],
      prompt: 'stdin',
      provider: 'openai',
      env: {},
      files: {},
      hosts: [],
      hide: [],
    });
  });

  test('can be named by a flag too, and gives way to another agent or a command', async () => {
    const text = config('{command: [mine]}');
    expect((await run(['--agent', 'mine'], { config: text })).agent.definition).toBeDefined();
    expect((await run(['--agent', 'claude'], { config: text })).agent).toMatchObject({ name: 'claude' });
    expect((await run(['--agent', 'claude'], { config: text })).agent.definition).toBeUndefined();
    expect((await run(['--', 'ls'], { config: text })).agent.definition).toBeUndefined();
  });

  test('needs no prompt when it takes none', async () => {
    const text = 'version: 1\nagent: {use: mine, define: {command: [mine], prompt: none}}';
    expect((await run([], { config: text })).agent.prompt).toBeUndefined();
  });

  test.each([
    ['{command: [mine]}', 'mien', ['--agent', 'mien2'], '--agent: found "mien2", allowed: claude'],
    ['{comand: [mine]}', 'mine', [], 'agent.define.comand: unknown key, allowed: command, prompt,'],
    ['{comand: [mine]}', 'mine', [], 'nearest: agent.define.command'],
    ['{prompt: stdin}', 'mine', [], 'agent.define.command: found nothing, allowed: a list with a program'],
    ['{command: mine}', 'mine', [], 'agent.define.command: found "mine", allowed: a list with a program'],
    [
      '{command: [mine], prompt: arg}',
      'mine',
      [],
      'agent.define.prompt: found "arg", allowed: stdin, file or none',
    ],
    [
      '{command: [mine], provider: opnai}',
      'mine',
      [],
      'agent.define.provider: found "opnai", allowed: anthropic',
    ],
    ['{command: [mine], files: {etc/x: y}}', 'mine', [], 'agent.define.files'],
    ['{command: [mine], files: {/workspace/x: y}}', 'mine', [], 'an absolute path outside of /workspace'],
    [
      '{command: [mine], files: {/etc/../workspace/x: y}}',
      'mine',
      [],
      'an absolute path outside of /workspace',
    ],
    ['{command: [mine], env: {A-B: y}}', 'mine', [], 'a name of a variable'],
    ['{command: [mine], env: {A: 1}}', 'mine', [], 'agent.define.env.A: found the number 1, allowed: text'],
    ['{command: [mine], output: {cost: x}}', 'mine', [], 'agent.define.output.cost: unknown key'],
    ['{command: [mine, "{{modle}}"]}', 'mine', [], 'agent.define: found {{modle}}, allowed: {{base-url}},'],
    ['{command: [mine, "{{modle}}"]}', 'mine', [], 'nearest: {{model}}'],
    [
      '{command: [mine], env: {A: "{{key}}"}}',
      'mine',
      [],
      'found {{key}} without a provider, allowed: with provider:',
    ],
    ['{command: ["{{prompt-file}}"]}', 'mine', [], 'found {{prompt-file}}, allowed: with prompt: file'],
    [
      '{command: [mine]}',
      'claude',
      [],
      'agent.define: found a definition of claude, allowed: with agent.use and a name',
    ],
    ['{command: [mine]}', 'Mine!', [], 'agent.use: found "Mine!", allowed: claude'],
  ])('%s of %s with %j is refused', async (define, use, flags, words) => {
    const { code, message } = await failure(run(flags, { config: config(define, use) }));
    expect(code).toBe('config.invalid');
    expect(message).toContain(words);
  });

  test('that nobody has defined is refused with the nearest name', async () => {
    const text = 'version: 1\nagent: {use: gemni, prompt: x}';
    expect((await failure(run([], { config: text }))).message).toContain(
      'cagent.yml:2:9: agent.use: found "gemni", allowed: claude, codex, gemini, opencode, copilot, aider or command, nearest: gemini',
    );
  });

  test('has no budget without a provider, since nobody sees its model', async () => {
    const text = `${config('{command: [mine]}')}budget: {max-requests: 5}`;
    expect((await failure(run([], { config: text }))).message).toContain(
      'budget.max-requests: a budget for a command',
    );
  });
});

describe('the schema of the answer', () => {
  const schema = (text: string): void => writeFileSync(join(workspace, 'answer.json'), text);
  const config = 'version: 1\nagent: {use: claude, prompt: x, output-schema: answer.json}';

  test('is read, from the file or from a flag', async () => {
    schema('{"type": "object"}');
    expect((await run([], { config })).agent.outputSchema).toEqual({ type: 'object' });
    const flags = ['--agent', 'codex', '--prompt', 'x', '--output-schema', 'answer.json'];
    expect((await run(flags)).agent.outputSchema).toEqual({ type: 'object' });
  });

  test.each([
    ['no JSON', '{', '"answer.json" is not JSON, allowed: a JSON Schema of at most 65536 bytes'],
    ['a list', '[]', '"answer.json" is no JSON object'],
    ['nonsense', '{"type": "nonsense"}', '"answer.json" is no usable schema: '],
    ['a way out', '{"$ref": "https://schemas.example/x"}', '"answer.json" is no usable schema: '],
    ['too much', `{"description": "${'x'.repeat(70_000)}"}`, '"answer.json" is too large'],
  ])('with %s is refused in one line', async (_, text, words) => {
    schema(text);
    const { code, message } = await failure(run([], { config }));
    expect(code).toBe('config.invalid');
    expect(message).toContain(`cagent.yml:2:33: agent.output-schema: ${words}`);
    expect(message).not.toContain('\n');
  });

  test('is nothing that a command could give', async () => {
    schema('{}');
    const { message } = await failure(run(['--output-schema', 'answer.json', '--', 'ls']));
    expect(message).toContain(
      '--output-schema: a schema for the answer of an agent, but the agent is a command',
    );
  });
});

describe('starting again', () => {
  test('is asked for in the file or by flags, and is for the agent of the file alone', async () => {
    const config =
      'version: 1\nagent: {use: claude, prompt: x, max-retries: 2, retry-delay: 1m}\nlimits: {idle-timeout: 5m}';
    const spec = await run([], { config });
    expect(spec.agent.retry).toEqual({ max: 2, delayMs: 60_000 });
    expect(spec.limits.idleTimeoutMs).toBe(300_000);
    expect((await run(['--', 'ls'], { config })).agent.retry).toBeUndefined();
    expect((await run(['--max-retries', '1', '--', 'ls'], { config })).agent.retry).toEqual({
      max: 1,
      delayMs: 10_000,
    });
    expect((await run(['--max-retries', '0'], { config })).agent.retry).toBeUndefined();
  });

  test.each([
    [['--max-retries', '11'], '--max-retries: found "11", allowed: a whole number from 0 to 10'],
    [['--retry-delay', '2h'], '--retry-delay: found "2h", allowed: a duration'],
    [['--idle-timeout', '0'], '--idle-timeout: found "0", allowed: a duration'],
  ])('%s is refused', async (flags, words) => {
    expect((await failure(run([...flags, '--', 'ls']))).message).toContain(words);
  });
});

describe('variables for the agent', () => {
  test('a name takes its value from the environment and is secret; a value given is not', async () => {
    const { env } = await run([
      '--env',
      'API_KEY',
      '--env=MODE=a=b',
      '--env',
      'EMPTY',
      '--env',
      'NONE=',
      '--',
      'x',
    ]);
    expect(env).toEqual([
      { name: 'API_KEY', value: 'value-of-the-key', secret: true },
      { name: 'MODE', value: 'a=b', secret: false },
      { name: 'EMPTY', value: '', secret: true },
      { name: 'NONE', value: '', secret: false },
    ]);
  });

  test('the last of a name wins', async () => {
    expect((await run(['--env', 'A=1', '--env', 'A=2', '--', 'x'])).env).toEqual([
      { name: 'A', value: '2', secret: false },
    ]);
  });
});

describe('the configuration file', () => {
  const config = 'version: 1\nlimits: {pids: 99}';

  test('is found in the workspace, wherever cagent was started', async () => {
    expect((await run(['-w', 'ws', '--', 'x'], { config, cwd: root })).limits.pids).toBe(99);
  });

  test('that is named is relative to the current directory and takes the place of the default', async () => {
    writeFileSync(join(root, 'other.yml'), 'version: 1\nlimits: {pids: 7}');
    expect((await run(['-w', 'ws', '-c', 'other.yml', '--', 'x'], { config, cwd: root })).limits.pids).toBe(
      7,
    );
  });

  test.each([
    ['that is named must be there', ['-c', 'gone.yml'], 'gone.yml cannot be read: no such file'],
    ['that is named must be a file', ['-c', 'docker'], 'docker cannot be read: it is a directory'],
  ])('%s', async (_name, argv, expected) => {
    const { code, message } = await failure(run([...argv, '--', 'x']));
    expect(code).toBe('config.unreadable');
    expect(message).toContain(expected);
  });

  test('that is there but broken never falls back to defaults', async () => {
    expect((await failure(run(['--', 'x'], { config: 'version: 1\nx: [' }))).code).toBe('config.syntax');
    expect((await failure(run(['--', 'x'], { config: '' }))).code).toBe('config.invalid');
  });

  test.each<[string, (path: string) => void]>([
    ['a directory', (path) => mkdirSync(path)],
    ['a link that leads nowhere', (path) => symlinkSync('gone', path)],
    ['bytes that are not text', (path) => writeFileSync(path, Buffer.from([0x76, 0xff, 0xfe]))],
    ['larger than any configuration', (path) => writeFileSync(path, `version: 1\n#${'x'.repeat(2 ** 18)}`)],
  ])('under the default name is not passed over when it is %s', async (_name, create) => {
    create(join(workspace, 'cagent.yml'));
    expect((await failure(run(['--', 'x']))).code).toBe('config.unreadable');
  });

  test('with the other ending is not passed over', async () => {
    writeFileSync(join(workspace, 'cagent.yaml'), config);
    const { code, message } = await failure(run(['--', 'x']));
    expect([code, message]).toEqual([
      'config.unreadable',
      'the workspace has cagent.yaml, but cagent reads cagent.yml.',
    ]);
  });
});

describe('the workspace', () => {
  test.each([
    ['missing', 'gone', 'gone cannot be used: no such file or directory'],
    ['a file', 'ws/task.md', 'ws/task.md is not a directory'],
    ['the whole file system', '/', 'the workspace / is the root of the file system'],
  ])('must not be %s', async (_name, path, expected) => {
    const { code, message } = await failure(run(['-w', path, '--', 'x'], { cwd: root }));
    expect(code).toBe('config.workspace');
    expect(message).toContain(expected);
  });

  test('is the real path behind a link', async () => {
    symlinkSync('ws', join(root, 'link'));
    expect((await run(['-w', 'link', '--', 'x'], { cwd: root })).workspace).toBe(workspace);
  });
});
