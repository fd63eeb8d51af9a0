import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemProcesses } from '../../../src/core/process.js';
import { openBaseCommit } from '../../../src/workspace/base-commit.js';
import { cleanUp, ENV, git, type Made, repository, temporary, view, write } from './fixture.js';

/** A pull request with a mark in everything that it changes, on a base with marks of its own. */

afterEach(cleanUp);

const MARK = 'FROM-THE-PULL-REQUEST';

interface PullRequest {
  readonly root: string;
  readonly base: string;
}

function pullRequest(base: Readonly<Record<string, string>>, change: (root: string) => void): PullRequest {
  const root = repository(base);
  const commit = git(root, 'rev-parse', 'HEAD').trim();
  git(root, 'checkout', '-q', '-b', 'topic');
  change(root);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'topic');
  return { root, base: commit };
}

const hiddenPaths = (made: Made) => made.plan.hidden.map(({ path }) => path);
const shownPaths = (made: Made) => made.plan.base?.shown.map(({ path }) => path);
const top = (made: Made, path: string) => join(made.directory, 't', path);
const inside = (made: Made, ...args: string[]) =>
  git(made.directory, `--git-dir=${made.gitDirectory}`, ...args);

describe('configuration of agents comes from the base commit', () => {
  const CONFIGURATION = [
    '.claude/settings.json',
    '.codex/config.toml',
    '.gemini/settings.json',
    'opencode.json',
    'AGENTS.md',
    'CLAUDE.md',
    'GEMINI.md',
    '.mcp.json',
    '.cursor/rules/a.mdc',
    '.cursorrules',
    '.github/copilot-instructions.md',
    '.aider.conf.yml',
    'cagent.yml',
    '.cagent-secrets-allow',
    'deep/er/CLAUDE.md',
    'deep/er/.claude/agents/x.md',
  ];

  const all = (content: string) => Object.fromEntries(CONFIGURATION.map((path) => [path, content]));
  const sorted = [...CONFIGURATION].sort();

  it('what the pull request changes is shown as the base has it', async () => {
    const { root, base } = pullRequest({ ...all('base\n'), 'a.txt': 'a\n' }, (at) => write(at, all(MARK)));
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual(sorted);
    for (const path of CONFIGURATION) {
      expect(readFileSync(top(made, path), 'utf8'), path).toBe('base\n');
      expect(lstatSync(join(made.directory, 'm', path)).isCharacterDevice(), path).toBe(true);
    }
  });

  it('what the pull request adds does not exist', async () => {
    const { root, base } = pullRequest({ 'a.txt': 'a\n', 'deep/er/b.txt': 'b\n' }, (at) =>
      write(at, all(MARK)),
    );
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual([]);
    for (const path of CONFIGURATION) {
      const hidden = made.plan.hidden.find((each) => path === each.path || path.startsWith(`${each.path}/`));
      expect(hidden?.reason, path).toMatch(/^base commit: [0-9a-f]{12} does not have it$/);
      expect(lstatSync(join(made.directory, 'm', hidden?.path ?? '')).isCharacterDevice(), path).toBe(true);
    }
  });

  it('what the pull request deletes is there', async () => {
    const { root, base } = pullRequest({ ...all('base\n'), 'a.txt': 'a\n' }, (at) => {
      for (const path of CONFIGURATION) rmSync(join(at, path));
      for (const path of ['deep', '.claude']) rmSync(join(at, path), { recursive: true, force: true });
    });
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual(sorted);
    for (const path of CONFIGURATION) expect(readFileSync(top(made, path), 'utf8'), path).toBe('base\n');
  });

  it('what is the same in both is left to the workspace', async () => {
    const { root, base } = pullRequest({ 'CLAUDE.md': 'base\n', 'a.txt': 'a\n' }, (at) =>
      write(at, { 'a.txt': MARK }),
    );
    const made = await view(root, { base });
    expect(made.plan.base).toMatchObject({ commit: base, shown: [], absent: [] });
    expect(existsSync(top(made, 'CLAUDE.md'))).toBe(false);
  });

  it('what is not committed does not act either', async () => {
    const { root, base } = pullRequest({ 'CLAUDE.md': 'base\n' }, () => {});
    write(root, { 'CLAUDE.md': MARK, '.claude/settings.local.json': MARK });
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual(['CLAUDE.md']);
    expect(hiddenPaths(made)).toContain('.claude');
  });

  it('a directory that the base does not have is hidden as a whole', async () => {
    const { root, base } = pullRequest({ 'a.txt': 'a\n' }, (at) =>
      write(at, { '.claude/a': MARK, '.claude/b/c': MARK, '.claude/.credentials.json': MARK }),
    );
    const made = await view(root, { base });
    expect(made.plan.hidden.filter(({ path }) => path.startsWith('.claude'))).toMatchObject([
      { path: '.claude', directory: true },
    ]);
  });

  it('a directory of the base loses what the pull request adds and gets back the rest', async () => {
    const { root, base } = pullRequest(
      { '.claude/a': 'a\n', '.claude/b': 'b\n', '.claude/c': 'c\n' },
      (at) => {
        write(at, { '.claude/a': MARK, '.claude/new': MARK });
        rmSync(join(at, '.claude/b'));
      },
    );
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual(['.claude/a', '.claude/b']);
    expect(hiddenPaths(made)).toContain('.claude/new');
  });

  it('a right to execute that the pull request gives does not count', async () => {
    const { root, base } = pullRequest({ '.claude/hook.sh': '#!/bin/sh\n' }, (at) =>
      chmodSync(join(at, '.claude/hook.sh'), 0o755),
    );
    const made = await view(root, { base });
    expect(made.plan.base?.shown).toMatchObject([{ path: '.claude/hook.sh', mode: '100644' }]);
  });
});

describe('links do not lead around the base commit', () => {
  it('a configuration file that becomes a link is a file again', async () => {
    const { root, base } = pullRequest({ 'CLAUDE.md': 'base\n' }, (at) => {
      write(at, { 'evil.md': MARK });
      rmSync(join(at, 'CLAUDE.md'));
      symlinkSync('evil.md', join(at, 'CLAUDE.md'));
    });
    const made = await view(root, { base });
    expect(readFileSync(top(made, 'CLAUDE.md'), 'utf8')).toBe('base\n');
  });

  it('what a link of the base leads to is from the base as well', async () => {
    const root = repository({ 'docs/rules.md': 'base\n', 'a.txt': 'a\n' });
    symlinkSync('docs/rules.md', join(root, 'CLAUDE.md'));
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'link');
    const base = git(root, 'rev-parse', 'HEAD').trim();
    write(root, { 'docs/rules.md': MARK });
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual(['docs/rules.md']);
    expect(readFileSync(top(made, 'docs/rules.md'), 'utf8')).toBe('base\n');
  });

  it('a directory on the way that becomes a link is a directory again', async () => {
    const root = repository({ 'docs/rules.md': 'base\n' });
    symlinkSync('docs/rules.md', join(root, 'CLAUDE.md'));
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'link');
    const base = git(root, 'rev-parse', 'HEAD').trim();
    rmSync(join(root, 'docs'), { recursive: true });
    write(root, { 'evil/rules.md': MARK });
    symlinkSync('evil', join(root, 'docs'));
    const made = await view(root, { base });
    expect(hiddenPaths(made)).toContain('docs');
    expect(readFileSync(top(made, 'docs/rules.md'), 'utf8')).toBe('base\n');
  });

  it.each(['.claude', '.github', '.codex'])('a link in the place of %s is not there', async (name) => {
    const { root, base } = pullRequest({ 'a.txt': 'a\n' }, (at) => {
      write(at, { 'evil/instructions/x.instructions.md': MARK, 'evil/settings.json': MARK });
      symlinkSync('evil', join(at, name));
    });
    expect(hiddenPaths(await view(root, { base }))).toContain(name);
  });

  it('a link of the base is shown as the link it is', async () => {
    const root = repository({ 'AGENTS.md': 'base\n' });
    symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'link');
    const base = git(root, 'rev-parse', 'HEAD').trim();
    rmSync(join(root, 'CLAUDE.md'));
    write(root, { 'CLAUDE.md': MARK });
    const made = await view(root, { base });
    expect(readlinkSync(top(made, 'CLAUDE.md'))).toBe('AGENTS.md');
  });

  it('a file in the place of a directory is the work under review and stays', async () => {
    const { root, base } = pullRequest({ 'pkg/CLAUDE.md': 'base\n', 'pkg/x.ts': 'x\n' }, (at) => {
      rmSync(join(at, 'pkg'), { recursive: true });
      write(at, { pkg: 'a file now\n' });
    });
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual([]);
    expect(hiddenPaths(made)).toEqual([]);
  });
});

describe('ignore rules come from the base commit', () => {
  it('a pull request cannot show what the base hides', async () => {
    const { root, base } = pullRequest(
      { '.agentignore': 'private/\n', 'sub/.agentsignore': '*.txt\n', 'private/x': 'x', 'sub/y.txt': 'y' },
      (at) => {
        write(at, { '.agentignore': '', 'private/.agentignore': '!x\n' });
        rmSync(join(at, 'sub/.agentsignore'));
      },
    );
    const made = await view(root, { base });
    expect(hiddenPaths(made)).toEqual(expect.arrayContaining(['private', 'sub/y.txt']));
    expect(readFileSync(top(made, '.agentignore'), 'utf8')).toBe('private/\n');
    expect(inside(made, 'log', '--name-only', '--format=', '--all')).not.toMatch(/private|y\.txt/);
  });

  it('a pull request cannot hide its own changes from a review', async () => {
    const { root, base } = pullRequest({ 'a.txt': 'a\n' }, (at) =>
      write(at, { '.agentignore': 'backdoor.ts\n', 'backdoor.ts': MARK }),
    );
    const made = await view(root, { base });
    expect(hiddenPaths(made)).toEqual(['.agentignore']);
  });

  it('a pull request cannot re-include a credential file', async () => {
    const { root, base } = pullRequest({ 'a.txt': 'a\n' }, (at) =>
      write(at, { '.agentignore': '!.env\n', '.env': 'X=1\n' }),
    );
    expect(hiddenPaths(await view(root, { base }))).toContain('.env');
  });

  it('a pull request cannot declare its secrets harmless', async () => {
    const key = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    const { root, base } = pullRequest({ 'a.txt': 'a\n' }, (at) =>
      write(at, { '.cagent-secrets-allow': '*:*\n', 'config.ts': `const t = '${key}';\n` }),
    );
    const made = await view(root, { base });
    expect(hiddenPaths(made)).toEqual(expect.arrayContaining(['.cagent-secrets-allow', 'config.ts']));
  });

  it('an ignore file that is a link is followed within the base, and refused when it leaves it', async () => {
    const root = repository({ rules: '*.log\n', 'a.log': 'a' });
    symlinkSync('rules', join(root, '.agentignore'));
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'link');
    const good = git(root, 'rev-parse', 'HEAD').trim();
    write(root, { rules: '' });
    expect(hiddenPaths(await view(root, { base: good }))).toContain('a.log');
    rmSync(join(root, '.agentignore'));
    symlinkSync('../elsewhere', join(root, '.agentignore'));
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'out');
    const bad = git(root, 'rev-parse', 'HEAD').trim();
    await expect(view(root, { base: bad })).rejects.toMatchObject({ code: 'workspace.view' });
  });

  it('a configuration file of the base that a rule hides, or that holds a secret, is not shown', async () => {
    const key = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    const { root, base } = pullRequest(
      { '.agentignore': 'GEMINI.md\n', 'GEMINI.md': 'base\n', 'CLAUDE.md': `token ${key}\n` },
      (at) => write(at, { 'GEMINI.md': MARK, 'CLAUDE.md': MARK }),
    );
    const made = await view(root, { base });
    expect(shownPaths(made)).toEqual([]);
    expect(hiddenPaths(made)).toEqual(['CLAUDE.md', 'GEMINI.md']);
    expect(made.plan.findings).toMatchObject([{ path: 'CLAUDE.md', line: 1 }]);
  });
});

describe.each(['snapshot', 'history'] as const)('git inside of a pull request, %s', (mode) => {
  async function parted(): Promise<Made> {
    const root = repository({ 'a.txt': 'one\ntwo\n', 'CLAUDE.md': 'base\n', '.env': 'SECRET=1\n' });
    git(root, 'checkout', '-q', '-b', 'topic');
    write(root, { 'a.txt': 'one\ntwo\nthree\n', 'CLAUDE.md': `${MARK}\n`, 'new.txt': 'new\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'on topic');
    git(root, 'checkout', '-q', 'main');
    write(root, { 'b.txt': 'b\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'on main');
    const base = git(root, 'rev-parse', 'HEAD').trim();
    git(root, 'checkout', '-q', 'topic');
    return view(root, { base, git: mode });
  }

  it('base...head is what the pull request changes, configuration included', async () => {
    const made = await parted();
    expect(inside(made, 'diff', '--name-only', 'base...head').trim().split('\n')).toEqual([
      'CLAUDE.md',
      'a.txt',
      'new.txt',
    ]);
    expect(inside(made, 'diff', '--name-only', 'head...base').trim()).toBe('b.txt');
  });

  it('what is checked out is the head with the configuration of the base', async () => {
    const made = await parted();
    expect(inside(made, 'diff', '--name-only', 'head', 'HEAD').trim()).toBe('CLAUDE.md');
    expect(inside(made, 'show', 'HEAD:CLAUDE.md')).toBe('base\n');
    expect(inside(made, 'symbolic-ref', '--short', 'HEAD').trim()).toBe('topic');
  });

  it('log and blame tell the two sides apart', async () => {
    const made = await parted();
    const subjects = inside(made, 'log', '--format=%s', 'base..head').trim().split('\n');
    expect(subjects).toHaveLength(1);
    expect(subjects[0]).toMatch(mode === 'history' ? /^on topic$/ : /^Visible files of commit [0-9a-f]{40}$/);
    const lines = inside(made, 'blame', '-s', 'head', '--', 'a.txt').trim().split('\n');
    expect(lines.map((line) => line.slice(0, 8))).toHaveLength(3);
    expect(lines[0]?.slice(0, 8)).not.toBe(lines[2]?.slice(0, 8));
  });

  it('nothing hidden is in it', async () => {
    const made = await parted();
    const objects = inside(made, 'cat-file', '--batch-all-objects', '--batch');
    expect(objects).not.toContain('SECRET=1');
    expect(inside(made, 'fsck', '--unreachable', '--no-reflogs')).toBe('');
  });

  it('base and head that are the same commit have no difference', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    const base = git(root, 'rev-parse', 'HEAD').trim();
    const made = await view(root, { base, git: mode });
    expect(inside(made, 'diff', '--name-only', 'base...head')).toBe('');
    expect(inside(made, 'rev-parse', 'base')).toBe(inside(made, 'rev-parse', 'HEAD'));
  });

  it('two sides that merged each other keep their merge base', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    git(root, 'checkout', '-q', '-b', 'topic');
    write(root, { 'mine.txt': 'mine\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'mine');
    git(root, 'checkout', '-q', 'main');
    write(root, { 'b.txt': 'b\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'theirs');
    git(root, 'checkout', '-q', 'topic');
    git(root, 'merge', '-q', '-m', 'merge', 'main');
    write(root, { 'more.txt': 'more\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'more');
    const base = git(root, 'rev-parse', 'main').trim();
    const made = await view(root, { base, git: mode });
    expect(inside(made, 'diff', '--name-only', 'base...head').trim().split('\n')).toEqual([
      'mine.txt',
      'more.txt',
    ]);
  });
});

describe('a long history', () => {
  function longHistory(): string {
    const root = repository({ 'a.txt': 'a\n', '.env': 'SECRET=1\n' });
    const who = 'committer Somebody <somebody@example.org> 1700000000 +0000';
    const commits = Array.from({ length: 1_001 }, (_, at) => {
      const from = at === 0 ? 'from refs/heads/main^0\n' : '';
      const leak = at === 500 ? 'M 100644 inline old/.env\ndata 9\nSECRET=2\n\n' : '';
      const content = `${at}\n`;
      return `commit refs/heads/topic\n${who}\ndata 2\nt\n${from}${leak}M 100644 inline a.txt\ndata ${content.length}\n${content}\n`;
    });
    execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: commits.join('') });
    git(root, 'checkout', '-q', 'topic');
    git(root, 'rm', '-q', '--cached', 'old/.env');
    git(root, 'commit', '-q', '-m', 'last');
    return root;
  }

  it('has its last fifty commits inside', async () => {
    const made = await view(longHistory(), { git: 'history' });
    expect(made.notices).toEqual([]);
    expect(inside(made, 'rev-list', '--count', '--all').trim()).toBe('50');
  });

  it('of more than a thousand commits since the base becomes one commit for each side, with a notice', async () => {
    const root = longHistory();
    const base = git(root, 'rev-parse', 'main').trim();
    const made = await view(root, { base, git: 'history' });
    expect(made.notices.join()).toMatch(/more than 1000 commits apart, so each is one commit inside/);
    expect(inside(made, 'rev-list', '--count', '--all').trim()).toBe('2');
    expect(inside(made, 'diff', '--name-only', 'base...head').trim()).toBe('a.txt');
    expect(inside(made, 'log', '--format=%s %an', 'base..head')).toMatch(
      /^Visible files of commit \w+ cagent/,
    );
    expect(inside(made, 'cat-file', '--batch-all-objects', '--batch')).not.toContain('SECRET');
  });
});

describe.each(['snapshot', 'history'] as const)('clones that do not have everything, %s', (mode) => {
  /** A base, a topic with two commits on it, and a merge of both as the runner checks it out. */
  function source(): PullRequest {
    const { root, base } = pullRequest({ 'CLAUDE.md': 'base\n', 'a.txt': 'a\n' }, (at) =>
      write(at, { 'CLAUDE.md': MARK, 'b.txt': 'b\n' }),
    );
    git(root, 'checkout', '-q', '--detach', base);
    git(root, 'merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    return { root, base };
  }
  async function cloned(place: PullRequest, ...args: string[]): Promise<Made> {
    git(place.root, 'branch', '-f', 'merged', 'HEAD');
    const clone = join(temporary(), 'w');
    git('/', 'clone', '-q', ...args, '-b', 'merged', `file://${place.root}`, clone);
    return view(clone, { base: place.base, git: mode });
  }

  it.each([['--depth=2'], ['--no-local']])('%s: base...head is the pull request', async (...args) => {
    const made = await cloned(source(), ...args);
    expect(shownPaths(made)).toEqual(['CLAUDE.md']);
    expect(made.notices).toEqual([]);
    expect(inside(made, 'diff', '--name-only', 'base...head').trim().split('\n')).toEqual([
      'CLAUDE.md',
      'b.txt',
    ]);
  });

  it('a linked work tree', async () => {
    const { root, base } = source();
    const tree = join(temporary(), 'tree');
    git(root, 'worktree', 'add', '-q', tree, 'topic');
    const made = await view(tree, { base, git: mode });
    expect(shownPaths(made)).toEqual(['CLAUDE.md']);
    expect(inside(made, 'diff', '--name-only', 'base...head').trim().split('\n')).toEqual([
      'CLAUDE.md',
      'b.txt',
    ]);
  });

  it('a partial clone without the configuration of the base stops the run', async () => {
    await expect(cloned(source(), '--filter=blob:none')).rejects.toMatchObject({
      code: 'workspace.base',
      hint: expect.stringMatching(/without a filter/),
    });
  });

  it('a partial clone without other old content has one commit inside, and says so', async () => {
    const { root, base } = pullRequest({ 'CLAUDE.md': 'base\n', 'a.txt': 'old\n' }, (at) =>
      write(at, { 'a.txt': 'new\n' }),
    );
    const made = await cloned({ root, base }, '--filter=blob:none');
    expect(made.notices[0]).toMatch(/^The history could not be filtered/);
    expect(inside(made, 'rev-list', '--count', '--all').trim()).toBe('1');
  });

  it('base and head without a commit in common are put after one another, and a notice says so', async () => {
    const root = repository({ 'a.txt': 'a\n', 'CLAUDE.md': 'base\n' });
    const base = git(root, 'rev-parse', 'HEAD').trim();
    git(root, 'checkout', '-q', '--orphan', 'other');
    write(root, { 'b.txt': 'b\n' });
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'unrelated');
    const made = await view(root, { base, git: mode });
    expect(made.notices.join()).toMatch(/no commit in common/);
    expect(inside(made, 'diff', '--name-only', 'base...head').trim()).toBe('b.txt');
  });

  it('configuration in a submodule stays while the base has the same commit, and goes with another one', async () => {
    const module = repository({ 'CLAUDE.md': 'module\n', 'm.txt': 'm\n' });
    const root = repository({ 'a.txt': 'a\n' });
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', module, 'sub');
    git(root, 'commit', '-q', '-m', 'module');
    const base = git(root, 'rev-parse', 'HEAD').trim();
    expect(hiddenPaths(await view(root, { base, git: mode }))).toEqual(['sub/.git']);
    write(join(root, 'sub'), { 'CLAUDE.md': MARK });
    git(join(root, 'sub'), 'commit', '-q', '-a', '-m', 'changed');
    git(root, 'commit', '-q', '-a', '-m', 'bump');
    expect(hiddenPaths(await view(root, { base, git: mode }))).toEqual(['sub/.git', 'sub/CLAUDE.md']);
  });
});

describe('a base commit that is not there', () => {
  const open = (root: string, revision: string) =>
    openBaseCommit({ root, revision, processes: systemProcesses, env: ENV });

  it('a name or a commit that the clone does not have is refused, with what to do', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    for (const revision of ['nothing', '0123456789012345678901234567890123456789', 'main~7']) {
      await expect(open(root, revision)).rejects.toMatchObject({
        code: 'workspace.base',
        message: expect.stringContaining(revision),
        hint: expect.stringContaining('fetch-depth: 0'),
      });
    }
  });

  it('a shallow clone does not have the commit before', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    const base = git(root, 'rev-parse', 'HEAD').trim();
    write(root, { 'a.txt': 'b\n' });
    git(root, 'commit', '-q', '-a', '-m', 'second');
    const clone = join(root, '..', `${root.split('/').pop()}-shallow`);
    git(root, 'clone', '-q', '--depth', '1', `file://${root}`, clone);
    try {
      await expect(open(clone, base)).rejects.toMatchObject({ code: 'workspace.base' });
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });

  it('branches, tags, remote branches and abbreviations are found', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    const id = git(root, 'rev-parse', 'HEAD').trim();
    git(root, 'tag', '-a', '-m', 'tag', 'v1');
    git(root, 'update-ref', 'refs/remotes/origin/elsewhere', id);
    for (const revision of [id, id.slice(0, 10), 'main', 'HEAD', 'v1', 'elsewhere', 'origin/elsewhere'])
      expect((await open(root, revision)).id).toBe(id);
  });

  it('a workspace below the top of the repository is compared with its own directory', async () => {
    const { root, base } = pullRequest({ 'pkg/CLAUDE.md': 'base\n', 'CLAUDE.md': 'top\n' }, (at) =>
      write(at, { 'pkg/CLAUDE.md': MARK }),
    );
    const made = await view(join(root, 'pkg'), { base });
    expect(shownPaths(made)).toEqual(['CLAUDE.md']);
    expect(readFileSync(top(made, 'CLAUDE.md'), 'utf8')).toBe('base\n');
  });

  it('a workspace without a repository is refused', async () => {
    const root = repository({ 'a.txt': 'a\n' });
    rmSync(join(root, '.git'), { recursive: true });
    mkdirSync(join(root, 'sub'));
    await expect(open(join(root, 'sub'), 'main')).rejects.toMatchObject({ code: 'workspace.base' });
  });
});
