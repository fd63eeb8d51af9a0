import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cagent, leftOf, makeWorkspace, runIdIn, start, type Workspace } from '../../fixtures/cli.js';
import { openTerminal } from '../../fixtures/pseudo-terminal.js';

let workspace: Workspace;
afterEach(() => workspace.remove());

function lineOf(stderr: string, words: string): string {
  const line = stderr.split('\n').find((each) => each.includes(words)) ?? '';
  return line.slice(line.indexOf(words) + words.length).trim();
}

it('--keep leaves container and view, says how to look at them, and clean removes them when they are no longer wanted', async () => {
  workspace = makeWorkspace({ 'notes.txt': 'first\n', 'secret.env': 'x\n', '.agentignore': '*.env\n' });
  const { stderr, exitCode } = await workspace.bash('echo edited >> notes.txt; echo new > new.txt; exit 4', [
    '--keep',
  ]);
  expect(exitCode).toBe(4);
  const runId = runIdIn(stderr);
  expect(leftOf(runId).length).toBeGreaterThan(2);

  const edits = lineOf(stderr, 'what was written:');
  expect(readdirSync(edits).sort()).toEqual(['new.txt', 'notes.txt']);
  expect(readFileSync(join(edits, 'notes.txt'), 'utf8')).toBe('first\nedited\n');

  const terminal = openTerminal(lineOf(stderr, 'a shell in the view, without a network:'));
  await terminal.see('/workspace');
  terminal.type('ls -A; cat notes.txt; touch /usr/x; ls /sys/class/net; exit 5\r');
  expect(await terminal.ended).toBe(5);
  expect(terminal.shown()).toContain('edited');
  expect(terminal.shown()).toContain('new.txt');
  expect(terminal.shown()).toContain('Read-only file system');
  expect(terminal.shown()).toMatch(/^lo\r?$/m);
  expect(terminal.shown()).not.toContain('eth0');
  expect(terminal.shown()).not.toContain('secret.env');

  const [file = '', ...args] = lineOf(stderr, 'the container, stopped:').split(' ');
  const inspected = await start(file, args).ended;
  expect(JSON.parse(inspected.stdout.toString('utf8'))).toMatchObject([
    { State: { Running: false, ExitCode: 4 } },
  ]);

  expect((await cagent(['clean'])).exitCode).toBe(0);
  expect(leftOf(runId)).toEqual([]);
});

it('without --keep nothing is left, and nothing is said about looking', async () => {
  workspace = makeWorkspace({ 'notes.txt': 'first\n' });
  const { stderr } = await workspace.bash('echo edited >> notes.txt');
  expect(leftOf(runIdIn(stderr))).toEqual([]);
  expect(stderr).not.toContain('docker run');
});
