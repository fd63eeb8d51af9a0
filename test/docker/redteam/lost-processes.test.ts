import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  makeWorkspace,
  OFFLINE,
  type Running,
  resultOf,
  runIdIn,
  until,
  type Workspace,
} from '../../fixtures/cli.js';

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
});
afterAll(() => workspace.remove());

/** Works until it is told to stop. */
const LOOP = ['sh', '-c', 'echo started; until [ -e /tmp/stop ]; do sleep 0.1; done'];

async function started(options: readonly string[]): Promise<{ run: Running; id: string }> {
  const run = workspace.start(options, LOOP);
  await until(() => run.stdout().includes('started'));
  return { run, id: runIdIn(run.stderr()) };
}

function tellToStop(id: string): void {
  execFileSync('docker', ['exec', `cagent-${id}-agent`, 'touch', '/tmp/stop']);
}

function runningContainers(id: string): readonly string[] {
  const args = ['ps', '--quiet', '--filter', `label=cagent.run=${id}`];
  return execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
}

/** Processes with all of these words on their command line. */
function pidsOf(...words: readonly string[]): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return words.every((word) => line.includes(word));
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('when a process is lost', () => {
  it('no container outlives a cagent that was killed', async () => {
    const { run, id } = await started([]);
    run.kill('SIGKILL');
    await run.ended;
    await until(() => runningContainers(id).length === 0);
    await cagent(['clean']);
  });

  it('an agent whose docker command was killed is ended, and the run has not succeeded', async () => {
    const { run, id } = await started(OFFLINE);
    for (const pid of pidsOf('docker', 'start', `cagent-${id}-agent`)) process.kill(pid, 'SIGKILL');
    const result = resultOf(await run.ended, workspace.out);

    expect(result.exitCode).toBe(125);
    expect(result.report.conclusion).toBe('error');
    expect(result.report.error?.message).toContain('connection to the agent was lost');
    expect(runningContainers(id)).toEqual([]);
  });

  it('a gateway that ended during the run is in the report', async () => {
    const { run, id } = await started([]);
    execFileSync('docker', ['kill', `cagent-${id}-gateway`]);
    tellToStop(id);
    const result = resultOf(await run.ended, workspace.out);

    expect(result.report.notices.join('\n')).toContain('The gateway ended during the run');
    expect(result.report.conclusion).toBe('error');
    expect(result.exitCode).toBe(125);
  });

  it('a gateway that was started again is no gateway any more, and the run has not succeeded', async () => {
    const { run, id } = await started([]);
    execFileSync('docker', ['restart', '--time', '0', `cagent-${id}-gateway`]);
    tellToStop(id);
    const result = resultOf(await run.ended, workspace.out);

    expect(result.report.error?.code).toBe('gateway.failed');
    expect(result.report.conclusion).toBe('error');
    expect(result.exitCode).toBe(125);
  });

  it('a gateway that is frozen does not hold up the end of the run, nor outlive it', async () => {
    const { run, id } = await started([]);
    execFileSync('docker', ['pause', `cagent-${id}-gateway`]);
    tellToStop(id);
    const result = resultOf(await run.ended, workspace.out);

    expect(result.report.notices.join('\n')).toContain('before it had written its last records');
    expect(runningContainers(id)).toEqual([]);
  });
});
