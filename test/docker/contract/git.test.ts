import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitIn, makeWorkspace, manifest, type RunResult, type Workspace } from '../../fixtures/cli.js';

const MARK = 'OLDSECRET-77aa';
const TOKEN = 'CHECKOUTTOKEN-5511';

const LOOK = `
echo "== log"; git log --format=%s
echo "== all"; git cat-file --batch-all-objects --batch | grep -ac '${MARK}\\|${TOKEN}'
echo "== raw"; grep -raoc '${TOKEN}' .git | grep -v ':0' | head
echo "== remotes"; git remote -v
echo "== config"; cat .git/config
echo "== hooks"; ls .git/hooks 2>/dev/null
echo "== status"; git status --short
echo "== unreachable"; git fsck --no-progress --unreachable --lost-found 2>&1 | head
echo "== branch"; git rev-parse --abbrev-ref HEAD
echo "== names"; git log --all --name-only --format= | sort -u
echo "== show"; git show HEAD~1:secret.txt 2>&1; git show origin/main:secret.txt 2>&1; git stash list; git reflog | wc -l
echo "== work"; echo more >> README.md; git commit -qam change && git log --format=%s -1 && git diff HEAD~1 --stat | tail -1
`;

let workspace: Workspace;
let before: readonly string[];

beforeAll(() => {
  workspace = makeWorkspace({
    'README.md': '# one\n',
    'secret.txt': MARK,
    '.agentignore': 'secret.txt\n*.old\n',
  });
  workspace.write({ 'gone.old': MARK, 'src/a.ts': 'a\n' });
  workspace.git('add', '--all');
  workspace.git('commit', '--quiet', '--message', 'second');
  workspace.git('rm', '--quiet', 'gone.old');
  workspace.git('commit', '--quiet', '--message', 'third');
  workspace.git('checkout', '--quiet', '-b', 'other');
  workspace.write({ 'only-there.txt': MARK });
  workspace.git('add', '--all');
  workspace.git('commit', '--quiet', '--message', 'elsewhere');
  workspace.git('checkout', '--quiet', 'main');
  workspace.git('tag', 'v1');
  workspace.git('remote', 'add', 'origin', `https://x-access-token:${TOKEN}@github.example/org/repo`);
  workspace.git('config', 'http.https://github.example/.extraheader', `AUTHORIZATION: basic ${TOKEN}`);
  workspace.git('config', 'alias.st', '!touch /tmp/pwned');
  writeFileSync(join(workspace.directory, '.git/hooks/pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  // Staged and not committed, changed and not staged, and not known to git at all.
  workspace.write({ 'staged.txt': 'staged\n' });
  workspace.git('add', 'staged.txt');
  workspace.write({ 'README.md': '# changed\n', 'untracked.txt': 'new\n' });
  before = manifest(workspace.directory);
});
afterAll(() => workspace.remove());

function section(result: RunResult, name: string): readonly string[] {
  const rest = result.stdout.toString('utf8').split(`== ${name}\n`)[1] ?? 'missing';
  return (rest.split('== ')[0] ?? '').split('\n').filter(Boolean);
}

describe.each(['snapshot', 'history'])('--git %s', (mode) => {
  let result: RunResult;
  beforeAll(async () => {
    result = await workspace.bash(LOOK, ['--git', mode]);
  });

  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it('no object holds hidden content or a token', () => expect(section(result, 'all')).toEqual(['0']));
  it('no file of .git holds the token', () => expect(section(result, 'raw')).toEqual([]));
  it('there is no remote', () => expect(section(result, 'remotes')).toEqual([]));
  it('the configuration is clean', () =>
    expect(section(result, 'config').join('\n')).not.toMatch(/extraheader|alias|url|include/i));
  it('there is no hook', () => expect(section(result, 'hooks')).toEqual([]));
  it('no commit names a hidden path', () => {
    expect(section(result, 'names')).not.toContain('secret.txt');
    expect(section(result, 'names')).not.toContain('gone.old');
    expect(section(result, 'names')).toContain('README.md');
  });
  it('there is nothing unreachable', () => expect(section(result, 'unreachable')).toEqual([]));
  it('no other branch is there', () => expect(result.stdout.toString()).not.toContain('elsewhere'));
  it('the branch has its name', () => expect(section(result, 'branch')).toEqual(['main']));
  it('the agent can commit', () => {
    expect(section(result, 'work')[0]).toBe('change');
    expect(section(result, 'work')[1]).toContain('1 file changed');
  });
  it("the agent's own commits do not matter to the patch", () => {
    expect(result.changes.files.map((file) => file.path)).toEqual(['README.md']);
    expect(result.read('changes.patch')).toContain('+more');
  });
  it('the base is the commit that was checked out', () => {
    expect(result.changes.baseCommit).toBe(workspace.git('rev-parse', 'HEAD'));
  });
  it('the original is untouched, .git/index included', () =>
    expect(manifest(workspace.directory)).toEqual(before));
  it(mode === 'snapshot' ? 'there is one commit' : 'the commits are there', () => {
    const subjects = section(result, 'log');
    if (mode === 'snapshot') expect(subjects).toHaveLength(1);
    else expect(subjects).toEqual(expect.arrayContaining(['third', 'second', 'first']));
  });
});

describe('--git none', () => {
  it('there is no .git inside', async () => {
    const result = await workspace.bash(
      'ls -A; test -e .git; echo "code $?"; git rev-parse HEAD 2>&1 | head -1',
      ['--git', 'none'],
    );
    expect(result.stdout.toString()).not.toMatch(/^\.git$/m);
    expect(result.stdout.toString()).toContain('code 1');
    expect(result.stdout.toString()).toMatch(/not a git repository/);
  });
  it('an agent that makes its own .git is not believed', async () => {
    const result = await workspace.bash(
      'git init -q . && echo x > new.txt && git add -A && git commit -qm mine',
      ['--git', 'none'],
    );
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.changes.files.map((file) => file.path)).toEqual(['new.txt']);
  });
});

describe('workspaces that are not an ordinary repository', () => {
  const LIST = 'ls -A | sort; git log --format=%s 2>&1 | head -3; echo x > new.txt';
  it.each([
    ['no repository', (other: Workspace) => void other],
    ['a repository without a commit', (other: Workspace) => void gitIn(other.directory, 'init', '--quiet')],
    [
      'a detached head',
      (other: Workspace) => {
        gitIn(other.directory, 'init', '--quiet');
        gitIn(other.directory, 'add', '.');
        gitIn(other.directory, 'commit', '--quiet', '--message', 'one');
        gitIn(other.directory, 'checkout', '--quiet', '--detach');
      },
    ],
    [
      'a broken .git',
      (other: Workspace) => {
        mkdirSync(join(other.directory, '.git'));
        writeFileSync(join(other.directory, '.git/HEAD'), 'garbage\n');
      },
    ],
    [
      'a .git file that points nowhere',
      (other: Workspace) => writeFileSync(join(other.directory, '.git'), 'gitdir: /nonexistent\n'),
    ],
  ])('%s', async (_, prepare) => {
    const other = makeWorkspace({ 'a.txt': 'a\n', '.env': MARK }, { git: false });
    try {
      prepare(other);
      const untouched = manifest(other.directory);
      const result = await other.bash(LIST);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout.toString()).toContain('a.txt');
      expect(result.stdout.toString()).not.toContain('.env');
      expect(result.changes.files.map((file) => file.path)).toEqual(['new.txt']);
      expect(manifest(other.directory)).toEqual(untouched);
    } finally {
      other.remove();
    }
  });

  it('an empty directory', async () => {
    const other = makeWorkspace({}, { git: false });
    try {
      const result = await other.bash('echo x > new.txt');
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.report.workspace.files).toBe(0);
      expect(result.changes.files).toMatchObject([{ path: 'new.txt', status: 'added' }]);
    } finally {
      other.remove();
    }
  });

  it('a linked work tree and a subdirectory of a repository', async () => {
    const other = makeWorkspace({ 'a.txt': 'a\n', 'sub/b.txt': 'b\n', 'sub/secret.pem': MARK });
    try {
      const tree = join(other.root, 'linked');
      other.git('worktree', 'add', '--quiet', tree);
      for (const directory of [tree, join(other.directory, 'sub')]) {
        const result = await other.bash(
          'ls; grep -ral OLDSECRET . ; git log --format=%s | wc -l; echo x > new.txt',
          ['--workspace', directory],
        );
        expect(result.exitCode, result.stderr).toBe(0);
        expect(result.stdout.toString()).not.toContain('secret.pem');
        expect(result.changes.files.map((file) => file.path)).toEqual(['new.txt']);
      }
    } finally {
      other.remove();
    }
  });
});
