import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';
import {
  cagent,
  dockerLines,
  type Finished,
  leftOf,
  makeWorkspace,
  manifest,
  OFFLINE,
  REPOSITORY,
  resultOf,
  runIdIn,
  until,
  type Workspace,
} from '../../fixtures/cli.js';
import { schemaProblems } from './schemas.js';

let workspace: Workspace;
let before: readonly string[];

beforeAll(() => {
  workspace = makeWorkspace({
    'a.txt': 'a\n',
    '.env': 'KEY=1\n',
    'certs/server.pem': 'x\n',
    '.agentignore': 'drafts/\n',
    'drafts/x.md': 'x\n',
  });
  before = manifest(workspace.directory);
});
afterAll(() => workspace.remove());

describe('cagent plan', () => {
  let text: Finished;
  let json: Finished;
  let plan: SandboxPlan;
  let after: readonly string[];
  const options = [
    '--allow',
    'api.example.org',
    '--memory',
    '1g',
    '--env',
    'KEY_OF_MINE',
    '--env',
    'OPEN=yes',
  ];
  const environment = (): Record<string, string> => ({
    KEY_OF_MINE: 'value-of-the-key',
    TMPDIR: join(workspace.root),
    XDG_STATE_HOME: join(workspace.root, 'state'),
  });

  beforeAll(async () => {
    const args = ['plan', '--workspace', workspace.directory, '--out', workspace.out, ...options];
    const command = ['--', 'make', 'all', 'TOKEN=value-of-the-key'];
    text = await cagent([...args, ...command], { env: environment() });
    json = await cagent([...args, '--json', ...command], { env: environment() });
    after = readdirSync(workspace.root);
    plan = JSON.parse(json.stdout.toString()) as SandboxPlan;
  });

  it('succeeds and says nothing on standard error', () => {
    expect([text.exitCode, json.exitCode], text.stderr + json.stderr).toEqual([0, 0]);
    expect(text.stderr + json.stderr).toBe('');
  });
  it('touches nothing', () => {
    expect(after).toEqual(['work']);
    expect(manifest(workspace.directory)).toEqual(before);
    expect(leftOf(plan.runId)).toEqual([]);
  });
  it('the JSON holds to its published schema', () => expect(schemaProblems('plan', plan)).toEqual([]));
  it.each([
    ['.env', /built-in/],
    ['certs/server.pem', /built-in/],
    ['drafts', /\.agentignore:1 drafts\//],
  ])('prints the hidden path %s with its reason', (path, reason) => {
    const line = text.stdout
      .toString()
      .split('\n')
      .find((each) => each.includes(path) && reason.test(each));
    expect(line).toBeDefined();
    expect(plan.workspace.hidden).toContainEqual(
      expect.objectContaining({ path, reason: expect.stringMatching(reason) }),
    );
  });
  it('prints every mount, rule and limit', () => {
    const shown = text.stdout.toString();
    expect(shown).toContain('/workspace');
    expect(shown).toContain('api.example.org');
    expect(shown).toContain('80');
    expect(shown).toContain('443');
    expect(shown).toContain(workspace.directory);
    expect(shown).toMatch(/1 ?GiB|1g|1073741824/i);
    expect(shown).toContain('make all');
  });
  it('prints the docker commands', () => {
    const shown = text.stdout.toString();
    expect(plan.commands.length).toBeGreaterThanOrEqual(4);
    for (const command of plan.commands) {
      expect(command[0]).toBe('docker');
      expect(shown).toContain(`docker ${command[1]}`);
    }
    expect(shown).toContain('--cap-drop');
    expect(shown).toContain('--read-only');
    expect(shown).toContain('--network none');
    expect(shown).toContain('no-new-privileges');
  });
  it('names secret variables and never shows their values', () => {
    expect(text.stdout.toString()).toContain('KEY_OF_MINE');
    expect(text.stdout.toString() + json.stdout.toString()).not.toContain('value-of-the-key');
  });
  it('every container is labelled, named cagent-, and drops every capability but what it needs', () => {
    for (const container of Object.values(plan.containers)) {
      expect(container.name).toMatch(/^cagent-/);
    }
    const makers = plan.commands.filter(
      (command) =>
        ['create', 'run'].includes(command[1] ?? '') || command.slice(1, 3).join(' ') === 'volume create',
    );
    expect(makers.length).toBeGreaterThanOrEqual(4);
    for (const command of makers) expect(command.join(' ')).toContain(`cagent.run=${plan.runId}`);
  });
  it('works without an engine', async () => {
    const offline = await cagent(['plan', '--workspace', workspace.directory, '--', 'true'], {
      env: { DOCKER_HOST: 'unix:///nonexistent.sock' },
    });
    expect(offline.exitCode, offline.stderr).toBe(0);
  });
  it('is what run does', async () => {
    const run = await workspace.run([...OFFLINE], ['true']);
    const planned = await cagent([
      'plan',
      '--workspace',
      workspace.directory,
      '--out',
      workspace.out,
      '--json',
      ...OFFLINE,
      '--',
      'true',
    ]);
    const other = JSON.parse(planned.stdout.toString()) as SandboxPlan;
    const normal = (value: SandboxPlan): string =>
      JSON.stringify(value)
        .replaceAll(value.runId, 'RUN')
        .replace(/"cagent\.owner=[^"]*"|cagent\.owner=[^ "]*/g, 'OWNER')
        .replace(/"processOwner":"[^"]*"/g, '')
        .replace(/"cagent\.owner":"[^"]*"/g, '');
    expect(normal(run.plan)).toBe(normal(other));
  });
});

describe('the containers of a run', () => {
  it('are what the contract says while they live', async () => {
    const running = workspace.start([], ['sh', '-c', 'echo started; sleep 60']);
    await until(() => running.stdout().includes('started'));
    const runId = runIdIn(running.stderr());
    const names = dockerLines('ps', '--filter', `label=cagent.run=${runId}`, '--format', '{{.Names}}');
    const inspected = names.map((name) =>
      JSON.parse(dockerLines('inspect', '--format', '{{json .}}', name).join('')),
    );
    const agent = inspected.find(
      (each) => each.Config.WorkingDir === '/workspace' && each.Config.Cmd?.join(' ').includes('sleep 60'),
    );
    running.kill('SIGTERM');
    const ended = await running.ended;
    expect(ended.exitCode).toBe(143);
    expect(names).toHaveLength(3);
    for (const name of names) expect(name).toMatch(/^cagent-/);
    for (const each of inspected) {
      expect(each.HostConfig.Privileged).toBe(false);
      expect(each.HostConfig.ReadonlyRootfs).toBe(true);
      expect(each.HostConfig.CapDrop).toEqual(['ALL']);
      expect(each.HostConfig.SecurityOpt).toContain('no-new-privileges');
      expect(JSON.stringify(each.Mounts)).not.toContain('docker.sock');
    }
    expect(agent.HostConfig.CapAdd ?? []).toEqual([]);
    expect(agent.HostConfig.NetworkMode).toMatch(/^container:/);
    expect(agent.HostConfig.PidsLimit).toBe(512);
    expect(agent.HostConfig.Memory).toBe(4 * 2 ** 30);
    expect(leftOf(runId)).toEqual([]);
  });
});

describe('cagent doctor', () => {
  it('says that this machine is fit', async () => {
    const doctor = await cagent(['doctor', '--json']);
    const { healthy, checks } = JSON.parse(doctor.stdout.toString());
    expect(healthy, doctor.stdout.toString()).toBe(true);
    expect(doctor.exitCode).toBe(0);
    expect(checks.length).toBeGreaterThan(3);
    expect(JSON.stringify(checks)).toMatch(/[Dd]ocker/);
    expect(JSON.stringify(checks)).toMatch(/[Kk]ernel/);
    expect(JSON.stringify(checks)).toMatch(/runtime/);
  });
  it('prints a line for each check', async () => {
    const doctor = await cagent(['doctor']);
    expect(doctor.exitCode).toBe(0);
    expect(doctor.stdout.toString().split('\n').length).toBeGreaterThan(3);
  });
  it('says what to do when the engine does not answer', async () => {
    const doctor = await cagent(['doctor', '--json'], { env: { DOCKER_HOST: 'unix:///nonexistent.sock' } });
    expect(doctor.exitCode).toBe(1);
    const { healthy, checks } = JSON.parse(doctor.stdout.toString());
    expect(healthy).toBe(false);
    expect(checks.find((check: { status: string }) => check.status === 'failed').hint).toBeTruthy();
  });
  it('says what to do when there is no docker command', async () => {
    const doctor = await cagent(['doctor'], { env: { PATH: '/nonexistent' } });
    expect(doctor.exitCode).toBe(1);
    expect(doctor.stdout.toString()).toMatch(/[Ii]nstall/);
  });
});

describe('cagent clean', () => {
  it('removes what a killed run left, and nothing of a living one', async () => {
    const killed = workspace.start([], ['sh', '-c', 'echo started; sleep 600']);
    const alive = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const living = alive.start([...OFFLINE], ['sh', '-c', 'echo started; sleep 600']);
      await until(() => killed.stdout().includes('started') && living.stdout().includes('started'));
      const deadId = runIdIn(killed.stderr());
      const livingId = runIdIn(living.stderr());
      killed.kill('SIGKILL');
      await killed.ended;
      const clean = await cagent(['clean']);
      expect(clean.exitCode, clean.stderr).toBe(0);
      expect(leftOf(deadId)).toEqual([]);
      expect(leftOf(livingId).length).toBeGreaterThan(1);
      living.kill('SIGTERM');
      expect((await living.ended).exitCode).toBe(143);
      expect(leftOf(livingId)).toEqual([]);
    } finally {
      alive.remove();
    }
  });
  it('a second time is fine', async () => expect((await cagent(['clean'])).exitCode).toBe(0));
});

describe('cagent build', () => {
  it('prints the two images with their digests', async () => {
    const build = await cagent(['build']);
    expect(build.exitCode, build.stderr).toBe(0);
    const lines = build.stdout.toString().trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^\S+ sha256:[0-9a-f]{64}$/);
  });
});

describe('help and version', () => {
  it.each([[['--help']], [['help']], [['run', '--help']], [[]]])('%j', async (args) => {
    const help = await cagent(args);
    expect(help.exitCode).toBe(0);
    expect(help.stderr).toBe('');
    expect(help.stdout.toString()).toContain('cagent');
  });
  it('run --help names every option of the contract', async () => {
    const help = (await cagent(['run', '--help'])).stdout.toString();
    for (const name of [
      '-w, --workspace',
      '-c, --config',
      '-o, --out',
      '--agent ',
      '--prompt ',
      '--prompt-file',
      '--model',
      '--agent-args',
      '--image',
      '--mode',
      '--ignore',
      '--git',
      '--network',
      '--allow',
      '--resolver',
      '--uplink',
      '--ca-file',
      '--env',
      '--cpus',
      '--memory',
      '--pids',
      '--disk',
      '--timeout',
      '--runtime',
      '--keep',
      '--json',
    ]) {
      expect(help).toContain(name);
    }
  });
  it('--version prints that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect((await cagent(['--version'])).stdout.toString()).toBe(`${version}\n`);
  });
});

describe('--keep', () => {
  it('keeps the containers and the view, and clean removes them', async () => {
    const result = await workspace.run([...OFFLINE, '--keep'], ['sh', '-c', 'echo x > new.txt']);
    const runId = result.report.runId;
    expect(result.exitCode, result.stderr).toBe(0);
    expect(leftOf(runId).length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(tmpdir())).toContain(`cagent-${runId}`);
    expect((await cagent(['clean'])).exitCode).toBe(0);
    expect(leftOf(runId)).toEqual([]);
  });
});

describe('the run directory', () => {
  it('defaults to a place of the user, named after the run', async () => {
    const state = join(workspace.root, 'state-of-user');
    const ended = await cagent(['run', ...OFFLINE, '--workspace', workspace.directory, '--', 'true'], {
      env: { XDG_STATE_HOME: state },
    });
    expect(ended.exitCode, ended.stderr).toBe(0);
    const runId = runIdIn(ended.stderr);
    expect(resultOf(ended, join(state, 'cagent/runs', runId)).report.conclusion).toBe('success');
    expect(ended.stderr).toContain(join(state, 'cagent/runs', runId));
  });
  it('may be used again, and nothing of the earlier run stays', async () => {
    await workspace.bash('echo one > one.txt; echo one > .agent-scratch/one.txt; exit 1');
    const second = await workspace.bash('echo two > two.txt');
    expect(second.report.conclusion).toBe('success');
    expect(second.read('changes.patch')).not.toContain('one');
    expect(readdirSync(join(workspace.out, 'scratch'))).toEqual([]);
  });
  it('may be inside the workspace; the agent does not see it', async () => {
    const other = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const out = join(other.directory, 'results/run');
      const command = [
        'bash',
        '-c',
        'find . -path ./.git -prune -o -type f -print; ls results/run 2>&1; echo x > new.txt',
      ];
      for (const round of [1, 2]) {
        const ended = await other.start([...OFFLINE, '--out', out], command).ended;
        expect(ended.exitCode, `${round}: ${ended.stderr}`).toBe(0);
        expect(ended.stdout.toString()).not.toMatch(/report\.json|agent\.log|plan\.json/);
        expect(resultOf(ended, out).changes.files.map((file) => file.path)).toEqual(['new.txt']);
      }
    } finally {
      other.remove();
    }
  });
  it('files in it that are not of a run stay', async () => {
    const other = makeWorkspace({ 'a.txt': 'a\n', '../run/mine.txt': 'mine\n' });
    try {
      const result = await other.bash('true');
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.read('mine.txt')).toBe('mine\n');
    } finally {
      other.remove();
    }
  });
});

describe('two runs at the same time', () => {
  it('do not get in each other’s way', async () => {
    const second = join(workspace.root, 'second');
    const [one, two] = await Promise.all([
      workspace.run([], ['sh', '-c', 'echo 1 > mine.txt; sleep 1; ls']),
      workspace
        .start(['--out', second], ['sh', '-c', 'echo 2 > yours.txt; sleep 1; ls'])
        .ended.then((ended) => resultOf(ended, second)),
    ]);
    expect([one.exitCode, two.exitCode], one.stderr + two.stderr).toEqual([0, 0]);
    expect(one.changes.files.map((file) => file.path)).toEqual(['mine.txt']);
    expect(two.changes.files.map((file) => file.path)).toEqual(['yours.txt']);
    expect(one.report.runId).not.toBe(two.report.runId);
    expect(manifest(workspace.directory)).toEqual(before);
  });
  it('a run directory in use is refused', async () => {
    const running = workspace.start([...OFFLINE], ['sh', '-c', 'echo started; sleep 60']);
    await until(() => running.stdout().includes('started'));
    const other = await workspace.bash('true');
    running.kill('SIGINT');
    expect((await running.ended).exitCode).toBe(130);
    expect(other.exitCode).toBe(125);
    expect(other.stderr).toMatch(/^cagent: config\.out: .*in use[^\n]*\n$/);
  });
});
