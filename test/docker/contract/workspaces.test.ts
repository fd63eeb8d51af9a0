import { execFileSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  leftOf,
  makeWorkspace,
  manifest,
  OFFLINE,
  type RunResult,
  resultOf,
  runIdIn,
  startCagent,
  until,
  type Workspace,
} from '../../fixtures/cli.js';

describe('workspaces with difficult names', () => {
  it.each([
    ['a space', 'my work'],
    ['a colon', 'a:b'],
    ['a comma', 'a,b'],
    ['a backslash', 'a\\b'],
    ['quotes', `a"b'c`],
    ['letters of the world', 'Größe-日本'],
    ['a newline', 'a\nb'],
    ['an equals sign and a percent sign', 'a=b%c'],
    ['shell characters', '$(touch pwned);&|*?'],
    ['a dash first', '-w'],
    ['an option of the mount', 'x,upperdir=y'],
  ])('%s', async (_, name) => {
    const workspace = makeWorkspace({ 'a.txt': 'a\n', '.env': 'KEY=1\n' }, { name });
    try {
      const before = manifest(workspace.directory);
      for (const mode of ['overlay', 'read-only']) {
        const result = await workspace.bash(
          'ls -A; pwd; git log --format=%s | wc -l; echo x > .agent-scratch/x; echo b > a.txt; true',
          ['--mode', mode],
        );
        expect(result.exitCode, result.stderr).toBe(0);
        expect(result.stdout.toString()).toBe('.agent-scratch\n.git\na.txt\n/workspace\n1\n');
        expect(result.changes.files.map((file) => file.path)).toEqual(mode === 'overlay' ? ['a.txt'] : []);
        expect(result.read('scratch/x')).toBe('x\n');
        expect(leftOf(runIdIn(result.stderr))).toEqual([]);
      }
      expect(manifest(workspace.directory)).toEqual(before);
    } finally {
      workspace.remove();
    }
  });

  it('a link to the workspace', async () => {
    const workspace = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const link = join(workspace.root, 'link');
      symlinkSync(workspace.directory, link);
      const result = await workspace.bash('ls', ['--workspace', link]);
      expect(result.stdout.toString()).toBe('a.txt\n');
    } finally {
      workspace.remove();
    }
  });

  it('the current directory when none is named', async () => {
    const workspace = makeWorkspace({ 'here.txt': 'a\n' });
    try {
      const ended = await cagent(['run', ...OFFLINE, '--out', '../run', '--', 'ls'], {
        cwd: workspace.directory,
      });
      expect(ended.stdout.toString()).toBe('here.txt\n');
      expect(resultOf(ended, workspace.out).report.conclusion).toBe('success');
    } finally {
      workspace.remove();
    }
  });
});

/** Ids that nobody on the machine has. */
const UID = 64_321;
const GID = 64_322;
const OTHER_UID = 64_333;
const DOCKER_GROUP = lstatSync('/var/run/docker.sock').gid;
const USER = { uid: UID, gid: GID, groups: [GID, DOCKER_GROUP] };

function chownTree(directory: string, uid: number, gid: number): void {
  execFileSync('chown', ['-Rh', `${uid}:${gid}`, directory]);
}

const WHO =
  'id -u; id -g; id -G; grep -E "^Cap(Eff|Prm|Bnd)" /proc/self/status; stat -c "%u %n" a.txt .git .agent-scratch; echo b > a.txt; mkdir d; echo x > d/new; chmod 000 d; rm gone.txt; git commit -qam mine';

describe('an ordinary user in the docker group', () => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  const place = (): Record<string, string> => ({
    HOME: join(workspace.root, 'home'),
    TMPDIR: join(workspace.root, 'tmp'),
    XDG_STATE_HOME: '',
  });
  const asUser = async (args: readonly string[], command: readonly string[]): Promise<RunResult> =>
    resultOf(
      await cagent(
        ['run', '--workspace', workspace.directory, '--out', workspace.out, ...args, '--', ...command],
        {
          user: USER,
          cwd: workspace.directory,
          env: place(),
        },
      ),
      workspace.out,
    );

  beforeAll(async () => {
    workspace = makeWorkspace({
      'a.txt': 'a\n',
      'gone.txt': 'g\n',
      '.env': 'K=1\n',
      'dir/.env': 'K=1\n',
      'dir/b.txt': 'b\n',
    });
    for (const name of ['home', 'tmp']) mkdirSync(join(workspace.root, name));
    chownTree(workspace.root, UID, GID);
    before = manifest(workspace.directory);
    result = await asUser([], ['bash', '-c', WHO]);
  });
  afterAll(() => workspace.remove());

  it('runs', () => expect(result.exitCode, result.stderr).toBe(0));
  it('the agent has the uid and gid of the workspace and no capability', () => {
    const [uid, gid, groups, ...rest] = result.stdout.toString().split('\n');
    expect([uid, gid, groups]).toEqual([String(UID), String(GID), String(GID)]);
    expect(rest.filter((line) => line.startsWith('Cap')).every((line) => /0{16}$/.test(line))).toBe(true);
  });
  it('the agent owns what it sees', () => {
    for (const name of ['a.txt', '.git', '.agent-scratch'])
      expect(result.stdout.toString()).toContain(`${UID} ${name}`);
  });
  it('the changes are captured, also from directories that the agent has locked', () => {
    expect(result.changes.files.map((file) => [file.path, file.status])).toEqual([
      ['a.txt', 'modified'],
      ['d/new', 'added'],
      ['gone.txt', 'deleted'],
    ]);
  });
  it('the run directory is the user’s', () => {
    for (const name of ['', ...readdirSync(workspace.out)])
      expect(lstatSync(join(workspace.out, name)).uid).toBe(UID);
  });
  it('nothing is left, nor anything that needs root', () => {
    expect(leftOf(runIdIn(result.stderr))).toEqual([]);
    expect(readdirSync(join(workspace.root, 'tmp'))).toEqual([]);
  });
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
  it('the report names the user', () =>
    expect(result.report.workspace.owner).toEqual({ uid: UID, gid: GID }));
  it.each(['read-only', 'overlay'])('%s mode works without a network', async (mode) => {
    const other = await asUser(
      [...OFFLINE, '--mode', mode],
      [
        'bash',
        '-c',
        'ls -A dir; echo x > .agent-scratch/n; mkdir .agent-scratch/d; chmod 000 .agent-scratch/d',
      ],
    );
    expect(other.exitCode, other.stderr).toBe(0);
    expect(other.stdout.toString()).toBe('b.txt\n');
    expect(other.read('scratch/n')).toBe('x\n');
    expect(readdirSync(join(workspace.root, 'tmp'))).toEqual([]);
  });
  it('a cagent that was killed is cleaned up by the same user', async () => {
    const options = { user: USER, cwd: workspace.directory, env: place() };
    const running = startCagent(
      [
        'run',
        '--workspace',
        workspace.directory,
        '--out',
        workspace.out,
        '--',
        'sh',
        '-c',
        'echo started; mkdir x; echo > x/y; sleep 600',
      ],
      options,
    );
    await until(() => running.stdout().includes('started'));
    running.kill('SIGKILL');
    await running.ended;
    const clean = await cagent(['clean'], options);
    expect(clean.exitCode, clean.stderr).toBe(0);
    expect(leftOf(runIdIn(running.stderr()))).toEqual([]);
    expect(readdirSync(join(workspace.root, 'tmp'))).toEqual([]);
  });
  it('a workspace that the user cannot read is refused with one line', async () => {
    const closed = join(workspace.root, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const ended = await cagent(
      ['run', '--workspace', closed, '--out', join(workspace.root, 'run2'), '--', 'true'],
      { user: USER, env: place() },
    );
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/^cagent: config\.workspace: .*closed[^\n]*\n$/);
  });
  it('a run directory that the user cannot write is refused with one line', async () => {
    const ended = await cagent(
      ['run', '--workspace', workspace.directory, '--out', '/root/run', '--', 'true'],
      { user: USER, env: place() },
    );
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/^cagent: config\.out: .*\/root\/run[^\n]*\n$/);
  });
  it('a user without the docker group is told so', async () => {
    const ended = await cagent(
      ['run', '--workspace', workspace.directory, '--out', workspace.out, '--', 'true'],
      { user: { ...USER, groups: [GID] }, env: place() },
    );
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/docker\.permission: .*/);
  });
  it('files of other owners that the user cannot read are not shown and do not stop the run', async () => {
    writeFileSync(join(workspace.directory, 'of-root.txt'), 'ROOT-ONLY\n', { mode: 0o600 });
    mkdirSync(join(workspace.directory, 'dir-of-root'), { mode: 0o700 });
    writeFileSync(join(workspace.directory, 'dir-of-root/x.txt'), 'ROOT-ONLY\n');
    const other = await asUser(
      [...OFFLINE],
      ['bash', '-c', 'cat of-root.txt dir-of-root/x.txt 2>&1 | grep -c ROOT-ONLY; true'],
    );
    expect(other.exitCode, other.stderr).toBe(0);
    expect(other.stdout.toString()).toBe('0\n');
  });
});

describe('root, on a workspace of somebody else', () => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  beforeAll(async () => {
    workspace = makeWorkspace({ 'a.txt': 'a\n', 'gone.txt': 'g\n', 'private/.env': 'K=1\n' });
    chownTree(workspace.directory, OTHER_UID, GID);
    execFileSync('chmod', ['700', join(workspace.directory, 'private')]);
    chownSync(workspace.root, 0, 0);
    before = manifest(workspace.directory);
    result = await workspace.run([], ['bash', '-c', `${WHO}; ls -A private`]);
  });
  afterAll(() => workspace.remove());

  it('runs', () => expect(result.exitCode, result.stderr).toBe(0));
  it('the agent is the owner of the workspace', () => {
    expect(result.stdout.toString()).toMatch(new RegExp(`^${OTHER_UID}\n${GID}\n`));
    expect(result.stdout.toString()).not.toContain('.env');
  });
  it('the changes are captured', () =>
    expect(result.changes.files.map((file) => file.path)).toEqual(['a.txt', 'd/new', 'gone.txt']));
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
  it('nothing is left', () => expect(leftOf(runIdIn(result.stderr))).toEqual([]));
  it('the report does not speak of root', () =>
    expect(JSON.stringify(result.report.notices)).not.toMatch(/root/));
});

describe('a workspace of root', () => {
  it('is run as uid 0 without any capability, and the report says so', async () => {
    const workspace = makeWorkspace({ 'a.txt': 'a\n', 'gone.txt': 'g\n' });
    try {
      writeFileSync(join(workspace.directory, 'of-another.txt'), 'x\n', { mode: 0o600 });
      chownSync(join(workspace.directory, 'of-another.txt'), OTHER_UID, GID);
      const result = await workspace.bash(
        `${WHO}; cat of-another.txt 2>/dev/null || echo "not readable"; mount -t tmpfs x /tmp 2>/dev/null && echo MOUNTED; chown 1 a.txt 2>/dev/null && echo CHOWNED`,
      );
      expect(result.stdout.toString()).toMatch(/^0\n0\n0\n/);
      expect(result.stdout.toString()).toContain('not readable');
      expect(result.stdout.toString()).not.toMatch(/MOUNTED|CHOWNED/);
      expect(result.stdout.toString().match(/^Cap\w+:\s+0{16}$/gm)).toHaveLength(3);
      expect(JSON.stringify(result.report.notices)).toMatch(/root.*uid 0/);
    } finally {
      workspace.remove();
    }
  });
});
