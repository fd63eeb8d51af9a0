import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Changes } from '../../../src/changes/changes.js';
import { OverlayAgent, sh } from './overlay-agent.js';

let agent: OverlayAgent;
afterEach(() => agent.remove());

const WORKSPACE = `
  mkdir -p src/deep lib dir gone again; echo one > a.txt; echo two > src/b.txt; echo three > src/deep/c.txt
  for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done > lib/long.txt; cp lib/long.txt lib/other.txt
  echo x > dir/x; echo y > dir/y; echo g > gone/g; echo g > gone/h; echo k > again/keep; echo l > again/lost
  head -c 5000 /dev/urandom > blob.bin; printf 'no end' > noeol; printf 'a\\r\\nb\\r\\n' > crlf.txt
  ln -s a.txt link; echo tool > tool.sh; chmod +x tool.sh; : > empty`;

function rejectedPaths(changes: Changes): string[] {
  return changes.rejected.map((entry) => entry.path);
}

function statusOf(changes: Changes, path: string): string | undefined {
  return changes.files.find((file) => file.path === path)?.status;
}

test('an honest edit session comes out complete: the patch gives exactly the tree that the agent saw', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(`
    echo more >> a.txt; rm src/b.txt; mv lib lib2; echo extra >> lib2/long.txt; rm -rf gone
    rm -rf again; mkdir again; echo k2 > again/keep; echo n > again/new
    rm -rf dir; echo now a file > dir; rm src/deep/c.txt; rmdir src/deep; echo f > src/deep
    rm noeol; mkdir noeol; echo in > noeol/in
    head -c 6000 /dev/urandom > blob.bin; printf 'still no end' > end; printf 'a\\r\\nc\\r\\n' > crlf.txt
    rm link; ln -s src/deep link; ln -s ../a.txt src/up; chmod -x tool.sh; : > empty2; echo e > empty
    ln a.txt hard; printf x > $'new\\nline'; printf x > $'\\xff\\xfe'; printf x > 'quo"te\\back'; printf x > ' sp '; printf x > $'tab\\tname'
    mkdir -p 'p q/r'; echo 1 > 'p q/r/s'`);
  const changes = await agent.capture();
  expect(changes.rejected).toEqual([]);
  expect(await agent.appliedTree()).toBe(await agent.seenTree());
  expect(changes.files.find((file) => file.path === 'lib2/other.txt')).toMatchObject({
    status: 'renamed',
    oldPath: 'lib/other.txt',
  });
  expect(statusOf(changes, 'tool.sh')).toBe('mode-changed');
  expect(statusOf(changes, 'again/lost')).toBe('deleted');
  expect(statusOf(changes, '\udcff\udcfe')).toBe('added');
  expect(changes.patchBytes).toBe((await stat(agent.patch)).size);
});

test('touching, copying up and making hard links of unchanged files is no change', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(
    'touch a.txt src/b.txt; chmod 600 a.txt; touch -h link; chmod 700 src; mv lib/long.txt t; mv t lib/long.txt',
  );
  const changes = await agent.capture();
  expect(changes.files).toEqual([]);
  expect(changes.rejected).toEqual([]);
  expect(changes.patchBytes).toBe(0);
  expect(changes.newTree).toBe(changes.baseTree);
});

test('the original workspace is not changed by a capture, times and index included', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  const list = 'find . -printf "%p %m %s %T@ %C@ %i\\n" | sort';
  const before = await sh(list, agent.root);
  await agent.run('rm -rf lib; echo x >> a.txt; chmod 000 src/b.txt; mkdir new; echo n > new/n');
  await agent.capture();
  expect(await sh(list, agent.root)).toBe(before);
});

test('links that leave the workspace are rejected with the deletions they imply, links inside are kept', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(`
    ln -s /etc/passwd abs; ln -s ../../etc rel; ln -s src/../../x out; ln -s src/b.txt fine; ln -s nowhere dangling
    rm -rf lib; ln -s /etc lib; rm a.txt; ln -s ../outside a.txt
    ln -s .. src/up; ln -s src/up/../x sneaky; ln -s .git/config gitlink; ln -s .gIt/hooks gitlink2`);
  const changes = await agent.capture();
  expect(rejectedPaths(changes)).toEqual([
    'a.txt',
    'abs',
    'gitlink',
    'gitlink2',
    'lib',
    'out',
    'rel',
    'sneaky',
  ]);
  expect(changes.files.map((file) => file.path)).toEqual(['dangling', 'fine', 'src/up']);
  await agent.appliedTree();
});

test('pipes, sockets and set-uid files are rejected, and what they replaced stays', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(`
    mkfifo pipe; rm a.txt; mkfifo a.txt; echo s > suid; chmod 4755 suid; chmod 2755 tool.sh; perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0); bind(S,sockaddr_un("sock"))'
    mkdir sg; chmod 2777 sg; echo ok > sg/ok; ! mknod zero c 0 0; ! mknod null c 1 3`);
  const changes = await agent.capture();
  expect(rejectedPaths(changes)).toEqual(['a.txt', 'pipe', 'sock', 'suid', 'tool.sh']);
  expect(changes.rejected.find((entry) => entry.path === 'suid')?.reason).toContain('set-uid');
  expect(changes.files.map((file) => file.path)).toEqual(['sg/ok']);
});

test('forged overlay attributes delete nothing', async () => {
  agent = await OverlayAgent.create(`${WORKSPACE}; for i in $(seq 200); do echo $i > dir/$i; done`);
  await agent.run(`
    for name in opaque whiteout redirect metacopy; do
      perl -e 'my $call = qx(uname -m) =~ /x86_64/ ? 188 : 5; for my $f (@ARGV[1..$#ARGV]) { my ($n, $v) = ("user.overlay.$ARGV[0]", "y"); syscall($call, $f, $n, $v, 1, 0) == 0 or die "setxattr: $!" }' $name dir dir/1 src
    done; echo new > dir/new`);
  const changes = await agent.capture();
  expect(changes.files.map((file) => file.path)).toEqual(['dir/new']);
  expect(changes.rejected).toEqual([]);
});

test('files and directories that the agent locked away are captured, and their modes stay as they were', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(
    'echo l > locked; chmod 000 locked; mkdir cave; echo d > cave/d; chmod 000 cave; echo z >> a.txt; chmod 000 a.txt',
  );
  const changes = await agent.capture();
  expect(changes.rejected).toEqual([]);
  expect(changes.files.map((file) => file.path)).toEqual(['a.txt', 'cave/d', 'locked']);
  expect((await stat(join(agent.upper, 'cave'))).mode & 0o777).toBe(0);
});

test('a sparse file of 100 GB is rejected by its size without being read', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('truncate -s 100G huge; rm a.txt; truncate -s 100G a.txt; echo ok > ok');
  const changes = await agent.capture();
  expect(rejectedPaths(changes)).toEqual(['a.txt', 'huge']);
  expect(changes.files.map((file) => file.path)).toEqual(['ok']);
});

test('hidden files survive the deletion of their directory, and nothing can be put in their place', async () => {
  agent = await OverlayAgent.create(
    `${WORKSPACE}; echo SECRET > dir/.env; mkdir keys; echo SECRET > keys/k.pem; echo SECRET > src/.env`,
  );
  await agent.hide('dir/.env', 'keys', 'src/.env');
  await agent.run(
    'rm -rf dir; mkdir keys; echo fake > keys/k.pem; echo fake > src/.env; rm -rf src; echo file > src',
  );
  const hidden = ['dir/.env', 'src/.env'].map((path) => ({ path, directory: false, reason: 'test' }));
  const changes = await agent.capture({
    hidden: [...hidden, { path: 'keys', directory: true, reason: 'test' }],
  });
  expect(rejectedPaths(changes)).toEqual(['keys', 'src']);
  expect(changes.files.map((file) => [file.path, file.status])).toEqual([
    ['dir/x', 'deleted'],
    ['dir/y', 'deleted'],
  ]);
  expect(await readFile(agent.patch, 'latin1')).not.toContain('SECRET');
});

test('repositories that the agent plants are rejected, in every spelling of .git', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run(`
    mkdir -p .git/hooks vendor/.git/hooks .GIT 'x/.git ' y/git~1 $'z/.g\\xe2\\x80\\x8cit'; echo evil > .git/config
    for d in vendor/.git .GIT 'x/.git ' y/git~1 $'z/.g\\xe2\\x80\\x8cit'; do echo evil > "$d/config"; done
    echo ok > vendor/ok; ln -s a.txt .gitmodules`);
  const changes = await agent.capture();
  expect(rejectedPaths(changes)).toEqual([
    '.GIT',
    '.gitmodules',
    'vendor/.git',
    'x/.git ',
    'y/git~1',
    'z/.g\u200cit',
  ]);
  expect(changes.files.map((file) => file.path)).toEqual(['vendor/ok']);
});

test('planted hooks, filters, fsmonitor and attributes run nothing and change no byte of the patch', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  const canary = join(agent.root, '..', 'canary');
  await agent.run(`
    mkdir -p .git/hooks; printf '[core]\\nfsmonitor=touch ${canary}\\nhooksPath=.git/hooks\\n[filter "f"]\\nclean=touch ${canary}\\nsmudge=touch ${canary}\\n[diff "f"]\\ncommand=touch ${canary}\\ntextconv=touch ${canary}\\n' > .git/config
    printf '#!/bin/sh\\ntouch ${canary}\\n' > .git/hooks/post-index-change; chmod +x .git/hooks/*
    printf '* filter=f diff=f working-tree-encoding=UTF-16 eol=crlf -diff\\n' > .gitattributes
    echo changed > a.txt; printf 'x\\r\\ny\\n' > mixed`);
  const changes = await agent.capture();
  await expect(stat(canary)).rejects.toThrow();
  expect(await readFile(agent.patch, 'latin1')).toContain('+changed\n');
  expect(changes.sensitive.map((entry) => entry.path)).toEqual(['.gitattributes']);
});

test('more changes than the limit end in a patch that says it is not whole, and still applies', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('mkdir many; cd many; seq 3000 | xargs touch');
  const changes = await agent.capture({
    limits: { maxFiles: 1000, maxEntries: 10_000, maxFileBytes: 1e6, maxTotalBytes: 1e9 },
  });
  expect(changes.files.length).toBe(1000);
  expect(changes.rejected).toEqual([
    { path: '.', reason: expect.stringContaining('more than 1000 files changed') },
  ]);
  await agent.appliedTree();
});

test('of 200,000 new files the first 50,000 are in the patch, and the list says that it is not whole', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('for at in $(seq 200); do mkdir many$at; cd many$at; seq 1000 | xargs touch; cd ..; done');
  const changes = await agent.capture();
  expect(changes.files.length).toBe(50_000);
  expect(changes.rejected).toEqual([
    { path: '.', reason: expect.stringContaining('more than 50000 files changed') },
  ]);
});

test('a bomb of 30,000 FIFOs is counted, not listed one by one', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('mkdir many; cd many; seq 30000 | xargs mkfifo; echo ok > ../zz');
  const changes = await agent.capture();
  expect(changes.rejected.length).toBeLessThan(1_200);
  expect(changes.rejected.some((entry) => /^29000 more/.test(entry.reason))).toBe(true);
  expect(changes.files.map((file) => file.path)).toEqual(['zz']);
});

test('installed packages are left out when .gitignore says so, committed files in ignored places are not', async () => {
  agent =
    await OverlayAgent.create(`${WORKSPACE}; printf 'node_modules/\\ndist/\\n*.log\\n' > .gitignore; mkdir -p dist node_modules/old
    echo d > dist/index.js; echo u > dist/untracked.js; echo o > node_modules/old/o; git add -f dist/index.js; echo '!important.log' > src/.gitignore`);
  await agent.run(`
    mkdir -p node_modules/p; for i in $(seq 50); do echo $i > node_modules/p/$i; done; rm -rf node_modules/old
    echo changed > dist/index.js; echo c > dist/untracked.js; echo n > dist/new.js; echo l > x.log; echo i > src/important.log
    echo '*' >> .gitignore; echo later > later.txt; mkdir -p sub/node_modules; echo q > sub/node_modules/q`);
  const changes = await agent.capture();
  expect(changes.files.map((file) => file.path)).toEqual([
    '.gitignore',
    'dist/index.js',
    'later.txt',
    'src/important.log',
  ]);
  expect(changes.rejected).toEqual([
    { path: 'dist', reason: expect.stringContaining('its committed files are in the patch') },
    { path: 'node_modules', reason: 'ignored by .gitignore (51 files)' },
    { path: 'sub/node_modules', reason: 'ignored by .gitignore (1 file)' },
    { path: 'x.log', reason: 'ignored by .gitignore' },
  ]);
  await agent.appliedTree();
});

test('empty directories are listed, since a patch cannot hold them', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('mkdir -p hollow/inner; mkdir full; echo f > full/f');
  expect(rejectedPaths(await agent.capture())).toEqual(['hollow/inner']);
});

test('changes inside a submodule are listed and not mixed into the outer patch', async () => {
  agent = await OverlayAgent.create(
    `${WORKSPACE}; git init -q sub; echo s > sub/s; git -C sub add -A; git -C sub commit -qm s`,
  );
  await agent.run('echo t >> sub/s; echo a >> a.txt');
  const changes = await agent.capture();
  expect(rejectedPaths(changes)).toEqual(['sub']);
  expect(changes.files.map((file) => file.path)).toEqual(['a.txt']);
});

test('the scratch is handed over beside the patch and is no change itself', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('echo note > .agent-scratch/note; ln -s /etc/passwd .agent-scratch/link; echo a >> a.txt');
  const outScratch = join(agent.patch, '../scratch');
  const changes = await agent.capture({ outScratch });
  expect(changes.files.map((file) => file.path)).toEqual(['a.txt']);
  expect(rejectedPaths(changes)).toEqual(['.agent-scratch/link']);
  expect(await readFile(join(outScratch, 'note'), 'utf8')).toBe('note\n');
});

test('a scratch that the agent removed was its own to remove', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('rm -r .agent-scratch; echo a >> a.txt');
  const changes = await agent.capture({ outScratch: join(agent.patch, '../scratch') });
  expect(changes.files.map((file) => file.path)).toEqual(['a.txt']);
  expect(changes.rejected).toEqual([]);
});

test('a scratch replaced by a link leads nowhere', async () => {
  agent = await OverlayAgent.create(WORKSPACE);
  await agent.run('rmdir .agent-scratch; ln -s /etc .agent-scratch');
  const changes = await agent.capture({ outScratch: join(agent.patch, '../scratch') });
  expect(changes.rejected).toEqual([{ path: '.agent-scratch', reason: 'not a directory any more' }]);
});

test('a repository of 20,000 files, formatted whole, with renamed directories and installed packages, comes out complete', async () => {
  agent = await OverlayAgent.create(`
    perl -e 'for my $i (0..19999) { my $d = sprintf("pkg%d/src/m%d", $i / 1000, $i / 50 % 20); unless (-d $d) { system("mkdir", "-p", $d) } open(F, ">", "$d/f$i.ts"); print F "export const v$i = {a:1};\\n" x 10 }'
    printf 'node_modules/\\n' > .gitignore; echo '{"scripts":{"test":"x"}}' > package.json`);
  await agent.run(`
    find . -name '*.ts' -print0 | xargs -0 sed -i 's/{a:1}/{ a: 1 }/'; mv pkg3 renamed; mv pkg7/src/m1 pkg7/src/moved; rm -rf pkg9
    for p in $(seq 100); do mkdir -p node_modules/p$p; for f in 1 2 3 4 5; do echo $f > node_modules/p$p/$f.js; done; done
    echo '{"scripts":{"test":"x","postinstall":"y"}}' > package.json; echo '{}' > package-lock.json`);
  const changes = await agent.capture();
  expect(changes.rejected).toEqual([{ path: 'node_modules', reason: 'ignored by .gitignore (500 files)' }]);
  expect(await agent.appliedTree()).toBe(await agent.seenTree(['node_modules']));
  expect(changes.sensitive.map((entry) => entry.path)).toEqual(['package-lock.json', 'package.json']);
}, 300_000);
