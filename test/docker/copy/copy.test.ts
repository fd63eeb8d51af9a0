import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Files,
  leftOf,
  makeWorkspace,
  manifest,
  type RunResult,
  resultOf,
  runIdIn,
  until,
  type Workspace,
} from '../../fixtures/cli.js';
import { withHiddenEngine } from '../../fixtures/strategies.js';

const engine = withHiddenEngine();

/** Runs a script under both strategies, on the same workspace. */
async function both(
  workspace: Workspace,
  script: string,
  options: readonly string[] = [],
): Promise<{ readonly overlay: RunResult; readonly copy: RunResult }> {
  const finished = {
    overlay: await workspace.bash(script, [...options, '--out', join(workspace.root, 'overlay')]),
    copy: await workspace.bash(script, [...options, '--out', join(workspace.root, 'copy')], {
      env: { DOCKER_HOST: engine.tcp },
    }),
  };
  return {
    overlay: resultOf(finished.overlay, join(workspace.root, 'overlay')),
    copy: resultOf(finished.copy, join(workspace.root, 'copy')),
  };
}

function leftInEngine(runId: string): readonly string[] {
  const filter = ['--quiet', '--filter', `label=cagent.run=${runId}`] as const;
  return [...engine.docker('ps', '--all', ...filter), ...engine.docker('volume', 'ls', ...filter)];
}

const LONG = `${'long-'.repeat(40)}name.txt`;
const FILES: Files = {
  '.agentignore': 'secret.txt\nprivate/\n',
  '.env': 'ORIGINAL=1\n',
  'secret.txt': 'TOPSECRET\n',
  'private/deep/a.txt': 'TOPSECRET\n',
  'text.txt': 'text\n',
  'binary.bin': Buffer.from([0, 1, 2, 255, 10]),
  'deleted.txt': 'a text of its own\n',
  'folder/a.txt': 'a\n',
  'folder/b/c.txt': 'c\n',
  'script.sh': '#!/bin/sh\n',
  'renamed-from.txt': 'a long enough text to be found as a rename\n'.repeat(10),
  'becomes-link': 'x\n',
  'file-then-dir': 'another text of its own\n',
  'dir-then-file/y': 'y\n',
  'remade/old.txt': 'old\n',
  'touched.txt': 'same\n',
  [`deep/${LONG}`]: 'long\n',
  '.gitignore': 'node_modules/\n',
};

const EDIT = String.raw`
set -e
echo changed > text.txt
printf '\000\001\002\377new' > binary.bin
rm deleted.txt; rm -r folder
chmod +x script.sh
mv renamed-from.txt renamed-to.txt
ln -sfn text.txt link
rm becomes-link; ln -s text.txt becomes-link
rm file-then-dir; mkdir file-then-dir; echo x > file-then-dir/x
rm -r dir-then-file; echo x > dir-then-file
rm -r remade; mkdir remade; echo only > remade/only.txt
mkdir -p new/deep; echo deep > new/deep/file.txt
: > empty.txt; touch -d @0 epoch.txt
echo x > "$(printf 'latin\351.txt')"; echo y >> "$(printf 'given\351.txt')"
echo x > "$(printf 'new\nline.txt')"
echo x > ' lead and trail '
echo x > 'Ünïcode.txt'
echo x >> deep/long-*
echo x > unreadable.txt; chmod 000 unreadable.txt
mkdir locked; echo x > locked/inside.txt; chmod 000 locked
ln text.txt hard-link.txt
touch touched.txt
mkdir empty-directory
mkdir -p node_modules/x; echo x > node_modules/x/index.js
ln -s /etc/passwd escape; mkfifo fifo; mknod forged c 0 0 || true
echo x > setuid; chmod 4755 setuid
echo mine > .env; mkdir private; echo mine > private/x.txt
truncate -s 1G sparse.bin
mkdir -p vendor/.git .git/hooks; echo evil > vendor/.git/config
git add text.txt; git commit -qm mine; echo evil > .git/hooks/post-checkout
echo notes > .agent-scratch/notes.md; ln -s /etc/passwd .agent-scratch/link; mkfifo .agent-scratch/fifo
`;

describe('the same script under both strategies', () => {
  let workspace: Workspace;
  let overlay: RunResult;
  let copy: RunResult;
  let before: readonly string[];

  beforeAll(async () => {
    workspace = makeWorkspace(FILES, { git: false });
    symlinkSync('deleted.txt', join(workspace.directory, 'link'));
    symlinkSync('/nonexistent/outside', join(workspace.directory, 'outside'));
    writeFileSync(Buffer.from(`${workspace.directory}/given\xe9.txt`, 'latin1'), 'given\n');
    workspace.git('init', '--quiet', '--initial-branch', 'main');
    workspace.git('add', '--all');
    workspace.git('commit', '--quiet', '--message', 'first');
    before = manifest(workspace.directory);
    ({ overlay, copy } = await both(workspace, EDIT));
  });
  afterAll(() => workspace.remove());

  it('both runs succeed', () => {
    expect(overlay.exitCode, overlay.stderr).toBe(0);
    expect(copy.exitCode, copy.stderr).toBe(0);
  });
  it('an engine behind TCP gets a copy by plan, and plan and report say why', () => {
    expect(copy.plan.view).toMatchObject({
      strategy: 'copy',
      reason: expect.stringContaining('DOCKER_HOST'),
    });
    expect(copy.report.workspace).toMatchObject({ strategy: 'copy', strategyReason: copy.plan.view.reason });
    expect(copy.report.notices.join('\n')).toContain('copied into the engine');
    expect(overlay.report.workspace.strategy).toBe('overlay');
  });
  it('the hidden set is the same', () =>
    expect(copy.plan.workspace.hidden).toEqual(overlay.plan.workspace.hidden));
  it('the patch is the same, byte by byte', () => {
    expect(copy.read('changes.patch')).toBe(overlay.read('changes.patch'));
    expect(copy.changes.newTree).toBe(overlay.changes.newTree);
  });
  it('the list of changes and of what is sensitive is the same', () => {
    expect(copy.changes.files).toEqual(overlay.changes.files);
    expect(copy.changes.sensitive).toEqual(overlay.changes.sensitive);
  });
  it('what is rejected is the same, but for the device that only a plain directory lets the agent make', () => {
    expect(copy.changes.rejected.filter(({ path }) => path !== 'forged')).toEqual(
      overlay.changes.rejected.filter(({ path }) => path !== 'forged'),
    );
    expect(copy.changes.rejected.find(({ path }) => path === 'forged')?.reason).toContain('a device');
  });
  it('the scratch is handed over, without links', () => {
    expect(readFileSync(join(workspace.root, 'copy/scratch/notes.md'), 'utf8')).toBe('notes\n');
    expect(copy.changes.rejected.map(({ path }) => path)).toContain('.agent-scratch/link');
  });
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
  it('nothing is left on either side', () => {
    expect(leftInEngine(runIdIn(copy.stderr))).toEqual([]);
    expect(leftOf(runIdIn(copy.stderr))).toEqual([]);
  });
});

describe('a socket of this machine with an engine that does not see its directories', () => {
  let workspace: Workspace;
  const onSocket = (script: string, options: readonly string[] = []): Promise<RunResult> =>
    workspace.bash(script, options, { env: { DOCKER_HOST: engine.unix } });
  beforeAll(() => {
    workspace = makeWorkspace(FILES);
  });
  afterAll(() => workspace.remove());

  it('gets a copy after the mount was refused, and the report says why', async () => {
    const result = await onSocket('echo new > text.txt');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.workspace.strategy).toBe('copy');
    expect(result.report.workspace.strategyReason).toContain('no such file or directory');
    expect(result.plan.view.strategy).toBe('copy');
    expect(result.read('changes.patch')).toContain('+new');
    expect(leftInEngine(runIdIn(result.stderr))).toEqual([]);
  });
  it('gets a copy in read-only mode as well: proposals come out, nothing else can be written', async () => {
    const result = await onSocket(
      'touch x 2>/dev/null && exit 9; mkdir -p .agent-scratch/workspace; echo new > .agent-scratch/workspace/text.txt; echo n > .agent-scratch/n.md; cat .agent-scratch/README',
      ['--mode', 'read-only'],
    );
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.workspace.strategy).toBe('copy');
    expect(result.stdout.toString()).toContain('.agent-scratch/workspace/');
    expect(result.read('changes.patch')).toContain('+new');
    expect(readFileSync(join(result.out, 'scratch/n.md'), 'utf8')).toBe('n\n');
    expect(leftInEngine(runIdIn(result.stderr))).toEqual([]);
  });
  it('a failure that has nothing to do with directories is no reason for a copy', async () => {
    const result = await onSocket('true', ['--runtime', 'no-such-runtime']);
    expect(result.exitCode).toBe(125);
    expect(result.report.error?.code).toBe('sandbox.runtime');
    expect(result.stderr).not.toContain('copied');
    expect(leftInEngine(runIdIn(result.stderr))).toEqual([]);
  });
});

describe('a pull request under both strategies', () => {
  it('shows the same configuration of the base commit and gives the same patch', async () => {
    const workspace = makeWorkspace({
      'CLAUDE.md': 'base\n',
      '.claude/a/b.json': 'base\n',
      'code.ts': 'code\n',
    });
    try {
      const base = workspace.git('rev-parse', 'HEAD');
      workspace.write({ 'CLAUDE.md': 'PULL\n', 'AGENTS.md': 'PULL\n', 'code.ts': 'code\nmore\n' });
      rmSync(join(workspace.directory, '.claude'), { recursive: true });
      workspace.git('add', '--all');
      workspace.git('commit', '--quiet', '--message', 'topic');
      const script =
        'find . -path ./.git -prune -o -path ./.agent-scratch -prune -o -type f -print | sort | xargs tail -n +1; git status --porcelain; git diff --name-only base...head; echo mine > CLAUDE.md; rm -r .claude; echo x >> code.ts';
      const { overlay, copy } = await both(workspace, script, ['--base', base]);
      expect(overlay.stdout.toString()).not.toContain('PULL');
      expect(copy.stdout.toString()).toBe(overlay.stdout.toString());
      expect(copy.read('changes.patch')).toBe(overlay.read('changes.patch'));
      expect(copy.changes.files.map(({ path }) => path)).toEqual(['code.ts']);
      expect(copy.changes.rejected).toEqual(overlay.changes.rejected);
      expect(copy.report.workspace).toMatchObject({ strategy: 'copy', base: overlay.report.workspace.base });
    } finally {
      workspace.remove();
    }
  });
});

describe('inside a copy', () => {
  let workspace: Workspace;
  const inCopy = (script: string, options: readonly string[] = []): Promise<RunResult> =>
    workspace.bash(script, options, { env: { DOCKER_HOST: engine.tcp } });
  beforeAll(() => {
    workspace = makeWorkspace(FILES);
    mkdirSync(join(workspace.directory, 'own'));
  });
  afterAll(() => workspace.remove());

  it('a hidden file cannot be found by name, by content, nor through git', async () => {
    const result = await inCopy(`
      cat .env secret.txt private/deep/a.txt; ls -a | grep -E '^(.env|secret.txt|private)$'
      grep -r -e TOPSECRET -e ORIGINAL . ; git log --all -p | grep -e TOPSECRET -e ORIGINAL
      git cat-file --batch-all-objects --batch | grep -a TOPSECRET
      git status --short; find / -xdev -name secret.txt 2>/dev/null; exit 0`);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toBe('');
  });
  it('modes, times, links and owners are those of the originals', async () => {
    chmodSync(join(workspace.directory, 'script.sh'), 0o751);
    const format = '%A %u %g %Y %s %N';
    const names = ['script.sh', 'folder', 'text.txt'];
    const seen = await inCopy(`stat -c '${format}' ${names.join(' ')}`);
    const real = await workspace.bash(`stat -c '${format}' ${names.join(' ')}`);
    expect(seen.stdout.toString()).toBe(real.stdout.toString());
    expect(seen.exitCode, seen.stderr).toBe(0);
  });
  it('the agent of an ordinary user edits as this user', async () => {
    const users = makeWorkspace({ 'a.txt': 'a\n' }, { git: false });
    for (const path of ['', 'a.txt']) chownSync(join(users.directory, path), 1001, 1002);
    const result = await users.bash('id -u; id -g; echo b > a.txt; touch new', [], {
      env: { DOCKER_HOST: engine.tcp },
    });
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toBe('1001\n1002\n');
    expect(result.changes.files.map(({ path }) => path)).toEqual(['a.txt', 'new']);
    users.remove();
  });
  it('a file that was changed outside during the run is not overwritten by the patch', async () => {
    const input = new PassThrough();
    const run = workspace.start(
      ['--network', 'none', '--out', join(workspace.root, 'meanwhile')],
      ['bash', '-c', 'echo started; echo agent > text.txt; echo agent > touched.txt; read -r word'],
      { env: { DOCKER_HOST: engine.tcp }, input },
    );
    await until(() => run.stdout().includes('started'));
    writeFileSync(join(workspace.directory, 'text.txt'), 'user\n');
    input.end('done\n');
    const { exitCode, stderr, changes } = resultOf(await run.ended, join(workspace.root, 'meanwhile'));
    expect(exitCode, stderr).toBe(0);
    expect(changes.files.map(({ path }) => path)).toEqual(['touched.txt']);
    expect(changes.rejected).toEqual([
      { path: 'text.txt', reason: 'the original was changed during the run' },
    ]);
  });
  it('an agent that fails is started again in the same copy, with a fresh home, and all of its work comes out', async () => {
    const script =
      'ls -A ~ /tmp >> seen; touch ~/old /tmp/old; echo try >> text.txt; [ $(wc -l < text.txt) = 4 ]';
    const result = await inCopy(script, ['--max-retries', '4', '--retry-delay', '0s']);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.workspace.strategy).toBe('copy');
    expect(result.report.agent.tries?.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'done']);
    expect(result.read('changes.patch')).toContain('+try\n+try\n+try\n');
    expect(result.read('changes.patch')).not.toContain('+old');
    expect(leftInEngine(runIdIn(result.stderr))).toEqual([]);
  });
  it('an agent that fills the disk is ended', async () => {
    const result = await inCopy('for i in $(seq 1000); do head -c 1M /dev/zero > fill$i; sleep 0.02; done', [
      '--disk',
      '40m',
    ]);
    expect(result.exitCode).toBe(137);
    expect(result.report).toMatchObject({ conclusion: 'limit', limits: { hit: ['disk'] } });
    expect(leftInEngine(runIdIn(result.stderr))).toEqual([]);
  });
  it('a cancelled run leaves nothing in the engine', async () => {
    const run = workspace.start(
      ['--network', 'none', '--out', join(workspace.root, 'cancelled')],
      ['bash', '-c', 'echo started; echo x > text.txt; sleep 600'],
      { env: { DOCKER_HOST: engine.tcp } },
    );
    await until(() => run.stdout().includes('started'));
    run.kill('SIGINT');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(leftInEngine(runIdIn(stderr))).toEqual([]);
    expect(leftOf(runIdIn(stderr))).toEqual([]);
  });
  it('files of an agent are there, also in a directory below that of another one', async () => {
    const config = join(workspace.root, 'agent.yml');
    const script = 'cat /etc/mine.conf /etc/mine/more.conf ~/.mine/a ~/.mine/b/c; grep -c root /etc/passwd';
    const files = {
      '/etc/mine.conf': '1\n',
      '/etc/mine/more.conf': '2\n',
      '/home/agent/.mine/b/c': '4\n',
      '/home/agent/.mine/a': '3\n',
    };
    const define = { command: ['sh', '-c', script], prompt: 'none', files };
    writeFileSync(config, JSON.stringify({ version: 1, agent: { use: 'mine', define } }));
    const flags = ['--network', 'none', '--config', config, '--out', join(workspace.root, 'files')];
    for (const DOCKER_HOST of [engine.tcp, undefined]) {
      const result = await workspace.run(flags, [], { env: { DOCKER_HOST } });
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout.toString()).toBe('1\n2\n3\n4\n1\n');
    }
  });
  it("files that are mounted one by one elsewhere are there: the run's roots, read-only", async () => {
    const config = join(workspace.root, 'rules.yml');
    writeFileSync(
      config,
      'version: 1\nnetwork:\n  allow:\n    - dest: https://api.example.com/\n      http: [{ methods: [GET] }]\n',
    );
    const script =
      'cmp /run/cagent/ca-bundle.pem /etc/ssl/certs/ca-certificates.crt && grep -c BEGIN "$SSL_CERT_FILE"; ls /etc/ssl/certs | wc -l; echo x >> /run/cagent/ca-bundle.pem';
    const run = (DOCKER_HOST: string | undefined) =>
      workspace.run(['--config', config], ['bash', '-c', script], { env: { DOCKER_HOST } });
    const copied = await run(engine.tcp);
    const mounted = await run(undefined);
    expect(copied.stderr).toContain('Read-only file system');
    expect(copied.stdout.toString()).toBe(mounted.stdout.toString());
  });
});
