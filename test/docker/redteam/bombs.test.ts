import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, OFFLINE, type Workspace } from '../../fixtures/cli.js';

const USER = { uid: 52_001, gid: 52_001, groups: [statSync('/var/run/docker.sock').gid] };

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' }, { git: false });
});
afterEach(() => workspace.remove());

const WRITE =
  'i=0; while [ $i -lt 20 ]; do i=$((i+1)); head -c 4000000 /dev/zero > "$1/f$i"; sleep 0.5; done';

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
