import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cagent, makeWorkspace, OFFLINE, type Workspace } from '../../fixtures/cli.js';

/** Users of this machine who have no name. */
const VICTIM = { uid: 52_001, gid: 52_001, groups: [statSync('/var/run/docker.sock').gid] };
const OTHER = { uid: 52_002, gid: 52_002 };

let workspace: Workspace;
let shared: string;
beforeEach(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
  shared = mkdtempSync(join(tmpdir(), 'redteam-'));
});
afterEach(() => {
  workspace.remove();
  rmSync(shared, { recursive: true, force: true });
});

describe('another user of the same machine', () => {
  it('cannot have cagent clean empty a directory by planting a link among the private directories', async () => {
    const link = join(tmpdir(), 'cagent-20260101-000000-aaaaaa');
    writeFileSync(join(shared, 'precious'), 'precious\n');
    chownSync(shared, VICTIM.uid, VICTIM.gid);
    symlinkSync(shared, link);
    lchownSync(link, OTHER.uid, OTHER.gid);
    try {
      // Builds the image that the removal needs.
      await workspace.bash('true');
      await cagent(['clean'], { user: VICTIM });

      expect(readdirSync(shared)).toEqual(['precious']);
    } finally {
      rmSync(link, { force: true });
    }
  });

  it('loses nothing of a run to somebody else’s cagent clean', async () => {
    const directory = join(tmpdir(), 'cagent-20260101-000000-bbbbbb');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, 'owner'), `${process.pid}.0.elsewhere`);
    try {
      await workspace.bash('true');
      await cagent(['clean'], { user: VICTIM });

      expect(existsSync(join(directory, 'owner'))).toBe(true);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('cannot offer a run directory of its own', async () => {
    const out = join(tmpdir(), `redteam-out-${process.pid}`);
    mkdirSync(out, { mode: 0o777 });
    chownSync(out, OTHER.uid, OTHER.gid);
    try {
      const result = await workspace.start([...OFFLINE, '--out', out], ['true']).ended;

      expect(result.exitCode).toBe(125);
      expect(result.stderr).toContain('belongs to another user');
      expect(readdirSync(out)).toEqual([]);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});
