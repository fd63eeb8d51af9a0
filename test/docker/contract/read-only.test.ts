import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitIn, makeWorkspace, manifest, type RunResult, type Workspace } from '../../fixtures/cli.js';

describe('--mode read-only', () => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];

  const PROPOSE = String.raw`
echo x > new.txt 2>/dev/null && echo "WROTE new"
echo x > a.txt 2>/dev/null && echo "WROTE a"
rm -f a.txt 2>/dev/null && echo "REMOVED a"
mkdir d 2>/dev/null && echo "MADE d"
chmod 700 a.txt 2>/dev/null && echo "CHMOD a"
echo x > .git/config 2>/dev/null && echo "WROTE git"
cat .agent-scratch/README | head -c 3000
cd .agent-scratch
mkdir -p workspace/src workspace/private
echo 'better' > workspace/src/b.txt
echo 'brand new' > workspace/src/new.txt
printf '\000bin' > workspace/blob.bin
echo stolen > workspace/secret.txt
echo stolen > workspace/private/x.txt
ln -s /etc/passwd workspace/passwd
ln -s /etc/passwd evil-link
mkfifo pipe
cat > ok.patch <<'END'
diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-one
+two
END
cat > bad.patch <<'END'
diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1 +1 @@
-not there
+three
END
cat > escape.patch <<'END'
diff --git a/../outside.txt b/../outside.txt
new file mode 100644
--- /dev/null
+++ b/../outside.txt
@@ -0,0 +1 @@
+out
END
cat > hidden.patch <<'END'
diff --git a/secret.txt b/secret.txt
--- a/secret.txt
+++ b/secret.txt
@@ -1 +1 @@
-TOPSECRET
+mine
END
echo 'a review' > review.md; mkdir -p deep/er; echo note > deep/er/note.txt
chmod 000 review.md
`;

  beforeAll(async () => {
    workspace = makeWorkspace({
      'a.txt': 'one\n',
      'src/b.txt': 'good\n',
      'secret.txt': 'TOPSECRET\n',
      'private/x.txt': 'TOPSECRET\n',
      '.agentignore': 'secret.txt\nprivate/\n',
    });
    before = manifest(workspace.directory);
    result = await workspace.bash(PROPOSE, ['--mode', 'read-only']);
  });
  afterAll(() => workspace.remove());

  const rejected = (): string => JSON.stringify(result.changes.rejected);

  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it('nothing but the scratch can be written', () =>
    expect(result.stdout.toString()).not.toMatch(/WROTE|REMOVED|MADE|CHMOD/));
  it('the agent finds a README that says how to propose', () => {
    expect(result.stdout.toString()).toContain('.agent-scratch/workspace');
    expect(result.stdout.toString()).toContain('.patch');
  });
  it('files below .agent-scratch/workspace are proposed versions', () => {
    expect(result.changes.source).toBe('scratch');
    expect(result.changes.files).toContainEqual(
      expect.objectContaining({ path: 'src/b.txt', status: 'modified' }),
    );
    expect(result.changes.files).toContainEqual(
      expect.objectContaining({ path: 'src/new.txt', status: 'added' }),
    );
    expect(result.changes.files).toContainEqual(
      expect.objectContaining({ path: 'blob.bin', status: 'added', binary: true }),
    );
  });
  it('a patch that applies is joined', () => {
    expect(result.changes.files).toContainEqual(
      expect.objectContaining({ path: 'a.txt', status: 'modified' }),
    );
    expect(result.read('changes.patch')).toContain('+two');
  });
  it('the joined patch applies to a clean clone', () => {
    const clone = join(workspace.root, 'clone');
    gitIn(workspace.root, 'clone', '--quiet', '--no-local', workspace.directory, clone);
    gitIn(clone, 'apply', '--index', '--whitespace=nowarn', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'show', ':a.txt')).toBe('two');
    expect(gitIn(clone, 'show', ':src/b.txt')).toBe('better');
  });
  it('a patch that does not apply is rejected', () => expect(rejected()).toContain('bad.patch'));
  it('a patch that leaves the workspace is rejected', () => expect(rejected()).toContain('escape.patch'));
  it('proposals for hidden paths are rejected', () => {
    expect(rejected()).toMatch(/secret\.txt/);
    expect(rejected()).toMatch(/private/);
    expect(rejected()).toMatch(/hidden\.patch|secret\.txt/);
    expect(result.read('changes.patch')).not.toMatch(/stolen|TOPSECRET|mine/);
  });
  it('links out are rejected and not followed', () => {
    expect(rejected()).toContain('passwd');
    expect(existsSync(join(result.out, 'scratch/evil-link'))).toBe(false);
    expect(existsSync(join(result.out, 'scratch/pipe'))).toBe(false);
  });
  it('everything else is handed over as files', () => {
    expect(result.read('scratch/review.md')).toBe('a review\n');
    expect(result.read('scratch/deep/er/note.txt')).toBe('note\n');
  });
  it('the report says the mode', () => expect(result.report.workspace.mode).toBe('read-only'));
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
});

describe('.agent-scratch of the workspace itself', () => {
  it.each(['overlay', 'read-only'])('%s: is not shown, and the one inside is empty', async (mode) => {
    const workspace = makeWorkspace({ 'a.txt': 'a\n', '.agent-scratch/old.txt': 'OLD\n' });
    try {
      const before = manifest(workspace.directory);
      const result = await workspace.bash('ls -A .agent-scratch; echo new > .agent-scratch/new.txt', [
        '--mode',
        mode,
      ]);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout.toString()).not.toContain('old.txt');
      expect(result.read('scratch/new.txt')).toBe('new\n');
      expect(manifest(workspace.directory)).toEqual(before);
    } finally {
      workspace.remove();
    }
  });
});

describe('the prompt', () => {
  it('comes on standard input and tells about the scratch in read-only mode', async () => {
    const workspace = makeWorkspace({ 'cat.sh': 'cat\n' });
    try {
      const result = await workspace.run(
        ['--network', 'none', '--mode', 'read-only', '--prompt', 'Review the code.'],
        ['cat'],
      );
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.stdout.toString()).toContain('Review the code.');
      expect(result.stdout.toString()).toContain('.agent-scratch');
    } finally {
      workspace.remove();
    }
  });
});

describe('an engine that makes volumes slowly', () => {
  const SLOW = `#!/bin/sh
case "$1 $2" in "volume create") sleep 1 ;; esac
exec ${execFileSync('sh', ['-c', 'command -v docker']).toString().trim()} "$@"
`;
  it.each(['overlay', 'read-only'])(
    '%s: no container starts on an empty volume in the place of the view',
    async (mode) => {
      const workspace = makeWorkspace({ 'a.txt': 'a\n', '.env': 'KEY=1\n' });
      try {
        mkdirSync(join(workspace.root, 'bin'));
        writeFileSync(join(workspace.root, 'bin/docker'), SLOW, { mode: 0o755 });
        const env = { PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}` };
        const result = await workspace.bash('ls -A', ['--mode', mode], { env });
        expect(result.exitCode, result.stderr).toBe(0);
        expect(result.stdout.toString()).toBe('.agent-scratch\n.git\na.txt\n');
      } finally {
        workspace.remove();
      }
    },
  );
});
