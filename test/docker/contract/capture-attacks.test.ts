import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  gitIn,
  leftOf,
  makeWorkspace,
  manifest,
  type RunResult,
  runIdIn,
  type Workspace,
} from '../../fixtures/cli.js';
import { by, STRATEGIES, withHiddenEngine } from '../../fixtures/strategies.js';

/** An agent that leaves what hurts whoever reads it, with a canary on the host for each way out. */

const engine = withHiddenEngine();

const FILES = {
  '.agentignore': 'secret.txt\nprivate/\n',
  'secret.txt': 'TOPSECRET\n',
  '.env': 'ORIGINAL=1\n',
  'sub/keep.txt': 'x\n',
  'replaced/a.txt': 'a\n',
  'forged/a.txt': 'a\n',
  'forged/b.txt': 'b\n',
  'attributes.txt': 'old\n',
};

const ATTACK = String.raw`
ln -s /etc/passwd link-absolute
ln -s ../outside.txt link-up
ln -s sub/../../outside.txt link-through
ln -s "$OUTSIDE" link-host
rm sub/keep.txt; ln -s ../../outside.txt sub/keep.txt
mkfifo fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("sock")'
mknod null c 1 3; mknod disk b 8 0; mknod white c 0 0
echo x > setuid; chmod 4755 setuid
echo x > setgid; chmod 2755 setgid
echo mine > .env
echo mine > sub/new.pem
mkdir private; echo mine > private/x.txt
rm -r replaced; ln -s / replaced
mkdir -p vendor/.git/hooks; echo evil > vendor/.git/hooks/post-checkout
mkdir -p .GIT; echo evil > .GIT/config
mkdir -p 'git~1'; echo evil > 'git~1/config'
python3 - <<'EOF'
import os
for path in ('forged', 'forged/a.txt', 'sub'):
    for name in ('opaque', 'whiteout', 'redirect', 'metacopy'):
        for value in (b'y', b'/../outside.txt'):
            try: os.setxattr(path, 'user.overlay.' + name, value)
            except OSError: pass
EOF
touch forged/b.txt
mkdir -p .git/hooks
printf '#!/bin/sh\ntouch "$CANARY"\n' | tee .git/hooks/post-index-change .git/hooks/pre-commit > .git/hooks/post-checkout; chmod +x .git/hooks/*
git config core.fsmonitor "touch $CANARY"; git config core.hooksPath .git/hooks; git config core.pager "touch $CANARY"
git config filter.evil.clean "touch $CANARY"; git config filter.evil.smudge "touch $CANARY"
git config diff.evil.command "touch $CANARY"; git config diff.evil.textconv "touch $CANARY"
printf '* filter=evil diff=evil working-tree-encoding=UTF-16 eol=crlf -diff\n' > .gitattributes
printf 'x\r\ny\n' > attributes.txt
echo '!secret.txt' >> .agentignore
echo fine > fine.txt
echo fine > "$(printf 'new\nline.txt')"; echo fine > "$(printf 'bytes\377.txt')"; echo fine > -rf; echo fine > '$(touch x)'
echo fine > locked.txt; chmod 000 locked.txt; mkdir cave; echo fine > cave/x; chmod 000 cave
mkdir '.. ' ...; echo fine > '.. /x'; echo fine > .../x
truncate -s 100G sparse.bin
`;

describe.each(STRATEGIES)('what is rejected, listed and not followed, in a view by %s', (strategy) => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  const places = (): string[] => result.changes.files.map(({ path }) => path);
  const rejected = (path: string): string | undefined =>
    result.changes.rejected.find(
      (entry) =>
        entry.path === path || entry.path.startsWith(`${path}/`) || path.startsWith(`${entry.path}/`),
    )?.reason;

  beforeAll(async () => {
    workspace = makeWorkspace(FILES);
    const at = (name: string): string => join(workspace.root, name);
    writeFileSync(at('outside.txt'), 'OUTSIDE\n');
    before = manifest(workspace.directory);
    const canaries = ['--env', `CANARY=${at('canary')}`, '--env', `OUTSIDE=${at('outside.txt')}`];
    result = await workspace.bash(ATTACK, ['--disk', '200g', ...canaries], by(strategy, engine));
  });
  afterAll(() => workspace.remove());

  it('the run succeeds', () => {
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.workspace.strategy).toBe(strategy);
  });
  it.each([
    'link-absolute',
    'link-up',
    'link-through',
    'link-host',
    'sub/keep.txt',
    'fifo',
    'sock',
    'setuid',
    'setgid',
    '.env',
    'sub/new.pem',
    'private/x.txt',
    'replaced',
    'vendor/.git/hooks/post-checkout',
    '.GIT/config',
    'git~1/config',
    'sparse.bin',
  ])('%s', (path) => {
    expect(rejected(path)).toBeTruthy();
    expect(places()).not.toContain(path);
  });
  it('no device, and nothing that a rejected link or a forged attribute would delete, is in the patch', () => {
    for (const path of ['null', 'disk', 'white', 'replaced/a.txt', 'forged/a.txt', 'forged/b.txt'])
      expect(places()).not.toContain(path);
  });
  it('all the rest is in the patch, whatever its name and mode, and nothing else', () => {
    expect(places()).toEqual([
      '$(touch x)',
      '-rf',
      '.. /x',
      '.../x',
      '.agentignore',
      '.gitattributes',
      'attributes.txt',
      'bytes\udcff.txt',
      'cave/x',
      'fine.txt',
      'locked.txt',
      'new\nline.txt',
    ]);
  });
  it('no attribute changes what is in the patch, and it applies to a clean clone', () => {
    expect(result.read('changes.patch')).toContain('+x\r\n+y\n');
    const clone = join(workspace.root, 'clone');
    gitIn(workspace.root, 'clone', '--quiet', '--no-local', workspace.directory, clone);
    mkdirSync(join(clone, '.git/info'), { recursive: true });
    writeFileSync(join(clone, '.git/info/attributes'), '* !text !eol !filter !working-tree-encoding\n');
    gitIn(clone, 'apply', '--index', '--whitespace=nowarn', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'show', ':attributes.txt')).toBe('x\r\ny');
  });
  it('edits of .agentignore and .gitattributes changed nothing and are sensitive', () => {
    expect(result.changes.sensitive.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['.agentignore', '.gitattributes']),
    );
  });
  it('the report lists the same', () =>
    expect(result.report.changes.rejected).toEqual(result.changes.rejected));
  it('nothing of the host reached the results', () => {
    for (const file of ['changes.patch', 'changes.json', 'report.json'])
      expect(result.read(file)).not.toMatch(/OUTSIDE\n|root:x:0|ORIGINAL|TOPSECRET/);
  });
  it('nothing that the agent planted has run on the host', () =>
    expect(existsSync(join(workspace.root, 'canary'))).toBe(false));
  it('the original is untouched, and nothing is left', () => {
    expect(manifest(workspace.directory)).toEqual(before);
    expect(leftOf(runIdIn(result.stderr))).toEqual([]);
  });
});
