import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dockerLines,
  leftOf,
  makeWorkspace,
  OFFLINE,
  type RunResult,
  resultOf,
  runIdIn,
  until,
  type Workspace,
} from '../../fixtures/cli.js';

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
});
afterAll(() => workspace.remove());

describe('exit codes are the agent’s own', () => {
  it.each([1, 124, 125, 127, 130, 137, 143, 255])('%i', async (code) => {
    const result = await workspace.bash(`exit ${code}`);
    expect(result.exitCode, result.stderr).toBe(code);
    expect(result.report).toMatchObject({ conclusion: 'failure', exitCode: code, limits: { hit: [] } });
    expect(result.report.error).toBeUndefined();
  });
  it('an agent that a signal of its own ended has 128 and the signal', async () => {
    const result = await workspace.bash('kill -9 $$');
    expect(result.exitCode).toBe(137);
    expect(result.report.conclusion).toBe('failure');
  });
});

describe('limits', () => {
  it('pids: the limit is named also when the agent ends over it at once', async () => {
    for (let time = 0; time < 4; time++) {
      const result = await workspace.run(
        [...OFFLINE, '--pids', '20'],
        ['sh', '-c', 'for i in $(seq 50); do sleep 5 & done'],
      );
      expect(result.exitCode).toBe(2);
      expect(result.report.limits.hit).toEqual(['pids']);
    }
  });

  it('pids: a fork bomb is contained, and the limit is named', async () => {
    const bomb = [
      'import os, time',
      'try:',
      '  while True:',
      '    if os.fork() == 0: time.sleep(2); os._exit(0)',
      'except OSError: time.sleep(1); os._exit(5)',
    ];
    const result = await workspace.run([...OFFLINE, '--pids', '32'], ['python3', '-c', bomb.join('\n')]);
    expect(result.exitCode).toBe(5);
    expect(result.report.limits.hit).toEqual(['pids']);
    expect(result.report.resources.peakPids).toBeLessThanOrEqual(32);
  });
  it('memory: a child that is killed while the agent copes leaves the agent its own code', async () => {
    const result = await workspace.bash('python3 -c "x = bytearray(300_000_000)"; echo "child $?"; exit 7', [
      '--memory',
      '64m',
    ]);
    expect(result.stdout.toString()).toContain('child 137');
    expect(result.exitCode).toBe(7);
    expect(result.report.conclusion).toBe('failure');
    expect(result.report.limits.hit).toContain('memory');
  });
  it('disk: many small files count like one big one', async () => {
    const result = await workspace.bash(
      'i=0; while :; do i=$((i+1)); head -c 100000 /dev/zero > f$i; sleep 0.002; done',
      ['--disk', '5m'],
    );
    expect(result.exitCode).toBe(137);
    expect(result.report).toMatchObject({ conclusion: 'limit', limits: { hit: ['disk'] } });
  });
  it('disk: the scratch counts in read-only mode', async () => {
    const result = await workspace.bash(
      'cd .agent-scratch; i=0; while :; do i=$((i+1)); head -c 100000 /dev/zero > f$i; sleep 0.002; done',
      ['--disk', '5m', '--mode', 'read-only'],
    );
    expect(result.exitCode).toBe(137);
    expect(result.report).toMatchObject({ conclusion: 'limit', limits: { hit: ['disk'] } });
  });
  it('disk: one file cannot be larger than the whole, and an agent that copes keeps its own code', async () => {
    const result = await workspace.bash(
      'echo first > note; head -c 50000000 /dev/zero > big; echo "code $?"; sleep 1; echo coped >> note; exit 9',
      ['--disk', '10m'],
    );
    expect(result.exitCode, result.stderr).toBe(9);
    expect(result.report).toMatchObject({ conclusion: 'failure', limits: { hit: ['disk'] } });
    expect(result.read('changes.patch')).toContain('+coped');
  });
  it.each([
    ['a program', ['dd', 'if=/dev/zero', 'of=big', 'bs=1M', 'count=50']],
    ['the last program of a script', ['sh', '-c', 'echo x > note; head -c 50000000 /dev/zero > big']],
    ['a burst', ['sh', '-c', 'for i in 1 2 3; do head -c 9000000 /dev/zero > big.$i; done']],
  ])('disk: %s that does not survive it ends with the limit named', async (_, command) => {
    const result = await workspace.run([...OFFLINE, '--disk', '10m'], command);
    expect(result.exitCode, result.stderr).toBe(137);
    expect(result.report).toMatchObject({
      conclusion: 'limit',
      exitCode: 137,
      limits: { hit: ['disk'] },
    });
  });
  it('disk: the code of an end that only looks like it is the agent’s own', async () => {
    const result = await workspace.bash('echo x > note; exit 153', ['--disk', '10m']);
    expect(result.exitCode, result.stderr).toBe(153);
    expect(result.report).toMatchObject({ conclusion: 'failure', limits: { hit: [] } });
  });
  it('time: an agent that goes by itself when asked still is a time-out', async () => {
    // Long enough for the slowest start: the agent has to have set its trap.
    const result = await workspace.bash("trap 'echo bye; exit 0' TERM; while :; do sleep 0.1; done", [
      '--timeout',
      '8s',
    ]);
    expect(result.exitCode).toBe(124);
    expect(result.stdout.toString()).toBe('bye\n');
    expect(result.report).toMatchObject({ conclusion: 'timeout', limits: { hit: ['timeout'] } });
  });
  it('cpus, memory and pids are what was asked for, and the report says what was in force', async () => {
    const result = await workspace.bash(
      'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null',
      ['--cpus', '0.5', '--memory', '256m', '--pids', '77', '--disk', '9m', '--timeout', '2m'],
    );
    expect(result.stdout.toString()).toContain('77\n');
    expect(result.stdout.toString()).toContain(`${256 * 2 ** 20}\n`);
    expect(result.report.limits.set).toEqual({
      cpus: 0.5,
      memoryBytes: 256 * 2 ** 20,
      pids: 77,
      diskBytes: 9 * 2 ** 20,
      timeoutMs: 120_000,
    });
  });
  it('the file wins over the default, and the flag over the file', async () => {
    const other = makeWorkspace({ 'cagent.yml': 'version: 1\nlimits: { pids: 99, memory: 128m }\n' });
    try {
      const result = await other.bash('true', ['--memory', '256m']);
      expect(result.report.limits.set).toMatchObject({ cpus: 2, memoryBytes: 256 * 2 ** 20, pids: 99 });
    } finally {
      other.remove();
    }
  });
});

describe('cancelling', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s before the agent has started: %i and a whole run directory', async (signal, code) => {
    const running = workspace.start([], ['sleep', '60']);
    await until(() => running.stderr().includes('cagent: run '));
    running.kill(signal);
    const ended = resultOf(await running.ended, workspace.out);
    expect(ended.exitCode, ended.stderr).toBe(code);
    expect(ended.report).toMatchObject({ conclusion: 'cancelled', exitCode: code });
    for (const file of [
      'changes.patch',
      'changes.json',
      'plan.json',
      'summary.md',
      'report.html',
      'agent.log',
      'metrics.prom',
      'egress.jsonl',
    ])
      ended.read(file);
    expect(leftOf(runIdIn(ended.stderr))).toEqual([]);
  });
  it('an impatient second signal changes nothing', async () => {
    const running = workspace.start(
      [...OFFLINE],
      ['sh', '-c', 'trap "" TERM INT; echo started; while :; do sleep 0.2; done'],
    );
    await until(() => running.stdout().includes('started'));
    running.kill('SIGINT');
    // Of two signals that wait together, a process may get the later one first.
    await until(() => running.stderr().includes('Cancelled by SIGINT'));
    running.kill('SIGTERM');
    running.kill('SIGINT');
    const ended = resultOf(await running.ended, workspace.out);
    expect(ended.exitCode).toBe(130);
    expect(ended.report.conclusion).toBe('cancelled');
    expect(leftOf(runIdIn(ended.stderr))).toEqual([]);
  });
  it('the agent is asked before it is killed, and may still write', async () => {
    const running = workspace.start(
      [...OFFLINE],
      [
        'bash',
        '-c',
        'trap "echo last > last.txt; exit 0" INT TERM; echo started; while :; do sleep 0.05; done',
      ],
    );
    await until(() => running.stdout().includes('started'));
    running.kill('SIGINT');
    const ended = resultOf(await running.ended, workspace.out);
    expect(ended.exitCode).toBe(130);
    expect(ended.changes.files.map((file) => file.path)).toEqual(['last.txt']);
  });
});

describe('what an agent can do to the run', () => {
  let result: RunResult;
  beforeAll(async () => {
    result = await workspace.bash(`
(setsid sleep 300 &) ; (trap '' TERM HUP; sleep 300) &
echo x > /usr/x 2>/dev/null && echo "WROTE /usr"
echo x > /tmp/x && echo "tmp ok"; echo x > ~/x && echo "home ok"
mknod dev c 1 3 2>/dev/null && echo "MADE device"
mount --bind / /tmp 2>/dev/null && echo MOUNTED
unshare -r true 2>/dev/null && echo "user namespaces"
ls /var/run/docker.sock 2>/dev/null && echo SOCKET
cat /proc/1/environ | tr '\\0' '\\n' | grep -i cagent
cat /proc/self/mountinfo | awk '{print $5}' | sort | uniq | tr '\\n' ' '
`);
  });
  it('it ends although something of it goes on in the background', () =>
    expect(result.exitCode, result.stderr).toBe(0));
  it('it writes to the workspace, its home and /tmp only', () => {
    expect(result.stdout.toString()).toContain('tmp ok');
    expect(result.stdout.toString()).toContain('home ok');
    expect(result.stdout.toString()).not.toMatch(/WROTE|MADE|MOUNTED|SOCKET/);
  });
  it('nothing is left', () => expect(leftOf(runIdIn(result.stderr))).toEqual([]));
});

describe('a report for a run that failed late', () => {
  it('phases tell where', async () => {
    const result = await workspace.run([...OFFLINE, '--image', 'localhost:9/no:image'], ['true']);
    expect(result.report.conclusion).toBe('error');
    expect(Object.keys(result.report.phases)).toContain('images');
  });
  it('any image works by its reference', async () => {
    const result = await workspace.run(
      [...OFFLINE, '--image', 'node:24-bookworm-slim'],
      ['/bin/echo', 'hello'],
    );
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toBe('hello\n');
    expect(result.report.image.ref).toBe('node:24-bookworm-slim');
  });
  it('an image that is built from a directory works', async () => {
    const other = makeWorkspace({
      'cagent.yml': 'version: 1\nimage: { build: docker/agent }\n',
      'docker/agent/Dockerfile':
        'FROM node:24-bookworm-slim\nRUN echo built > /built\nENTRYPOINT ["/bin/false"]\n',
    });
    try {
      const result = await other.run([...OFFLINE], ['cat', '/built']);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout.toString()).toBe('built\n');
    } finally {
      other.remove();
    }
  });
  it('a Dockerfile that fails is an error that names it, and leaves no container', async () => {
    const word = `no-way-${process.pid}`;
    const other = makeWorkspace({
      'cagent.yml': 'version: 1\nimage: { build: docker/agent }\n',
      'docker/agent/Dockerfile': `FROM node:24-bookworm-slim\nRUN echo ${word}; exit 3\n`,
    });
    try {
      const result = await other.run([...OFFLINE], ['true']);
      expect(result.exitCode).toBe(125);
      expect(result.report).toMatchObject({ conclusion: 'error', error: { code: 'image.build' } });
      expect(result.stderr).toMatch(/^cagent: image\.build: .*docker\/agent/m);
      const commands = dockerLines('ps', '--all', '--no-trunc', '--format', '{{.Command}}');
      expect(commands.filter((command) => command.includes(word))).toEqual([]);
    } finally {
      other.remove();
    }
  });
});
