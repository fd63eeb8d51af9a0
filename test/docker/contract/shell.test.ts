import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cagent, leftOf, makeWorkspace, REPOSITORY, resultOf, type Workspace } from '../../fixtures/cli.js';
import { openTerminal, type PseudoTerminal } from '../../fixtures/pseudo-terminal.js';

/** `cagent shell`: a person in the place of the agent. */

let workspace: Workspace;
afterEach(() => workspace.remove());

const FILES = { 'notes.txt': 'first\n', '.env': 'TOKEN=abcdef\n', '.agentignore': '.env\n' };

function shellArguments(...options: readonly string[]): readonly string[] {
  return ['shell', '--workspace', workspace.directory, '--out', workspace.out, ...options];
}

function onTerminal(...options: readonly string[]): PseudoTerminal {
  const program = [join(REPOSITORY, 'node_modules/node/bin/node'), join(REPOSITORY, 'dist/cli/index.js')];
  return openTerminal([...program, ...shellArguments(...options)].join(' '));
}

async function finished(terminal: PseudoTerminal) {
  const exitCode = await terminal.ended;
  const stdout = Buffer.from(terminal.shown());
  return resultOf({ exitCode, signal: null, stdout, stderr: terminal.shown() }, workspace.out);
}

describe('a shell on a terminal', () => {
  it('is in the sandbox of an agent: its user, its view, its network, and its changes and exit code come out', async () => {
    workspace = makeWorkspace(FILES);
    const terminal = onTerminal();
    await terminal.see(/[$#] /);
    terminal.type('test -t 0 && test -t 1 && echo "on a "terminal; ls -A\r');
    await terminal.see('on a terminal');
    terminal.type('getent hosts unlisted.test; echo "looked "up; echo second >> notes.txt\r');
    await terminal.see('looked up');
    terminal.type('exit 7\r');
    const { exitCode, report, plan, changes, egress, out, read } = await finished(terminal);
    expect(exitCode).toBe(7);
    expect(report).toMatchObject({ conclusion: 'failure', exitCode: 7, agent: { name: 'shell' } });
    expect(changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
    expect(egress).toContainEqual(expect.objectContaining({ verdict: 'blocked', host: 'unlisted.test' }));
    expect(plan.containers.agent).toMatchObject({
      tty: true,
      limits: { pids: 512 },
      readOnly: true,
      capabilities: [],
    });
    expect(read('agent.log')).toContain('notes.txt');
    expect(read('agent.log')).not.toContain('.env');
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(['report.json', 'changes.patch', 'egress.jsonl']),
    );
    expect(leftOf(report.runId)).toEqual([]);
  });

  it('has the size of the terminal, and follows it', async () => {
    workspace = makeWorkspace();
    const terminal = onTerminal('--network', 'none');
    await terminal.see(/[$#] /);
    const sizeIs = async (size: string): Promise<void> => {
      // The size is set beside the shell, so the first look may come too early.
      terminal.type(`until [ "$(stty size)" = "${size}" ]; do sleep 0.1; done; echo "it "is ${size}\r`);
      await terminal.see(`it is ${size}`);
    };
    await sizeIs('24 80');
    terminal.resize(33, 99);
    await sizeIs('33 99');
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  it('gives Ctrl-C and Ctrl-P to the program inside, and cagent lives on', async () => {
    workspace = makeWorkspace();
    const terminal = onTerminal('--network', 'none');
    await terminal.see(/[$#] /);
    // A line that is shown need not run yet, and Ctrl-C is the shell's own until then.
    terminal.type(`sh -c 'echo "it "runs; exec sleep 1000'; echo "never "shown\r`);
    await terminal.see('it runs');
    terminal.type('\u0003');
    await terminal.see(/[$#] /);
    terminal.type('echo "in "history\r');
    await terminal.see('in history');
    terminal.type('\u0010\r');
    await terminal.see('in history');
    terminal.type('exit 0\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).not.toContain('never shown');
  });
});

describe('a shell without a terminal', () => {
  it('takes its commands from standard input and keeps output and errors apart', async () => {
    workspace = makeWorkspace(FILES);
    const input = 'test -t 0 || echo pipe\necho trouble >&2\nrm notes.txt\nexit 3\n';
    const ended = await cagent(shellArguments('--network', 'none'), { input });
    const run = resultOf(ended, workspace.out);
    expect(run.exitCode).toBe(3);
    expect(run.stdout.toString('utf8')).toBe('pipe\n');
    expect(run.stderr).toContain('trouble');
    expect(run.changes.files).toMatchObject([{ path: 'notes.txt', status: 'deleted' }]);
  });

  it('gets the sandbox of the agent in the configuration, with no prompt, no key and no judgement of that agent', async () => {
    workspace = makeWorkspace({
      'cagent.yml':
        'version: 1\nagent: { use: claude, prompt: Go. }\nimage: { ref: node:24-bookworm-slim }\n',
    });
    const env = {
      ANTHROPIC_API_KEY: undefined,
      ANTHROPIC_AUTH_TOKEN: undefined,
      ANTHROPIC_BASE_URL: undefined,
    };
    const run = resultOf(
      await cagent(shellArguments(), { input: 'echo "$ANTHROPIC_BASE_URL"\n', env }),
      workspace.out,
    );
    expect(run.stdout.toString('utf8')).toBe('http://100.64.7.1:8101\n');
    expect(run.report).toMatchObject({
      conclusion: 'success',
      exitCode: 0,
      agent: { name: 'shell', usage: {} },
    });
    expect(run.report.notices.join(' ')).toContain('ANTHROPIC_AUTH_TOKEN is not set');
    expect(existsSync(join(run.out, 'prompt.md'))).toBe(false);
  });

  it('is refused with words about a command or a prompt', async () => {
    workspace = makeWorkspace();
    const withCommand = await cagent([...shellArguments(), '--', 'ls']);
    expect(withCommand).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('shell takes no command after --'),
    });
    const withPrompt = await cagent(shellArguments('--prompt', 'x'));
    expect(withPrompt).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('unknown option "--prompt" of shell'),
    });
  });
});
