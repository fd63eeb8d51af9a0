import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  makeWorkspace,
  manifest,
  OFFLINE,
  type RunResult,
  until,
  type Workspace,
} from '../../fixtures/cli.js';
import { by, STRATEGIES, withHiddenEngine } from '../../fixtures/strategies.js';

const engine = withHiddenEngine();

/** An agent with python, git and a compiler that goes for hidden files by ways around their names. */

const MARK = 'TOPSECRET-4b7e';
const FILES = {
  '.agentignore': 'secret.txt\nprivate/\nlate.txt\n/later/\n',
  'secret.txt': `${MARK}\n`,
  'private/deep/a.txt': `${MARK}\n`,
  '.env': `KEY=${MARK}\n`,
  'code.ts': 'code\n',
  'sub/code.ts': 'code\n',
};

/** What is not there cannot be opened by its inode: a handle of a neighbour, with the number of the hidden file. */
const BY_HANDLE = `
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
class Handle(ctypes.Structure):
    _fields_ = [('size', ctypes.c_uint), ('type', ctypes.c_int), ('bytes', ctypes.c_ubyte * 128)]
for size in (8, 12, 16, 24, 32, 64, 128):
    handle, mount = Handle(size=size), ctypes.c_int()
    known = libc.name_to_handle_at(-100, b'code.ts', ctypes.byref(handle), ctypes.byref(mount), 0) == 0
    if not known: handle.size, handle.type = size, 1
    for number in map(int, os.environ['INODES'].split(',')):
        struct.pack_into('I', handle.bytes, 0, number)
        for place in ('.', '/', '/etc/hosts', '/proc/self'):
            fd = os.open(place, os.O_RDONLY)
            opened = libc.open_by_handle_at(fd, ctypes.byref(handle), os.O_RDONLY)
            if opened >= 0: print('OPENED', os.read(opened, 100))
            os.close(fd)
print('handles tried')
`;

const SCRIPT = `
exec 2>&1
echo "== names"; cat secret.txt .env private/deep/a.txt sub/../secret.txt private/../.env module/key.pem /workspace/secret.txt /proc/self/cwd/secret.txt; cat * .* */* */.* */*/*
find . '(' -name secret.txt -o -name key.pem -o -name .env -o -name private ')' -print -exec echo SEEN ';'; find / -xdev -name secret.txt -exec echo SEEN ';'
grep -ra --exclude-dir=.git . .
echo "== links"; cat link host-link absolute-link; ln -s private/deep/a.txt mine-too; cat mine-too; ls -laL link host-link absolute-link
echo "== own names"; mkdir private .env 2>/dev/null; find private .env -mindepth 1; mv sub sub2; mv sub2 sub; cat sub/../private/deep/a.txt; rm -rf private .env; cat private/deep/a.txt .env
echo "== submodule"; cat module/key.pem module/.git; git -C module log -p; git submodule update --init; find module -name '*.pem'
echo "== handle"; python3 -c "$BY_HANDLE"
echo "== hard link"; cat other-name.txt; ln secret.txt mine; cat mine; ls -i | grep -w "$INODE" && echo SEEN
echo "== namespaces"; for how in -Urm -UrmpfC "-Ur --mount-proc -pf"; do unshare $how sh -c 'mount -t overlay o -o lowerdir=/workspace:/ /mnt; mount --bind / /mnt; umount -l /workspace; cat /workspace/secret.txt /mnt/workspace/secret.txt' ; done
echo "== mounts"; umount /workspace; umount -l /workspace; mount --bind /workspace /mnt; mount -o remount,rw,lowerdir=/ /workspace; mount --move /workspace /mnt; cat /mnt/secret.txt secret.txt
echo "== other roots"; for p in /proc/[0-9]*; do cat $p/root/workspace/secret.txt $p/cwd/secret.txt $p/cwd/private/deep/a.txt; done; nsenter -t 1 -a cat /workspace/secret.txt; chroot /proc/1/root cat /workspace/secret.txt
echo "== layers"; for d in $(tr ', :' '\\n' < /proc/self/mountinfo | grep -o '/[^=]*' | sort -u); do find "$d" -maxdepth 3 -name secret.txt -exec cat {} +; done 2>/dev/null
echo "== devices"; ls /dev | grep -E '^(sd|vd|xvd|nvme|loop|dm-|mem$|kmem$|fuse$)'; mknod disk b 254 0; mknod white c 0 0; for m in 8 252 253 254 259; do debugfs -R 'cat secret.txt' /dev/block/$m:0; done; ls disk white 2>/dev/null && echo MADE
echo "== descriptors"; exec 9< .; cat /proc/self/fd/9/secret.txt /dev/fd/9/private/deep/a.txt; python3 -c 'import os
fd = os.open(".", os.O_PATH); print(os.listdir("/proc/self/fd/%d" % fd))
for name in ("secret.txt", "private", ".env"):
    for flags in (os.O_RDONLY, os.O_PATH, os.O_PATH | os.O_NOFOLLOW):
        try: os.open(name, flags, dir_fd=fd); print("OPENED", name)
        except OSError as error: assert error.errno == 2, error'
echo "== git"; git log --all --format= --name-only; cat .git/objects/info/alternates; git fsck --lost-found; git stash list; git reflog; git cat-file --batch-all-objects --batch
echo "== end"
`;

const WAYS = STRATEGIES.flatMap((strategy) => [
  ['overlay', strategy] as const,
  ['read-only', strategy] as const,
]);

describe.each(WAYS)('in %s mode, in a view by %s', (mode, strategy) => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  beforeAll(async () => {
    workspace = makeWorkspace(FILES);
    const at = (path: string): string => join(workspace.directory, path);
    const source = makeWorkspace({ 'module.txt': 'module\n', 'key.pem': `${MARK}\n` });
    workspace.git('submodule', '--quiet', 'add', source.directory, 'module');
    source.remove();
    symlinkSync('secret.txt', at('link'));
    symlinkSync(at('secret.txt'), at('host-link'));
    symlinkSync('/workspace/private/deep/a.txt', at('absolute-link'));
    workspace.git('add', '--all');
    workspace.git('commit', '--quiet', '--message', 'second');
    workspace.git('repack', '-adq');
    linkSync(at('secret.txt'), at('other-name.txt'));
    before = manifest(workspace.directory);
    const inodes = ['secret.txt', 'private', 'private/deep/a.txt', '.env'].map(
      (path) => lstatSync(at(path)).ino,
    );
    const options = [
      ...['--mode', mode, '--env', `BY_HANDLE=${BY_HANDLE}`],
      ...['--env', `INODES=${inodes.join(',')}`, '--env', `INODE=${inodes[0]}`],
    ];
    result = await workspace.bash(SCRIPT, options, by(strategy, engine));
  });
  afterAll(() => workspace.remove());

  const section = (name: string): string =>
    result.stdout.toString('latin1').split(`== ${name}\n`)[1]?.split(/^== /m)[0] ?? 'missing';

  it('every attack was made', () => {
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.report.workspace.strategy).toBe(strategy);
    expect(section('handle')).toContain('handles tried');
    expect(section('end')).not.toBe('missing');
  });
  it.each([
    ['by name, pattern or search', 'names'],
    ['by links', 'links'],
    ['by names that the agent makes and moves', 'own names'],
    ['in a submodule', 'submodule'],
    ['by handles made from inode numbers', 'handle'],
    ['by another name of the same file', 'hard link'],
    ['in namespaces of its own', 'namespaces'],
    ['by mounts', 'mounts'],
    ['through the roots and directories of other processes', 'other roots'],
    ['in the layers that the mount table names', 'layers'],
    ['on devices', 'devices'],
    ['by descriptors of the directory', 'descriptors'],
    ['in what git keeps', 'git'],
  ])('hidden content is not found %s', (_, name) => {
    expect(section(name)).not.toBe('missing');
    expect(section(name)).not.toMatch(new RegExp(`${MARK}|OPENED|SEEN|MADE`));
  });
  it('no trace of a hidden name is in git', () => {
    const [names = '', objects = ''] = section('git').split('cat: .git/objects/info/alternates');
    expect(names.split('\n').filter(Boolean)).toEqual([
      '.agentignore',
      '.gitmodules',
      'absolute-link',
      'code.ts',
      'host-link',
      'link',
      'module',
      'sub/code.ts',
    ]);
    expect(objects).not.toMatch(/\d{5,6} (?:secret\.txt|private|\.env|other-name\.txt)\0/);
  });
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
});

describe('while the agent runs', () => {
  it.each(STRATEGIES)(
    'nothing that the host does to hidden paths makes them visible, by %s',
    async (strategy) => {
      const workspace = makeWorkspace(FILES);
      try {
        const at = (path: string): string => join(workspace.directory, path);
        const look = `grep -rslE '${MARK}' . && exit 9; cat secret.txt .env private/new private/deep/a.txt 2>/dev/null && exit 8`;
        // It looks all the while, and for some time after the host has done everything.
        const script = `until read -r -t 0.05 word; do ${look}; done; for i in $(seq 20); do ${look}; sleep 0.05; done`;
        const input = new PassThrough();
        const running = workspace.start(
          [...OFFLINE, '--mode', 'overlay'],
          ['bash', '-c', `echo started; ${script}`],
          { ...by(strategy, engine), input },
        );
        let over = false;
        void running.ended.then(() => {
          over = true;
        });
        await until(() => running.stdout().includes('started'));
        for (const path of ['secret.txt', '.env']) {
          writeFileSync(at('new.tmp'), MARK.split('').join(''));
          renameSync(at('new.tmp'), at(path));
          rmSync(at(path));
          writeFileSync(at(path), MARK);
        }
        rmSync(at('.env'));
        mkdirSync(at('.env'));
        writeFileSync(at('.env/now a directory'), MARK);
        rmSync(at('private'), { recursive: true });
        writeFileSync(at('private'), MARK);
        rmSync(at('private'));
        mkdirSync(at('private/deep'), { recursive: true });
        mkdirSync(at('later'));
        const made = ['late.txt', 'later/x', '.netrc', '.env.local', 'id_rsa'];
        for (const path of ['private/new', 'private/deep/a.txt', 'private/deep/b.txt', ...made])
          writeFileSync(at(path), MARK);
        renameSync(at('private'), at('elsewhere.tmp'));
        renameSync(at('elsewhere.tmp'), at('private'));
        expect(over, 'the agent was still looking').toBe(false);
        input.end('done\n');
        const ended = await running.ended;
        expect(ended.exitCode, `${ended.stdout} ${ended.stderr}`).toBe(0);
      } finally {
        workspace.remove();
      }
    },
  );
});

describe('names that the root does not have yet and that the rules would hide', () => {
  it('can be made, moved and removed by the agent, and are rejected like others in hidden places', async () => {
    const workspace = makeWorkspace(FILES);
    try {
      const result = await workspace.bash(`set -e
        echo mine > late.txt; [ "$(cat late.txt)" = mine ]; rm late.txt; [ ! -e late.txt ]; echo again > late.txt
        mkdir -p later/deep new/deep; echo x > later/deep/x; mv new .aws; [ -d .aws/deep ]; rm -r .aws; [ ! -e .aws ]
        echo x > plain.txt; mv plain.txt id_rsa; mv id_rsa ok.txt; git status --porcelain`);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.changes.files.map(({ path }) => path)).toEqual(['ok.txt']);
      expect(result.changes.rejected.map(({ path }) => path)).toEqual(['late.txt', 'later']);
    } finally {
      workspace.remove();
    }
  });
});

describe('file systems', () => {
  const mounted: string[] = [];
  afterEach(() => {
    for (const directory of mounted.splice(0).reverse()) execFileSync('umount', ['--lazy', directory]);
  });
  function mount(type: string): string {
    const root = mkdtempSync(join(tmpdir(), 'fs-'));
    if (type === 'deep') {
      const deep = join(root, ...Array.from({ length: 5 }, () => 'x'.repeat(200)));
      mkdirSync(deep, { recursive: true });
      return deep;
    }
    const target = join(root, 'm');
    for (const name of ['m', 'l', 'u', 'w']) mkdirSync(join(root, name));
    const layers = `lowerdir=${root}/l,upperdir=${root}/u,workdir=${root}/w`;
    execFileSync('mount', ['-t', type, 'test', target, ...(type === 'overlay' ? ['-o', layers] : [])]);
    mounted.push(target);
    return target;
  }

  it.each([
    ['a workspace on tmpfs', 'tmpfs', 'workspace', 'overlay'],
    ['temporary files on tmpfs', 'tmpfs', 'temporary', 'overlay'],
    ['a workspace on an overlay', 'overlay', 'workspace', 'overlay'],
    // An overlay takes no whiteout and is no place for another one's upper directory.
    ['temporary files on an overlay', 'overlay', 'temporary', 'copy'],
    // The kernel reads one page of options.
    ['temporary files too deep for the options of a mount', 'deep', 'temporary', 'copy'],
  ])('%s', async (_, type, what, strategy) => {
    const place = mount(type);
    const kept = process.env.TMPDIR;
    if (what === 'workspace') process.env.TMPDIR = place;
    const workspace = makeWorkspace(FILES);
    if (what === 'workspace') {
      if (kept === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = kept;
    }
    try {
      const program = what === 'temporary' ? { env: { TMPDIR: place } } : {};
      const edit =
        'ls -A; git status --porcelain; echo more >> code.ts; rm -r sub; mkdir sub; echo new > sub/new.ts; mv code.ts moved.ts';
      const result = await workspace.bash(edit, [], program);
      expect(result.exitCode, result.stderr).toBe(0);
      expect(result.report.workspace.strategy).toBe(strategy);
      if (strategy === 'copy') expect(result.report.workspace.strategyReason).toBeTruthy();
      const names = result.stdout.toString().trim().split('\n').sort();
      expect(names).toEqual(['.agent-scratch', '.agentignore', '.git', 'code.ts', 'sub']);
      const changed = result.changes.files.map(({ path, status }) => `${status} ${path}`);
      expect(changed).toEqual(['renamed moved.ts', 'deleted sub/code.ts', 'added sub/new.ts']);
    } finally {
      workspace.remove();
    }
  });
});
