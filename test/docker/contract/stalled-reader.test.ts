import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPrinted, makeWorkspace, OFFLINE, REPOSITORY, until, type Workspace } from '../../fixtures/cli.js';

let workspace: Workspace;
beforeAll(() => {
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
});
afterAll(() => workspace.remove());

describe('a reader that stalls', () => {
  it('cannot keep the time-out from ending the agent', async () => {
    const cli = join(REPOSITORY, 'dist/cli/index.js');
    const program = spawn(process.execPath, [
      cli,
      'run',
      ...['-w', workspace.directory, '-o', workspace.out, '--timeout', '6s', ...OFFLINE],
      ...['--', 'yes'],
    ]);
    program.stderr.resume();
    const code = new Promise((done) => program.once('close', done));
    await until(() => hasPrinted(workspace.out));
    // Nobody reads standard output until the agent is long past its time.
    await new Promise((done) => setTimeout(done, 10_000));
    program.stdout.resume();

    expect(await code).toBe(124);
    const report = JSON.parse(readFileSync(join(workspace.out, 'report.json'), 'utf8')) as {
      conclusion: string;
    };
    expect(report.conclusion).toBe('timeout');
  });
});
