import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureScratch } from '../../../src/changes/capture-scratch.js';
import type { Changes } from '../../../src/changes/changes.js';
import { wouldHideBy } from '../../../src/changes/would-hide.js';
import { loadIgnoreRules } from '../../../src/workspace/ignore-rules.js';
import { SCRATCH_README } from '../../../src/workspace/scratch-readme.js';
import { bash, captureDefaults, makePlace } from './run-files.js';

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
  await bash(
    place.root,
    `git init -q; mkdir -p src keys; seq 20 > src/a.txt; echo b > b.txt; echo SECRET > keys/k; echo 'run: x' > Makefile
    mkdir 'sp ace'; seq 5 > 'sp ace/f g'; printf 'ignored/\\n' > .gitignore; git add -A; git commit -qm base`,
  );
});
afterEach(() => rm(place.base, { recursive: true, force: true }));

async function capture(script: string, more: object = {}): Promise<Changes> {
  await bash(place.upper, script);
  const baseCommit = (await bash(place.root, 'git rev-parse HEAD')).trim();
  return await captureScratch({
    ...captureDefaults(place),
    baseCommit,
    scratch: place.upper,
    outScratch: join(place.run, 'scratch'),
    ...more,
  });
}

async function applied(command: string): Promise<string> {
  return await bash(
    place.base,
    `rm -rf clone; git clone -q w clone; cd clone; git apply --index ../run/changes.patch; ${command}`,
  );
}

test('proposed files and patches become one patch that applies to a clean clone', async () => {
  await bash(
    place.base,
    `cp -r w edit; cd edit; sed -i s/^7$/seven/ src/a.txt; git mv 'sp ace/f g' moved; git diff HEAD > ../u/1-edit.patch
    git reset -q --hard; sed -i s/^19$/nineteen/ src/a.txt; git diff > ../u/2-edit.patch`,
  );
  const changes = await capture(
    'mkdir -p workspace/new; echo n > workspace/new/n; echo b2 > workspace/b.txt; echo hello > report.md',
  );
  expect(changes.rejected).toEqual([]);
  expect(changes.source).toBe('scratch');
  expect(changes.files.map((file) => [file.path, file.status])).toEqual([
    ['b.txt', 'modified'],
    ['moved', 'renamed'],
    ['new/n', 'added'],
    ['src/a.txt', 'modified'],
  ]);
  expect(await applied('cat b.txt new/n; sed -n "7p;19p" src/a.txt; ls')).toContain(
    'b2\nn\nseven\nnineteen\n',
  );
  expect(await bash(place.run, 'cd scratch; find . -type f')).toBe('./report.md\n');
});

test('a patch that does not apply is rejected with the reason, handed over as a file, and the others are applied', async () => {
  const changes =
    await capture(`printf -- '--- a/b.txt\\n+++ b/b.txt\\n@@ -1 +1 @@\\n-nope\\n+b3\\n' > 1.patch
    printf -- '--- a/b.txt\\n+++ b/b.txt\\n@@ -1 +1 @@\\n-b\\n+b4\\n' > 2.patch; echo garbage > 3.patch`);
  expect(changes.rejected.map((entry) => entry.path)).toEqual([
    '.agent-scratch/1.patch',
    '.agent-scratch/3.patch',
  ]);
  expect(changes.rejected[0]?.reason).toContain('does not apply');
  expect(await applied('cat b.txt')).toBe('b4\n');
  expect(await bash(place.run, 'ls scratch')).toBe('1.patch\n3.patch\n');
});

test('a patch cannot reach hidden files, .git, the outside or a submodule', async () => {
  const add = (path: string, mode = '100644', line = 'x'): string =>
    `printf -- 'diff --git a/${path} b/${path}\\nnew file mode ${mode}\\nindex 0000000..1111111\\n--- /dev/null\\n+++ b/${path}\\n@@ -0,0 +1 @@\\n+${line}\\n\\\\ No newline at end of file\\n'`;
  const changes = await capture(
    `${add('keys/new')} > a.patch; ${add('.git/hooks/x')} > b.patch; ${add('../out')} > c.patch; ${add('l', '120000', '/etc/passwd')} > d.patch
     ${add('sub/.GIT/config')} > e.patch; ${add('fine', '120000', 'b.txt')} > f.patch; printf -- '--- a/keys/k\\n+++ b/keys/k\\n@@ -1 +1 @@\\n-SECRET\\n+x\\n' > g.patch
     printf 'diff --git a/sm b/sm\\nnew file mode 160000\\nindex 0000000..1111111\\n--- /dev/null\\n+++ b/sm\\n@@ -0,0 +1 @@\\n+Subproject commit 1111111111111111111111111111111111111111\\n' > h.patch`,
    { hidden: [{ path: 'keys', directory: true, reason: 'test' }] },
  );
  expect(changes.files.map((file) => file.path)).toEqual(['fine']);
  expect(changes.rejected.map((entry) => entry.path)).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'g', 'h'].map((name) => `.agent-scratch/${name}.patch`),
  );
  expect(await readFile(join(place.run, 'changes.patch'), 'utf8')).not.toContain('SECRET');
});

test('proposed files keep to the rules of captured edits', async () => {
  const changes = await capture(
    `mkdir -p workspace/.git workspace/keys workspace/src workspace/b.txt workspace/ignored; echo x > workspace/.git/config; echo x > workspace/keys/k
     ln -s /etc/passwd workspace/abs; ln -s b.txt workspace/ok; mkfifo workspace/src/pipe; mknod workspace/gone c 0 0; echo x > workspace/b.txt/in
     echo i > workspace/ignored/i; echo r > 'workspace/src/a.txt'; echo f > workspace/keys2; echo all: > workspace/Makefile; truncate -s 100G workspace/huge`,
    { hidden: [{ path: 'keys', directory: true, reason: 'test' }] },
  );
  expect(changes.files.map((file) => file.path)).toEqual(['Makefile', 'keys2', 'ok', 'src/a.txt']);
  expect(changes.rejected.map((entry) => entry.path)).toEqual([
    '.git',
    'abs',
    'b.txt',
    'gone',
    'huge',
    'ignored',
    'keys',
    'src/pipe',
  ]);
  expect(changes.sensitive.map((entry) => entry.path)).toEqual(['Makefile']);
});

test('a proposed file whose name alone does not make it a credential is judged by its content', async () => {
  const rules = loadIgnoreRules({ root: place.root, ignoreFile: '.agentignore', patterns: [] });
  const add = (path: string, line: string): string =>
    `printf -- '--- /dev/null\\n+++ b/${path}\\n@@ -0,0 +1 @@\\n+${line}\\n'`;
  const changes = await capture(
    `mkdir workspace; echo '{}' > workspace/monkey.json; echo '{"private_key": "x"}' > workspace/service-account.json
     ${add('keyboard.json', '{}')} > a.patch; ${add('keys.json', '{"private_key": "x"}')} > b.patch`,
    { wouldHide: wouldHideBy(place.root, rules) },
  );
  expect(changes.files.map((file) => file.path)).toEqual(['keyboard.json', 'monkey.json']);
  expect(changes.rejected.map((entry) => entry.path)).toEqual([
    '.agent-scratch/b.patch',
    'service-account.json',
  ]);
});

test('a new version of an executable file stays executable, whatever mode it was written with', async () => {
  await bash(place.root, 'echo x > run; chmod +x run; git add run; git commit -qm run');
  const changes = await capture(
    'mkdir workspace; echo y > workspace/run; echo z > workspace/b.txt; chmod +x workspace/b.txt',
  );
  expect(changes.files.map((file) => [file.path, file.newMode])).toEqual([
    ['b.txt', '100755'],
    ['run', '100755'],
  ]);
});

test('what is handed over as files follows no link and leaves out what is not a regular file', async () => {
  await bash(place.base, 'mkdir home; echo CANARY > home/id_rsa');
  const readme = Buffer.from(SCRATCH_README).toString('base64');
  const changes =
    await capture(`echo ${readme} | base64 -d > README; ln -s ${place.base}/home/id_rsa report.txt; ln -s ${place.base}/home logs; mkfifo p
    mkdir -p deep/er; echo d > deep/er/d; printf x > $'bad\\xff'; ln deep/er/d hard; truncate -s 10G sparse`);
  expect(changes.rejected.map((entry) => entry.path)).toEqual(
    ['logs', 'p', 'report.txt', 'sparse'].map((name) => `.agent-scratch/${name}`),
  );
  expect(await bash(place.run, 'cd scratch; find . | LC_ALL=C sort | base64 -w0; ! grep -r CANARY .')).toBe(
    Buffer.from('.\n./bad\xff\n./deep\n./deep/er\n./deep/er/d\n./hard\n', 'latin1').toString('base64'),
  );
});

test('a scratch that is not there is no failure', async () => {
  const missing = await capture('rmdir ../u');
  expect(missing.files).toEqual([]);
});

test('a tiny binary patch that announces gigabytes is refused without the memory for it', async () => {
  const changes = await capture(
    `printf 'diff --git a/z b/z\\nnew file mode 100644\\nindex 0000000000000000000000000000000000000000..1111111111111111111111111111111111111111\\nGIT binary patch\\nliteral 99999999999\\ncmZQz00000\\n\\n' > z.patch`,
  );
  expect(changes.rejected).toEqual([
    { path: '.agent-scratch/z.patch', reason: 'a binary change that is too big' },
  ]);
});

test('patches for names with blanks, quotes, tabs and odd bytes find their files', async () => {
  const names = ["$'t\\tab'", "'q\"uote'", "$'\\xff'", "'two  blanks'", "$'new\\nline'"];
  await bash(
    place.root,
    `for f in ${names.join(' ')}; do echo old > "$f"; done; git add -A; git commit -qm odd`,
  );
  await bash(
    place.base,
    `cp -r w edit; cd edit; for f in ${names.join(' ')}; do echo new > "$f"; done; git mv $'t\\tab' 'moved to'; chmod +x 'two  blanks'; git diff HEAD > ../u/odd.patch`,
  );
  const changes = await capture('true');
  expect(changes.rejected).toEqual([]);
  expect(changes.files.length).toBe(6);
  expect((await applied('git write-tree')).trim()).toBe(
    (await bash(`${place.base}/edit`, 'git add -A; git write-tree')).trim(),
  );
});

test('binary patches work in a repository with SHA-256 names', async () => {
  await bash(
    place.root,
    'rm -rf .git; git init -q --object-format=sha256; seq 100 | gzip -n > bin; git add -A; git commit -qm base',
  );
  await bash(
    place.base,
    'cp -r w edit; cd edit; seq 200 | gzip -n >> bin; git diff --binary > ../u/bin.patch',
  );
  const changes = await capture('true');
  expect(changes.rejected).toEqual([]);
  expect((await applied('git write-tree')).trim()).toBe(
    (await bash(`${place.base}/edit`, 'git add -A; git write-tree')).trim(),
  );
});
