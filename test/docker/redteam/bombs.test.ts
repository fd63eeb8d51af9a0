import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, OFFLINE, resultOf, type Workspace } from '../../fixtures/cli.js';

const USER = { uid: 52_001, gid: 52_001, groups: [statSync('/var/run/docker.sock').gid] };

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' }, { git: false });
});
afterEach(() => workspace.remove());

/** Stays after the last file, so that only cagent ends it. */
const WRITE =
  'i=0; while [ $i -lt 20 ]; do i=$((i+1)); head -c 4000000 /dev/zero > "$1/f$i"; sleep 0.5; done; sleep 100';

describe('a bomb that hides', () => {
  it('in a directory that nobody may list is found by the space that it takes', async () => {
    chownSync(workspace.directory, USER.uid, USER.gid);
    chownSync(workspace.root, USER.uid, USER.gid);
    const result = await workspace.bash(`mkdir d; chmod 300 d; set -- d; ${WRITE}`, ['--disk', '5m'], {
      user: USER,
    });

    expect(result.exitCode, result.stderr).toBe(137);
    expect(result.report.limits.hit).toEqual(['disk']);
  });

  it('below the longest path is found', async () => {
    const dig = 'for i in $(seq 30); do n=$(printf %0200d 0); mkdir $n; cd $n; done; set -- .';
    const result = await workspace.bash(`${dig}; ${WRITE}`, ['--disk', '5m']);

    expect(result.exitCode, result.stderr).toBe(137);
    expect(result.report.limits.hit).toEqual(['files']);
  });
});

const TAKE_ALL = `
import os
piece = os.urandom(1 << 20)
open('0.txt', 'w').write('hello\\n')
for at in range(1000):
    try: open('f%d' % at, 'wb').write(piece)
    except OSError: break
while True: pass
`;

describe('a disk with little room', () => {
  let disk: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'test', disk]);
  });
  afterEach(() => {
    execFileSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true });
  });

  it.each(['overlay', 'read-only'])(
    'an agent that takes the last byte of it is ended, and the results find room, in %s mode',
    async (mode) => {
      const out = join(disk, 'run');
      const finished = await workspace.run(
        [...OFFLINE, '--mode', mode, '--disk', '2g', '--out', out],
        ['sh', '-c', `${mode === 'overlay' ? '' : 'cd .agent-scratch; '}exec python3 -c "${TAKE_ALL}"`],
        { env: { TMPDIR: disk } },
      );
      const result = resultOf(finished, out);
      expect(result.exitCode, result.stderr).toBe(137);
      expect(result.report).toMatchObject({ conclusion: 'limit', limits: { hit: ['disk'] } });
      expect(result.report.error).toBeUndefined();
      // The largest files go first.
      const reasons = result.changes.rejected.map(({ reason }) => reason);
      expect(reasons).toContainEqual(expect.stringContaining('no room on the disk'));
      const kept = mode === 'overlay' ? 'changes.patch' : 'scratch/0.txt';
      expect(result.read(kept).includes('hello')).toBe(true);
      expect(result.read('report.html')).toContain('</html>');
    },
  );
});

describe('a workspace that is made to wait for', () => {
  it.each(['.git', '.git/HEAD', '.git/index', '.git/info/exclude', '.git/packed-refs'])(
    'a FIFO at %s stops nothing',
    async (path) => {
      if (path !== '.git') workspace.git('init', '--quiet');
      const file = join(workspace.directory, path);
      mkdirSync(join(file, '..'), { recursive: true });
      rmSync(file, { force: true });
      execFileSync('mkfifo', [file]);
      const result = await workspace.run(OFFLINE, ['true']);

      expect(result.exitCode, result.stderr).toBe(0);
    },
  );
});
