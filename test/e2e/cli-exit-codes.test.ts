import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cagent, makeWorkspace, type Workspace } from './rig/cagent.js';

const OFFLINE = ['--network', 'none'];
let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ 'not-executable': 'text\n', 'broken.yml': 'version: 1\nagnet: {}\n' });
});
afterAll(() => workspace.remove());

interface Case {
  readonly name: string;
  readonly options?: readonly string[];
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly conclusion: string;
}

const CASES: readonly Case[] = [
  { name: 'success', command: ['true'], exitCode: 0, conclusion: 'success' },
  { name: "the agent's own code", command: ['sh', '-c', 'exit 3'], exitCode: 3, conclusion: 'failure' },
  {
    name: 'a high code of the agent',
    command: ['sh', '-c', 'exit 254'],
    exitCode: 254,
    conclusion: 'failure',
  },
  {
    name: 'a code that cagent uses too',
    command: ['sh', '-c', 'exit 125'],
    exitCode: 125,
    conclusion: 'failure',
  },
  {
    name: 'an agent that a signal ended',
    command: ['sh', '-c', 'kill -9 $$'],
    exitCode: 137,
    conclusion: 'failure',
  },
  {
    name: 'a command that cannot be run',
    command: ['./not-executable'],
    exitCode: 126,
    conclusion: 'failure',
  },
  { name: 'a command that is not there', command: ['no-such-command'], exitCode: 127, conclusion: 'failure' },
  {
    name: 'the time limit',
    options: ['--timeout', '1s'],
    command: ['sleep', '60'],
    exitCode: 124,
    conclusion: 'timeout',
  },
  {
    name: 'the memory limit',
    options: ['--memory', '64m'],
    command: ['node', '-e', 'const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1))'],
    exitCode: 137,
    conclusion: 'limit',
  },
];

/** Everything that a run directory holds, whatever became of the run. */
const FILES = [
  'changes.json',
  'changes.patch',
  'egress.jsonl',
  'metrics.prom',
  'plan.json',
  'report.html',
  'summary.md',
  'agent.log',
];

describe('exit codes of `cagent run`', () => {
  it.each(CASES)('$name: $exitCode', async ({ options = [], command, exitCode, conclusion }) => {
    const ended = await workspace.run([...OFFLINE, ...options], command);
    expect(ended.exitCode, ended.stderr.toString()).toBe(exitCode);
    expect(workspace.report()).toMatchObject({ conclusion, exitCode });
    for (const file of FILES) expect(() => workspace.read(file), file).not.toThrow();
  });

  it('the memory limit is named', async () => {
    await workspace.run([...OFFLINE, '--memory', '64m'], CASES.at(-1)?.command ?? []);
    expect(workspace.report().limits.hit).toContain('memory');
  });
});

describe('failures of cagent itself', () => {
  const run = (...args: readonly string[]) =>
    cagent(['run', '--workspace', workspace.directory, ...args]).ended;

  it.each([
    ['an unknown option', ['--netwrok', 'none', '--', 'true'], /cli\.usage: .*--netwrok.*--network/],
    [
      'a value that is not allowed',
      ['--mode', 'write', '--', 'true'],
      /config\.invalid: .*--mode.*"write".*overlay/,
    ],
    ['no command', [], /config\.invalid: .*no agent and no command/],
    [
      'a workspace that is not there',
      ['--workspace', '/nonexistent', '--', 'true'],
      /config\.workspace: .*\/nonexistent/,
    ],
    [
      'an unknown key in the file',
      ['--config', 'broken.yml', '--', 'true'],
      /config\.invalid: .*agnet.*agent/,
    ],
    ['an unreadable file', ['--config', 'missing.yml', '--', 'true'], /config\.unreadable: .*missing\.yml/],
    ['a rule that is none', ['--allow', 'http://', '--', 'true'], /egress\.rule|config\.invalid/],
  ])('%s: 125 and one line', async (_, args, message) => {
    const ended = await cagent(
      ['run', ...(args.includes('--workspace') ? [] : ['--workspace', workspace.directory]), ...args],
      {
        cwd: workspace.directory,
      },
    ).ended;
    expect(ended.exitCode).toBe(125);
    expect(ended.stdout.toString()).toBe('');
    expect(ended.stderr.toString().trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stderr.toString()).toMatch(message);
  });

  it('an image that cannot be had: 125, a report, and the image named', async () => {
    const ended = await workspace.run([...OFFLINE, '--image', 'localhost:1/no/such:image'], ['true']);
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr.toString()).toMatch(/image\.unavailable: .*localhost:1\/no\/such:image/);
    expect(workspace.report()).toMatchObject({
      conclusion: 'error',
      exitCode: 125,
      error: { code: 'image.unavailable' },
    });
  });

  it('an engine that does not answer: 125 and what to do', async () => {
    const env = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    const ended = await workspace.run(OFFLINE, ['true'], { env });
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr.toString()).toMatch(/docker\.unreachable: .*cagent doctor/);
  });

  it('no docker command: 125 and what to install', async () => {
    const bin = join(workspace.out, '..', 'bin');
    mkdirSync(bin, { recursive: true });
    const ended = await workspace.run(OFFLINE, ['true'], { env: { PATH: bin } });
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr.toString()).toMatch(/docker\.missing: .*Install/);
  });

  it('a run directory that cannot be made: 125 before anything starts', async () => {
    const file = join(workspace.out, '..', 'file');
    writeFileSync(file, '');
    const ended = await run('--network', 'none', '--out', join(file, 'run'), '--', 'true');
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr.toString()).toMatch(/config\.out: /);
  });
});
