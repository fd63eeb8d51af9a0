import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  allObjects,
  cleanUp,
  fingerprint,
  git,
  inside,
  repository,
  temporary,
  tree,
  view,
  write,
} from './fixture.js';

afterEach(cleanUp);

const CANARY = 'TOPSECRET-CANARY';

/** `git status` as the agent sees it: over a copy of the visible files. */
function statusInside(made: Awaited<ReturnType<typeof view>>, root: string): string {
  const lines = git(
    '/',
    `--git-dir=${made.gitDirectory}`,
    `--work-tree=${root}`,
    'status',
    '--porcelain',
    '-uall',
    '-z',
  )
    .split('\0')
    .filter(Boolean);
  const hidden = made.plan.hidden.map((entry) => entry.path);
  return lines
    .filter((line) => !hidden.some((path) => line.slice(3).replace(/\/$/, '').startsWith(path)))
    .join('\n');
}

describe('clean git: snapshot', () => {
  it('holds one commit with tracked and untracked visible files and nothing that is hidden or gitignored', async () => {
    const root = repository({
      '.agentignore': 'private/\n',
      '.gitignore': 'build/\n',
      'a.txt': 'a',
      'private/x': CANARY,
      '.env': CANARY,
      'sub/b.txt': 'b',
    });
    write(root, { 'new.txt': 'new', 'build/out': 'out', 'sub/.env.local': CANARY });
    const made = await view(root);
    expect(tree(made).toSorted()).toEqual(['.agentignore', '.gitignore', 'a.txt', 'new.txt', 'sub/b.txt']);
    expect(inside(made, 'rev-list', '--count', '--all').trim()).toBe('1');
    expect(statusInside(made, root)).toBe('');
    expect(allObjects(made)).not.toContain(CANARY);
    expect(inside(made, 'fsck', '--full', '--strict')).toBe('');
  });

  it('gives the tree that git add -A and write-tree give', async () => {
    const root = repository({
      'a.b': '1',
      'a/x': '2',
      'a-b': '3',
      'a/y/z': '4',
      'é/ü': '5',
      'A/q': '6',
      'run.sh': '#!',
    });
    chmodSync(join(root, 'run.sh'), 0o755);
    symlinkSync('a/x', join(root, 'link'));
    rmSync(join(root, 'a-b'));
    const made = await view(root);
    git(root, 'add', '-A');
    expect(inside(made, 'rev-parse', 'HEAD^{tree}')).toBe(git(root, 'write-tree'));
  });

  it('has exactly the objects that its commit reaches, and no stash, reflog, remote, hook or alternate', async () => {
    const root = repository({ 'a.txt': 'one' });
    write(root, { 'a.txt': CANARY });
    git(root, 'stash');
    git(root, 'commit', '-q', '--allow-empty', '-m', CANARY);
    git(root, 'remote', 'add', 'origin', `https://x:${CANARY}@host.example/r.git`);
    git(root, 'config', 'http.extraheader', `AUTHORIZATION: basic ${CANARY}`);
    git(root, 'tag', 'v1');
    const made = await view(root);
    expect(allObjects(made)).not.toContain(CANARY);
    expect(readFileSync(join(made.gitDirectory, 'config'), 'utf8')).not.toContain('remote');
    expect(readdirSync(made.gitDirectory).toSorted()).toEqual([
      'HEAD',
      'config',
      'index',
      'info',
      'objects',
      'refs',
    ]);
    const all = inside(made, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)')
      .trim()
      .split('\n');
    const reachable = inside(made, 'rev-list', '--objects', '--no-object-names', '--all').trim().split('\n');
    expect(all.toSorted()).toEqual(reachable.toSorted());
    expect(inside(made, 'for-each-ref', '--format=%(refname)').trim()).toBe('refs/heads/main');
  });

  it('leaves the original untouched to the byte and the nanosecond, index included', async () => {
    const root = repository({ 'a.txt': 'a', '.env': 'x', 'd/e/.env': 'y' });
    write(root, { 'a.txt': 'changed', 'u.txt': 'u' });
    const before = fingerprint(root);
    await view(root);
    expect(fingerprint(root)).toBe(before);
  });

  it.each(['loose', 'packed'] as const)(
    'sets no time of an object of the original that a changed file has again (%s)',
    async (kept) => {
      const root = repository({ 'a.txt': 'a', 'b.txt': 'b', 's.sh': 's', '.env': 'x' });
      if (kept === 'packed') git(root, 'gc', '-q');
      chmodSync(join(root, 's.sh'), 0o755);
      write(root, { 'a.txt': 'b', 'new.txt': 'a' });
      for (const mode of ['snapshot', 'history'] as const) {
        const before = fingerprint(root);
        const made = await view(root, { git: mode });
        expect(fingerprint(root)).toBe(before);
        expect(inside(made, 'show', 'HEAD:new.txt')).toBe('a');
      }
    },
  );

  it('runs nothing that the repository configures: monitor, hooks, filters, submodule monitors', async () => {
    const root = repository({ 'a.txt': 'a', '.gitattributes': '*.txt filter=evil diff=evil\n' });
    const marker = join(temporary(), 'ran');
    const script = join(temporary(), 'evil');
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\ncat\n`, { mode: 0o755 });
    const inner = repository({ 'i.txt': 'i' });
    git(root, 'submodule', 'add', '-q', inner, 'module');
    git(root, 'commit', '-qm', 'module');
    for (const at of [root, join(root, 'module')]) {
      git(at, 'config', 'core.fsmonitor', script);
      git(at, 'config', 'filter.evil.clean', script);
      git(at, 'config', 'filter.evil.process', script);
      git(at, 'config', 'core.sshCommand', script);
    }
    for (const hook of ['post-index-change', 'pre-commit', 'reference-transaction']) {
      writeFileSync(join(root, '.git/hooks', hook), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
    }
    write(root, { 'a.txt': 'changed', 'b.txt': 'b', 'module/i.txt': 'changed' });
    const made = await view(root);
    expect(tree(made)).toContain('b.txt');
    expect(existsSync(marker)).toBe(false);
  });

  it('keeps the branch name, or a detached HEAD, and lets the agent commit', async () => {
    const root = repository({ 'a.txt': 'a' });
    git(root, 'checkout', '-q', '-b', 'feature/x');
    const made = await view(root);
    expect(inside(made, 'symbolic-ref', 'HEAD').trim()).toBe('refs/heads/feature/x');
    git(root, 'checkout', '-q', '--detach');
    const detached = await view(root);
    expect(detached.plan.git).toMatchObject({ kind: 'snapshot', branch: undefined });
    expect(readFileSync(join(detached.gitDirectory, 'HEAD'), 'utf8')).toMatch(/^[0-9a-f]{40}\n$/);
  });

  it.each([
    [
      'without a commit',
      () => {
        const root = temporary();
        git(root, 'init', '-q', '-b', 'main', '.');
        write(root, { 'f.txt': 'f', '.env': CANARY });
        return root;
      },
    ],
    ['with SHA-256 objects', () => repository({ 'f.txt': 'f', '.env': CANARY }, '--object-format=sha256')],
    [
      'shallow',
      () => {
        const source = repository({ 'f.txt': 'f', '.env': CANARY });
        git(source, 'commit', '-q', '--allow-empty', '-m', 'second');
        const root = join(temporary(), 'w');
        git('/', 'clone', '-q', '--depth=1', `file://${source}`, root);
        return root;
      },
    ],
    [
      'a linked worktree',
      () => {
        const source = repository({ 'f.txt': 'f', '.env': CANARY });
        const root = join(temporary(), 'w');
        git(source, 'worktree', 'add', '-q', '-b', 'side', root);
        return root;
      },
    ],
    [
      'a partial clone',
      () => {
        const source = repository({ 'f.txt': 'old', '.env': CANARY });
        write(source, { 'f.txt': 'f' });
        git(source, 'commit', '-qam', 'second');
        const root = join(temporary(), 'w');
        git('/', 'clone', '-q', '--filter=blob:none', `file://${source}`, root);
        return root;
      },
    ],
    [
      'a sparse checkout',
      () => {
        const source = repository({ 'f.txt': 'f', '.env': CANARY, 'away/far.txt': 'far' });
        const root = join(temporary(), 'w');
        git('/', 'clone', '-q', '--filter=blob:none', '--sparse', `file://${source}`, root);
        return root;
      },
    ],
    [
      'a sparse index',
      () => {
        const root = repository({ 'f.txt': 'f', '.env': CANARY, 'away/far/far.txt': 'far' });
        git(root, 'sparse-checkout', 'set', '--cone', '--sparse-index');
        return root;
      },
    ],
    [
      'an index of version 4',
      () => {
        const root = repository({ 'f.txt': 'f', '.env': CANARY });
        git(root, 'update-index', '--index-version', '4');
        return root;
      },
    ],
    [
      'a split index',
      () => {
        const root = repository({ 'f.txt': 'f', '.env': CANARY });
        git(root, 'update-index', '--split-index');
        write(root, { 'g.env': 'x' });
        return root;
      },
    ],
    [
      'an untracked cache that names hidden files',
      () => {
        const root = repository({ 'f.txt': 'f', '.env': CANARY });
        write(root, { 'deep/secret.env': CANARY });
        git(root, 'update-index', '--untracked-cache');
        git(root, 'status');
        return root;
      },
    ],
    [
      'a submodule of another repository',
      () => {
        const source = repository({ 'f.txt': 'f', '.env': CANARY });
        const outer = repository({ 'o.txt': 'o' });
        git(outer, 'submodule', 'add', '-q', source, 'inner');
        return join(outer, 'inner');
      },
    ],
    [
      'objects that are borrowed from another repository',
      () => {
        const source = repository({ 'f.txt': 'f', '.env': CANARY });
        const root = join(temporary(), 'w');
        git('/', 'clone', '-q', '--shared', source, root);
        return root;
      },
    ],
    [
      'assume-unchanged and intent-to-add entries',
      () => {
        const root = repository({ 'f.txt': CANARY, '.env': CANARY });
        git(root, 'update-index', '--assume-unchanged', 'f.txt');
        write(root, { 'f.txt': 'f' });
        return root;
      },
    ],
  ])('works for a repository %s', async (_name, make) => {
    const root = make();
    const made = await view(root);
    expect(made.plan.git.kind).toBe('snapshot');
    expect(tree(made)).toContain('f.txt');
    expect(tree(made).filter((path) => path.includes('far') || path.endsWith('.env'))).toEqual([]);
    expect(inside(made, 'show', 'HEAD:f.txt')).toBe('f');
    expect(allObjects(made)).not.toContain(CANARY);
    expect(readFileSync(join(made.gitDirectory, 'index')).includes('.env')).toBe(false);
    expect(statusInside(made, root)).toBe('');
    expect(inside(made, 'fsck', '--full', '--strict')).toBe('');
  });

  it('takes the working tree of a conflict', async () => {
    const root = repository({ 'f.txt': 'base\n' });
    git(root, 'checkout', '-q', '-b', 'side');
    write(root, { 'f.txt': 'side\n' });
    git(root, 'commit', '-qam', 'side');
    git(root, 'checkout', '-q', 'main');
    write(root, { 'f.txt': 'main\n' });
    git(root, 'commit', '-qam', 'main');
    expect(() => git(root, 'merge', 'side')).toThrow();
    const made = await view(root);
    expect(inside(made, 'show', 'HEAD:f.txt')).toContain('<<<<<<<');
    expect(statusInside(made, root)).toBe('');
  });

  it('takes files that became directories, directories that became links, and odd names', async () => {
    const root = repository({ a: 'file', 'd/x': '1', keep: 'k', 'new\nline "q"\\ \t': 'odd', '!bang': 'b' });
    rmSync(join(root, 'a'));
    write(root, { 'a/inner': 'i' });
    rmSync(join(root, 'd'), { recursive: true });
    symlinkSync('/etc', join(root, 'd'));
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad`), Buffer.from([0xff])]), 'bytes');
    const made = await view(root);
    git(root, 'add', '-A');
    expect(inside(made, 'rev-parse', 'HEAD^{tree}')).toBe(git(root, 'write-tree'));
    expect(tree(made)).not.toContain('d/passwd');
  });

  it('does not need to read what has not changed, and git inside does not either', async () => {
    const root = repository({ 'a.txt': 'same', 'b.txt': 'b' });
    const made = await view(root);
    // Stat data is what makes a status quick: without it, git would have to hash every file.
    const debug = (directory: string): string =>
      git(root, `--git-dir=${directory}`, 'ls-files', '--debug').replace(/flags: .*/g, '');
    expect(debug(made.gitDirectory)).toBe(debug(join(root, '.git')));
  });

  it('works for an empty repository and for nested repositories with and without commits', async () => {
    const root = temporary();
    git(root, 'init', '-q', '-b', 'main', '.');
    expect(tree(await view(root))).toEqual([]);
    write(root, { 'nested/n.txt': 'n', 'bare/e.txt': 'e', 'nested/.env': CANARY });
    git(join(root, 'nested'), 'init', '-q', '.');
    git(join(root, 'nested'), 'add', '-A');
    git(join(root, 'nested'), 'commit', '-qm', 'n');
    git(join(root, 'bare'), 'init', '-q', '.');
    const made = await view(root);
    expect(tree(made)).toEqual(['nested']);
    expect(allObjects(made)).not.toContain(CANARY);
    expect(made.plan.hidden.map((entry) => entry.path)).toEqual(['bare/.git', 'nested/.env', 'nested/.git']);
    expect(made.notices.join()).toContain('bare');
  });

  it('survives attributes that ask for an encoding the file does not have', async () => {
    const root = repository({ 'a.txt': 'a' });
    appendFileSync(join(root, '.gitattributes'), '* working-tree-encoding=UTF-16\n');
    write(root, { 'b.txt': 'odd' });
    const made = await view(root);
    expect(inside(made, 'show', 'HEAD:b.txt')).toBe('odd');
  });

  it('refuses to make a repository when an object is missing, rather than fetch it', async () => {
    const root = repository({ 'a.txt': 'a', 'b.txt': 'b' });
    const id = git(root, 'rev-parse', 'HEAD:a.txt').trim();
    renameSync(join(root, '.git/objects', id.slice(0, 2), id.slice(2)), join(temporary(), 'gone'));
    await expect(view(root)).rejects.toMatchObject({ code: 'workspace.git' });
  });

  it('says why there is no repository where there is none', async () => {
    const plain = temporary();
    write(plain, { 'a.txt': 'a' });
    expect((await view(plain)).plan.git).toEqual({
      kind: 'none',
      reason: 'the workspace is not the top of a git repository',
    });
    const root = repository({ 'a.txt': 'a' });
    const off = await view(root, { git: 'none' });
    expect(existsSync(off.gitDirectory)).toBe(false);
    expect(off.plan.hidden).toEqual([expect.objectContaining({ path: '.git', directory: true })]);
    mkdirSync(join(root, 'sub'));
    expect((await view(join(root, 'sub'))).plan.git.kind).toBe('none');
  });
});

describe('clean git: history', () => {
  it('keeps the last commits without what is hidden now, by rule or by content, and work in progress on top', async () => {
    const root = repository({ 'a.txt': 'one\n', '.env': CANARY, 'old.pem': CANARY, 'gone/x.key': CANARY });
    write(root, { 'a.txt': `two\nkey = AKIA${'ABCDEFGHIJKLMNOP'}\n` });
    git(root, 'commit', '-qam', 'a key slips in');
    write(root, { 'a.txt': 'three\n' });
    git(root, 'rm', '-q', 'old.pem', 'gone/x.key');
    git(root, 'commit', '-qam', 'and out');
    write(root, { 'work.txt': 'w' });
    const made = await view(root, { git: 'history' });
    expect(made.notices).toEqual([]);
    expect(inside(made, 'log', '--format=%s').trim().split('\n')).toEqual([
      'Uncommitted changes of the workspace',
      'and out',
      'a key slips in',
      'first',
    ]);
    expect(allObjects(made)).not.toContain(CANARY);
    expect(allObjects(made)).not.toContain('AKIA');
    expect(inside(made, 'log', '--format=%an', '-1', 'HEAD~1').trim()).toBe('Ann');
    expect(inside(made, 'show', 'HEAD:a.txt')).toBe('three\n');
    expect(statusInside(made, root)).toBe('');
    expect(inside(made, 'fsck', '--full', '--strict')).toBe('');
  });

  it.each(['hide', 'off'] as const)(
    'judges old versions by what they hold, where the rules look into a file (secrets: %s)',
    async (secrets) => {
      const token = (value: string): string => `//registry.example.com/:_password=${value}\n`;
      const root = repository({
        '.npmrc': token(CANARY),
        'gone/.npmrc': token(CANARY),
        'gone/keys.json': 'shown\n',
      });
      write(root, { '.npmrc': 'save-exact=true\n' });
      git(root, 'rm', '-q', '-r', 'gone');
      git(root, 'commit', '-qam', 'without passwords');
      const made = await view(root, { git: 'history', secrets });
      expect(made.notices).toEqual([]);
      expect(allObjects(made)).not.toContain(CANARY);
      expect(inside(made, 'show', 'HEAD:.npmrc')).toBe('save-exact=true\n');
      expect(inside(made, 'show', 'HEAD~1:gone/keys.json')).toBe('shown\n');
      expect(statusInside(made, root)).toBe('');
    },
  );

  it('keeps fifty commits of a longer history', async () => {
    const root = repository({ 'a.txt': '0' });
    for (let commit = 1; commit <= 60; commit++)
      git(root, 'commit', '-q', '--allow-empty', '-m', `c${commit}`);
    const made = await view(root, { git: 'history' });
    expect(inside(made, 'rev-list', '--count', 'HEAD').trim()).toBe('50');
  });

  it('falls back to one commit, and says so, where old content is missing', async () => {
    const source = repository({ 'a.txt': 'old' });
    write(source, { 'a.txt': 'new' });
    git(source, 'commit', '-qam', 'second');
    const root = join(temporary(), 'w');
    git('/', 'clone', '-q', '--filter=blob:none', `file://${source}`, root);
    const made = await view(root, { git: 'history' });
    expect(inside(made, 'rev-list', '--count', 'HEAD').trim()).toBe('1');
    expect(made.notices.join()).toContain('history could not be filtered');
  });

  it('keeps what a shallow clone has', async () => {
    const source = repository({ 'a.txt': '1' });
    for (let commit = 1; commit <= 5; commit++)
      git(source, 'commit', '-q', '--allow-empty', '-m', `c${commit}`);
    const root = join(temporary(), 'w');
    git('/', 'clone', '-q', '--depth=3', `file://${source}`, root);
    const made = await view(root, { git: 'history' });
    expect(made.notices).toEqual([]);
    expect(inside(made, 'log', '--format=%s').trim().split('\n')).toEqual(['c5', 'c4', 'c3']);
  });
});
