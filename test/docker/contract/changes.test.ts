import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  gitIn,
  makeWorkspace,
  manifest,
  type RunResult,
  type Workspace,
} from '../../fixtures/cli.js';

const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

/** A clone of the workspace's commit, outside of it. */
function cloneOf(workspace: Workspace, name: string): string {
  const clone = join(workspace.root, name);
  gitIn(workspace.root, 'clone', '--quiet', '--no-local', workspace.directory, clone);
  return clone;
}

describe('a patch of everything that git can say', () => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  let expected: string;

  const EDIT = String.raw`
set -e
echo changed > text.txt
printf 'no end' > no-newline.txt
printf '\000\001\002\377new' > binary.bin
rm deleted.txt; rm -r folder
chmod +x script.sh
mv renamed-from.txt renamed-to.txt
ln -sfn text.txt link
rm becomes-link; ln -s text.txt becomes-link
rm was-link; echo file > was-link
rm file-then-dir; mkdir file-then-dir; echo x > file-then-dir/x
rm -r dir-then-file; echo x > dir-then-file
rm -r remade; mkdir remade; echo only > remade/only.txt
mkdir -p new/deep; echo deep > new/deep/file.txt
: > empty.txt
printf 'a\r\nb\r\n' > crlf.txt
echo x > "$(printf 'latin\351.txt')"
echo x > "$(printf 'new\nline.txt')"
echo x > ' lead and trail '
echo x > 'quote"back\slash.txt'
echo x > 'Ünïcode.txt'
echo x > 'tab	.txt'
echo x > unreadable.txt; chmod 000 unreadable.txt
mkdir locked; echo x > locked/inside.txt; chmod 000 locked
ln text.txt hard-link.txt
printf '* text=auto eol=crlf\n*.txt filter=evil\n' > .gitattributes
git config filter.evil.clean 'touch /workspace/pwned; cat' ; git config core.fsmonitor 'touch /workspace/pwned2'
mkdir -p empty-directory
touch touched.txt
`;

  beforeAll(async () => {
    workspace = makeWorkspace(
      {
        'text.txt': 'text\n',
        'no-newline.txt': 'end\n',
        'binary.bin': bytes(0, 1, 2, 255, 'old'),
        'deleted.txt': 'a text of its own\n',
        'folder/a.txt': 'a\n',
        'folder/b/c.txt': 'c\n',
        'script.sh': '#!/bin/sh\n',
        'renamed-from.txt': 'a long enough text to be found as a rename\n'.repeat(10),
        'becomes-link': 'x\n',
        'file-then-dir': 'another text of its own\n',
        'dir-then-file/y': 'y\n',
        'remade/old.txt': 'old\n',
        'crlf.txt': 'a\r\n',
        'touched.txt': 'same\n',
        'untouched.txt': 'same\n',
      },
      { git: false },
    );
    symlinkSync('deleted.txt', join(workspace.directory, 'link'));
    symlinkSync('untouched.txt', join(workspace.directory, 'was-link'));
    workspace.git('init', '--quiet', '--initial-branch', 'main');
    workspace.git('add', '--all');
    workspace.git('commit', '--quiet', '--message', 'first');
    // Dirty and untracked files of the user: the base of the patch is what the agent saw.
    before = manifest(workspace.directory);
    result = await workspace.bash(EDIT);

    const byHand = cloneOf(workspace, 'by-hand');
    const at = (name: string | Buffer): Buffer =>
      Buffer.concat([Buffer.from(`${byHand}/`), Buffer.from(name)]);
    const put = (name: string | Buffer, content: string | Buffer): void => {
      rmSync(at(name), { force: true });
      writeFileSync(at(name), content);
    };
    put('text.txt', 'changed\n');
    put('no-newline.txt', 'no end');
    put('binary.bin', bytes(0, 1, 2, 255, 'new'));
    for (const gone of [
      'deleted.txt',
      'folder',
      'file-then-dir',
      'dir-then-file',
      'remade',
      'link',
      'becomes-link',
      'was-link',
    ]) {
      rmSync(at(gone), { recursive: true });
    }
    chmodSync(at('script.sh'), 0o755);
    renameSync(at('renamed-from.txt'), at('renamed-to.txt'));
    symlinkSync('text.txt', at('link'));
    symlinkSync('text.txt', at('becomes-link'));
    put('was-link', 'file\n');
    for (const directory of ['file-then-dir', 'remade', 'new', 'new/deep', 'locked'])
      mkdirSync(at(directory));
    put('file-then-dir/x', 'x\n');
    put('dir-then-file', 'x\n');
    put('remade/only.txt', 'only\n');
    put('new/deep/file.txt', 'deep\n');
    put('empty.txt', '');
    put('crlf.txt', 'a\r\nb\r\n');
    for (const name of [
      bytes('latin', 0xe9, '.txt'),
      'new\nline.txt',
      ' lead and trail ',
      'quote"back\\slash.txt',
      'Ünïcode.txt',
      'tab\t.txt',
      'unreadable.txt',
      'locked/inside.txt',
    ]) {
      put(name, 'x\n');
    }
    linkSync(at('text.txt'), at('hard-link.txt'));
    gitIn(byHand, 'config', 'core.attributesFile', '/dev/null');
    gitIn(byHand, 'add', '--all');
    writeFileSync(at('.gitattributes'), '* text=auto eol=crlf\n*.txt filter=evil\n');
    writeFileSync(join(byHand, '.git/info/attributes'), '* -text !eol !filter\n');
    gitIn(byHand, 'add', '--all');
    expected = gitIn(byHand, 'write-tree');
  });
  afterAll(() => workspace.remove());

  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it('only what git cannot keep is rejected', () => {
    expect(result.changes.rejected.map((entry) => entry.path)).toEqual(['empty-directory']);
  });
  it('applies to a clean clone and gives the tree that the agent left', () => {
    const clone = cloneOf(workspace, 'clean');
    writeFileSync(join(clone, '.git/info/attributes'), '* -text !eol !filter\n');
    gitIn(clone, 'apply', '--index', '--whitespace=nowarn', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'write-tree')).toBe(expected);
  });
  it('applies to the index alone as well', () => {
    const clone = cloneOf(workspace, 'cached');
    gitIn(clone, 'apply', '--cached', '--whitespace=nowarn', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'write-tree')).toBe(expected);
  });
  it('`cagent apply` gives the same tree', async () => {
    const clone = cloneOf(workspace, 'by-cagent');
    const policy = join(workspace.root, 'policy.yml');
    writeFileSync(policy, 'version: 1\npatch: { protected: [] }\n');
    const applied = await cagent(['apply', '--workspace', clone, '--config', policy, result.out]);
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect(gitIn(clone, 'write-tree')).toBe(expected);
  });
  it('`cagent apply` refuses a protected path by default and changes nothing', async () => {
    const clone = cloneOf(workspace, 'protected');
    const untouched = gitIn(clone, 'status', '--porcelain');
    const applied = await cagent(['apply', '--workspace', clone, result.out]);
    expect(applied.exitCode).toBe(125);
    expect(applied.stderr).toMatch(/^cagent: changes\.apply: .*\.gitattributes[^\n]*\n$/);
    expect(gitIn(clone, 'status', '--porcelain')).toBe(untouched);
  });
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
  it.each([
    ['text.txt', 'modified'],
    ['deleted.txt', 'deleted'],
    ['folder/b/c.txt', 'deleted'],
    ['script.sh', 'mode-changed'],
    ['renamed-to.txt', 'renamed'],
    ['becomes-link', 'type-changed'],
    ['was-link', 'type-changed'],
    ['file-then-dir/x', 'added'],
    ['file-then-dir', 'deleted'],
    ['remade/old.txt', 'deleted'],
    ['empty.txt', 'added'],
    ['unreadable.txt', 'added'],
    ['locked/inside.txt', 'added'],
    ['new\nline.txt', 'added'],
    ['latin\udce9.txt', 'added'],
  ] as const)('changes.json says that %j is %s', (path, status) => {
    expect(result.changes.files.find((file) => file.path === path)?.status).toBe(status);
  });
  it('what was only touched is no change', () =>
    expect(result.read('changes.patch')).not.toMatch(/[ab]\/touched\.txt/));
  it('the binary file is one', () => {
    expect(result.changes.files.find((file) => file.path === 'binary.bin')).toMatchObject({
      status: 'modified',
      binary: true,
    });
    expect(result.read('changes.patch')).toContain('GIT binary patch');
  });
  it('the report counts what changes.json lists', () => {
    const { files, added, deleted } = result.changes;
    expect(result.report.changes).toMatchObject({ files: files.length, added, deleted });
  });
  it('.gitattributes is sensitive', () =>
    expect(result.changes.sensitive.map((entry) => entry.path)).toContain('.gitattributes'));
  it("nothing of the agent's git configuration ran", () =>
    expect(result.read('changes.patch')).not.toContain('pwned'));
});

describe('sensitive changes', () => {
  const PATHS = [
    '.github/workflows/ci.yml',
    '.github/actions/x/action.yml',
    'package.json',
    'package-lock.json',
    'CODEOWNERS',
    'docs/CODEOWNERS',
    '.gitattributes',
    '.husky/pre-commit',
    '.claude/settings.json',
    'AGENTS.md',
    'CLAUDE.md',
    '.mcp.json',
    '.codex/config.toml',
    '.gemini/settings.json',
    'opencode.json',
    'cagent.yml',
    '.agentignore',
    '.vscode/tasks.json',
    '.bashrc',
    '.envrc.example',
    '.gitmodules',
    'yarn.lock',
    'Cargo.lock',
    'Makefile',
    'Dockerfile',
    '.pre-commit-config.yaml',
  ] as const;
  let workspace: Workspace;
  let result: RunResult;
  beforeAll(async () => {
    workspace = makeWorkspace({ 'package.json': '{}\n', 'src/a.ts': 'a\n' });
    const commands = PATHS.map(
      (path) => `mkdir -p "$(dirname '${path}')"; echo '{"scripts":{"postinstall":"evil"}}' > '${path}'`,
    );
    result = await workspace.bash([...commands, 'echo b > src/a.ts', 'echo c > notes.md'].join('\n'));
  });
  afterAll(() => workspace.remove());

  it.each(PATHS.filter((path) => path !== '.envrc.example'))('%s', (path) => {
    expect(result.changes.sensitive.find((entry) => entry.path === path)?.reason).toBeTruthy();
  });
  it.each(['src/a.ts', 'notes.md'])('%s is not', (path) => {
    expect(result.changes.sensitive.map((entry) => entry.path)).not.toContain(path);
  });
});

describe('no change', () => {
  it('gives an empty patch and equal trees', async () => {
    const workspace = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const result = await workspace.bash(
        'echo b > a.txt; echo a > a.txt; touch new; rm new; chmod 600 a.txt',
      );
      expect(result.read('changes.patch')).toBe('');
      expect(result.changes).toMatchObject({ files: [], added: 0, deleted: 0, patchBytes: 0 });
      expect(result.changes.baseTree).toBe(result.changes.newTree);
      expect(readFileSync(join(result.out, 'changes.patch')).length).toBe(0);
    } finally {
      workspace.remove();
    }
  });
});
