import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { hasPrinted, makeWorkspace, OFFLINE, REPOSITORY, until, type Workspace } from '../../fixtures/cli.js';

/** Starting an agent again, and ending a silent one. No known agent is needed for that. */

let workspace: Workspace;
afterEach(() => workspace?.remove());

describe('an agent that fails', () => {
  it('is started again in the same view with a fresh home, and each try is in the report', async () => {
    workspace = makeWorkspace({ 'notes.txt': 'first\n' });
    const script =
      'ls -A ~ >> seen; touch ~/old /tmp/old; echo try >> notes.txt; ls -A /tmp >> seen; [ $(wc -l < notes.txt) = 4 ]';
    const run = await workspace.run(
      [...OFFLINE, '--max-retries', '4', '--retry-delay', '0s'],
      ['sh', '-c', script],
    );
    expect(run.exitCode).toBe(0);
    expect(run.report.conclusion).toBe('success');
    expect(run.report.agent.tries?.map(({ kind, exitCode }) => [kind, exitCode])).toEqual([
      ['failed', 1],
      ['failed', 1],
      ['done', 0],
    ]);
    expect(run.read('changes.patch')).toContain('+try\n+try\n+try\n');
    // Each found its home empty, and of /tmp only what it had just made.
    expect(run.changes.files.find(({ path }) => path === 'seen')).toMatchObject({ added: 3 });
  });

  it('keeps its own exit code when no try succeeds', async () => {
    workspace = makeWorkspace({});
    const run = await workspace.run(
      [...OFFLINE, '--max-retries', '1', '--retry-delay', '0s'],
      ['sh', '-c', 'exit 7'],
    );
    expect(run.exitCode).toBe(7);
    expect(run.report.agent.outcome?.kind).toBe('failed');
    expect(run.report.agent.tries).toHaveLength(2);
    expect(run.stderr).toContain('Try 1 of 2 ended with failed; the next one starts now.');
  });

  it('is not started again when its program is not there', async () => {
    workspace = makeWorkspace({});
    const run = await workspace.run([...OFFLINE, '--max-retries', '3'], ['no-such-program']);
    expect(run.exitCode).toBe(127);
    expect(run.report.agent.outcome?.kind).toBe('not-started');
    expect(run.report.agent.tries).toHaveLength(1);
  });

  it('is still hidden from and limited in its second try', async () => {
    workspace = makeWorkspace({ '.agentignore': 'secret.txt\n', 'secret.txt': 'sentinel\n' });
    const script =
      'cat secret.txt; echo x >> seen; [ $(wc -l < seen) = 2 ] || exit 1; head -c 9m /dev/zero > big';
    const run = await workspace.run(
      [...OFFLINE, '--max-retries', '1', '--retry-delay', '0s', '--disk', '1m'],
      ['sh', '-c', script],
    );
    expect(run.report.agent.tries).toHaveLength(2);
    expect(run.stdout.toString()).not.toContain('sentinel');
    expect(run.report.agent.outcome?.kind).not.toBe('done');
  });

  it('can be cancelled while the next try is waited for', async () => {
    workspace = makeWorkspace({});
    const running = workspace.start([...OFFLINE, '--max-retries', '1', '--retry-delay', '10m'], ['false']);
    await until(() => running.stderr().includes('the next one starts in'));
    running.kill('SIGINT');
    expect((await running.ended).exitCode).toBe(130);
  });
});

describe('an agent that is silent', () => {
  it('for idle-timeout is ended with 124, and the report says that it was silence', async () => {
    workspace = makeWorkspace({});
    const run = await workspace.run(
      // Long enough for the slowest start, which is silent too.
      [...OFFLINE, '--idle-timeout', '8s'],
      ['sh', '-c', 'echo edited > notes.txt; echo begun; exec sleep 300'],
    );
    expect(run.exitCode).toBe(124);
    expect(run.report).toMatchObject({ conclusion: 'timeout', limits: { hit: ['idle-timeout'] } });
    expect(run.report.agent.outcome?.kind).toBe('idle');
    expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
    expect(run.stderr).toContain('was silent for 8.0 s');
  });

  it('only between its lines lives on, on either stream', async () => {
    workspace = makeWorkspace({});
    const script = 'for i in $(seq 10); do echo $i; sleep 0.5; echo $i >&2; sleep 0.5; done';
    const run = await workspace.run([...OFFLINE, '--idle-timeout', '8s'], ['sh', '-c', script]);
    expect(run.exitCode).toBe(0);
  });

  it('because nobody reads what it prints is not ended', async () => {
    workspace = makeWorkspace({});
    const args = ['run', '-w', workspace.directory, '-o', workspace.out, ...OFFLINE, '--idle-timeout', '5s'];
    const script = 'head -c 4000000 /dev/zero | tr "\\0" x; echo';
    const program = spawn(process.execPath, [
      join(REPOSITORY, 'dist/cli/index.js'),
      ...args,
      '--',
      'sh',
      '-c',
      script,
    ]);
    program.stderr.resume();
    const code = new Promise((done) => program.once('close', done));
    await until(() => hasPrinted(workspace.out));
    await new Promise((done) => setTimeout(done, 8_000));
    program.stdout.resume();
    expect(await code).toBe(0);
  });
});
