import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cagent, makeWorkspace, type Workspace } from './rig/cagent.js';
import { outputOf, type Started, until } from './rig/program.js';
import { leftOf, runIdIn } from './rig/run-objects.js';

/** Says that it runs, ignores TERM, and never ends by itself. */
const STUBBORN = ['sh', '-c', 'trap "" TERM INT; echo "agent runs" >&2; while :; do sleep 1; done'];
const POLITE = [
  'sh',
  '-c',
  'trap "echo bye; exit 0" TERM; echo "agent runs" >&2; while :; do sleep 0.1; done',
];

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace();
});
afterAll(() => workspace.remove());

/** A run whose agent is at work. */
async function startAgent(command: readonly string[], options: readonly string[] = []): Promise<Started> {
  const running = workspace.start(options, command);
  let ended = false;
  void running.ended.then(() => {
    ended = true;
  });
  await until(() => ended || running.stderr().includes('agent runs'));
  if (ended) throw new Error(`the run ended early: ${running.stderr()}`);
  return running;
}

const isRunning = async (runId: string): Promise<boolean> => {
  const filter = ['--filter', `label=cagent.run=${runId}`, '--filter', 'label=cagent.role=agent'];
  return (await outputOf('docker', ['ps', '--quiet', ...filter])) !== '';
};

describe('cancelling a run', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends a stubborn agent, gives %d, a whole run directory, and leaves nothing',
    async (signal, code) => {
      const running = await startAgent(STUBBORN);
      running.kill(signal);
      const { exitCode } = await running.ended;
      expect(exitCode).toBe(code);
      expect(workspace.report()).toMatchObject({ conclusion: 'cancelled', exitCode: code });
      expect(existsSync(`${workspace.out}/changes.patch`)).toBe(true);
      expect(await leftOf(runIdIn(running.stderr()))).toEqual([]);
    },
  );

  it('the agent is asked before it is killed', async () => {
    const running = await startAgent(POLITE, ['--network', 'none']);
    running.kill('SIGINT');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(130);
    expect(stdout.toString()).toBe('bye\n');
  });

  it('an impatient second signal changes nothing', async () => {
    const running = await startAgent(STUBBORN, ['--network', 'none']);
    running.kill('SIGINT');
    // Of two signals that wait together, a process may get the later one first.
    await until(() => running.stderr().includes('Cancelled by SIGINT'));
    running.kill('SIGTERM');
    running.kill('SIGINT');
    expect((await running.ended).exitCode).toBe(130);
    expect(await leftOf(runIdIn(running.stderr()))).toEqual([]);
  });

  it('a signal before the agent has started still ends the run and leaves nothing', async () => {
    const running = workspace.start([], STUBBORN);
    await until(() => /\d{8}-\d{6}-[a-z2-9]{6}/.test(running.stderr()));
    running.kill('SIGINT');
    expect((await running.ended).exitCode).toBe(130);
    expect(await leftOf(runIdIn(running.stderr()))).toEqual([]);
  });
});

describe('a cagent that was killed', () => {
  it('leaves nothing after `cagent clean`, and living runs are left alone', async () => {
    const alive = await makeWorkspace();
    try {
      const killed = await startAgent(STUBBORN);
      const living = alive.start(['--network', 'none'], STUBBORN);
      await until(() => living.stderr().includes('agent runs'));
      killed.kill('SIGKILL');
      await killed.ended;

      const clean = await cagent(['clean']).ended;
      expect(clean.exitCode, clean.stderr.toString()).toBe(0);
      expect(await leftOf(runIdIn(killed.stderr()))).toEqual([]);
      expect(await isRunning(runIdIn(living.stderr()))).toBe(true);

      living.kill('SIGTERM');
      expect((await living.ended).exitCode).toBe(143);
    } finally {
      alive.remove();
    }
  });

  it('cleaning twice is fine', async () => {
    await cagent(['clean']).ended;
    expect((await cagent(['clean']).ended).exitCode).toBe(0);
  });
});
