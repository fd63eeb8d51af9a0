import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  leftOf,
  makeWorkspace,
  manifest,
  OFFLINE,
  type RunResult,
  resultOf,
  runIdIn,
  until,
  type Workspace,
  writeFiles,
} from '../../fixtures/cli.js';
import { schemaProblems } from './schemas.js';

const FILES = [
  'report.json',
  'egress.jsonl',
  'changes.patch',
  'changes.json',
  'plan.json',
  'summary.md',
  'report.html',
  'agent.log',
  'metrics.prom',
  'scratch',
];

interface Case {
  readonly name: string;
  readonly conclusion: string;
  readonly exitCode: number;
  readonly options?: readonly string[];
  readonly command: readonly string[];
  /** Sent once the agent has said `started`. */
  readonly signal?: NodeJS.Signals;
  /** The agent never began. */
  readonly agentless?: true;
  readonly limit?: string;
}

const edit = 'echo edited > made.txt; echo kept > .agent-scratch/note.txt; echo started;';
const STUBBORN = `${edit} trap "" TERM INT HUP; while :; do sleep 0.2; done`;

const CASES: readonly Case[] = [
  { name: 'success', conclusion: 'success', exitCode: 0, command: ['sh', '-c', edit] },
  { name: 'failure', conclusion: 'failure', exitCode: 3, command: ['sh', '-c', `${edit} exit 3`] },
  {
    name: 'a time-out of an agent that ignores TERM',
    conclusion: 'timeout',
    exitCode: 124,
    // Long enough for the slowest start: the agent has to have made its edits.
    options: ['--timeout', '8s'],
    command: ['sh', '-c', STUBBORN],
    limit: 'timeout',
  },
  {
    name: 'SIGINT',
    conclusion: 'cancelled',
    exitCode: 130,
    command: ['sh', '-c', STUBBORN],
    signal: 'SIGINT',
  },
  {
    name: 'SIGTERM',
    conclusion: 'cancelled',
    exitCode: 143,
    command: ['sh', '-c', STUBBORN],
    signal: 'SIGTERM',
  },
  {
    name: 'out of memory',
    conclusion: 'limit',
    exitCode: 137,
    options: ['--memory', '96m'],
    command: ['sh', '-c', `${edit} exec node -e "const a=[]; for(;;) a.push(Buffer.alloc(1<<20,1))"`],
    limit: 'memory',
  },
  {
    name: 'a disk that fills',
    conclusion: 'limit',
    exitCode: 137,
    options: ['--disk', '4m'],
    command: [
      'sh',
      '-c',
      `${edit} trap "" XFSZ; i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > big.$i; sleep 0.02; done`,
    ],
    limit: 'disk',
  },
  {
    name: 'a command that is not there',
    conclusion: 'failure',
    exitCode: 127,
    command: ['no-such-command'],
    agentless: true,
  },
  {
    name: 'a command that cannot be run',
    conclusion: 'failure',
    exitCode: 126,
    command: ['./README.md'],
    agentless: true,
  },
  {
    name: 'an image that is not there',
    conclusion: 'error',
    exitCode: 125,
    options: ['--image', 'localhost:9/no/such:image'],
    command: ['true'],
    agentless: true,
  },
  {
    name: 'a runtime that the engine does not have',
    conclusion: 'error',
    exitCode: 125,
    options: ['--runtime', 'no-such-runtime'],
    command: ['true'],
    agentless: true,
  },
];

describe.each(CASES)('the run directory after $name', (test) => {
  let workspace: Workspace;
  let result: RunResult;
  let before: readonly string[];
  let runId: string;

  beforeAll(async () => {
    workspace = makeWorkspace({ 'README.md': '# widget\n', '.env': 'TOKEN=1\n' });
    before = manifest(workspace.directory);
    const options = [...OFFLINE, ...(test.options ?? [])];
    if (test.signal === undefined) result = await workspace.run(options, test.command);
    else {
      const running = workspace.start(options, test.command);
      await until(() => running.stdout().includes('started'));
      running.kill(test.signal);
      result = resultOf(await running.ended, workspace.out);
    }
    runId = runIdIn(result.stderr);
  });
  afterAll(() => workspace.remove());

  it(`exits with ${test.exitCode}`, () => expect(result.exitCode, result.stderr).toBe(test.exitCode));
  it(`concludes ${test.conclusion}`, () => {
    expect(result.report).toMatchObject({ conclusion: test.conclusion, exitCode: test.exitCode });
  });
  it('holds every file and no other', () => {
    expect(readdirSync(workspace.out).sort()).toEqual([...FILES].sort());
  });
  it('is private to its owner', () => {
    expect(lstatSync(workspace.out).mode & 0o777).toBe(0o700);
    for (const file of FILES) expect(lstatSync(join(workspace.out, file)).mode & 0o077, file).toBe(0);
  });
  it.each(['report', 'changes', 'plan'] as const)('%s.json holds to its published schema', (name) => {
    expect(schemaProblems(name, JSON.parse(result.read(`${name}.json`)))).toEqual([]);
  });
  it('every line of egress.jsonl holds to its published schema', () => {
    for (const line of result.egress) expect(schemaProblems('egress', line)).toEqual([]);
  });
  it('names the same run everywhere', () => {
    expect(result.report.runId).toBe(runId);
    expect(result.plan.runId).toBe(runId);
    expect(result.read('report.html')).toContain(runId);
  });
  it('has a summary, a page and metrics that say something', () => {
    expect(result.read('summary.md').trim()).not.toBe('');
    expect(result.read('report.html')).toMatch(/^<!doctype html>/i);
    expect(result.read('metrics.prom')).toMatch(/^cagent_\w+(\{.*\})? /m);
    expect(result.read('metrics.prom')).toContain(test.conclusion);
  });
  it('tells the times', () => {
    const { startedAt, durationMs, phases } = result.report;
    expect(Math.abs(Date.now() - Date.parse(startedAt))).toBeLessThan(600_000);
    expect(durationMs).toBeGreaterThan(0);
    expect(Object.keys(phases).length).toBeGreaterThan(0);
    for (const ms of Object.values(phases)) expect(ms).toBeGreaterThanOrEqual(0);
  });
  it('leaves no container, volume, network or private directory', () => expect(leftOf(runId)).toEqual([]));
  it('leaves the workspace as it was', () => expect(manifest(workspace.directory)).toEqual(before));

  if (test.limit !== undefined) {
    it(`names the limit ${test.limit}`, () => expect(result.report.limits.hit).toContain(test.limit));
  } else {
    it('names no limit', () => expect(result.report.limits.hit).toEqual([]));
  }
  if (test.conclusion === 'error') {
    it('says what, where and what to do on standard error and in the report', () => {
      expect(result.report.error?.code).toMatch(/^\w+\.\w+$/);
      const lines = result.stderr
        .split('\n')
        .filter((line) => line.includes(result.report.error?.code ?? '-'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(result.report.error?.hint);
    });
  } else {
    it('reports no error of cagent', () => expect(result.report.error).toBeUndefined());
    it('knows the image by its digest', () =>
      expect(result.report.image.digest).toMatch(/^sha256:[0-9a-f]{64}$/));
    it('knows what was hidden', () => {
      expect(result.report.workspace.hidden.map((entry) => entry.path)).toEqual(['.env']);
    });
  }
  if (test.agentless === undefined) {
    it('has what the agent printed', () => expect(result.read('agent.log')).toContain('started\n'));
    it('has the edits, as a patch and as a list', () => {
      expect(result.read('changes.patch')).toContain('+edited');
      expect(result.changes.files).toContainEqual(
        expect.objectContaining({ path: 'made.txt', status: 'added' }),
      );
      expect(result.report.changes.patchBytes).toBe(lstatSync(join(workspace.out, 'changes.patch')).size);
    });
    it('has what the agent left in its scratch', () =>
      expect(result.read('scratch/note.txt')).toBe('kept\n'));
    it('knows what the agent used', () => {
      expect(result.report.resources.cpuSeconds).toBeGreaterThanOrEqual(0);
      expect(result.report.resources.peakMemoryBytes).toBeGreaterThan(0);
      expect(result.report.resources.peakPids).toBeGreaterThan(0);
    });
  } else {
    it('has an empty patch', () => {
      expect(result.read('changes.patch')).toBe('');
      expect(result.report.changes).toMatchObject({ files: 0, added: 0, deleted: 0, patchBytes: 0 });
    });
    it('knows what the agent used', () => {
      const { cpuSeconds, peakMemoryBytes, peakPids } = result.report.resources;
      for (const use of [cpuSeconds, peakMemoryBytes, peakPids]) expect(use).toBeGreaterThanOrEqual(0);
    });
  }
});

describe('a run directory that cannot be completed', () => {
  let workspace: Workspace;
  let result: RunResult;

  beforeAll(async () => {
    workspace = makeWorkspace({ 'README.md': '# widget\n' });
    const input = new PassThrough();
    const running = workspace.start(
      [...OFFLINE, '--json'],
      ['sh', '-c', `${edit} echo started >&2; read -r word`],
      { input },
    );
    await until(() => running.stderr().includes('started'));
    mkdirSync(join(workspace.out, 'report.html/in-the-way'), { recursive: true });
    input.end('done\n');
    result = resultOf(await running.ended, workspace.out);
  });
  afterAll(() => workspace.remove());

  it('is an error of cagent with one line, whatever the agent did', () => {
    expect(result.exitCode, result.stderr).toBe(125);
    const own = result.stderr.split('\n').filter((line) => line.startsWith('cagent: report.write: '));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain('report.html');
  });
  it('says so in the report, on standard output too', () => {
    expect(result.report).toMatchObject({
      conclusion: 'error',
      exitCode: 125,
      error: { code: 'report.write' },
    });
    expect(JSON.parse(result.stdout.toString())).toEqual(result.report);
  });
  it('has everything else', () => {
    for (const file of FILES) expect(readdirSync(workspace.out)).toContain(file);
    expect(result.read('changes.patch')).toContain('+edited');
  });
  it('leaves nothing else behind', () => expect(leftOf(result.report.runId)).toEqual([]));
});

describe('an engine that goes away during the run', () => {
  let workspace: Workspace;
  let result: RunResult;

  beforeAll(async () => {
    workspace = makeWorkspace({ 'README.md': '# widget\n' });
    const docker = execFileSync('sh', ['-c', 'command -v docker']).toString().trim();
    const gone = join(workspace.root, 'gone');
    writeFiles(workspace.root, {
      'bin/docker': `#!/bin/sh\n[ -e ${gone} ] || exec ${docker} "$@"\necho 'Cannot connect to the Docker daemon at unix:///gone. Is the docker daemon running?' >&2\nexit 1\n`,
    });
    chmodSync(join(workspace.root, 'bin/docker'), 0o755);
    const input = new PassThrough();
    const running = workspace.start(OFFLINE, ['sh', '-c', `${edit} read -r word`], {
      env: { PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}` },
      input,
    });
    await until(() => running.stdout().includes('started'));
    writeFiles(workspace.root, { gone: '' });
    input.end('done\n');
    result = resultOf(await running.ended, workspace.out);
  });
  afterAll(async () => {
    await cagent(['clean']);
    workspace.remove();
  });

  it('is an error of cagent with one line', () => {
    expect(result.exitCode, result.stderr).toBe(125);
    expect(result.stderr.match(/^cagent: docker\.unreachable: .+$/gm)).toHaveLength(1);
    expect(result.report).toMatchObject({ conclusion: 'error', exitCode: 125 });
  });
  it('leaves a whole run directory, with what the agent did until then', () => {
    for (const file of FILES) expect(readdirSync(workspace.out)).toContain(file);
    expect(result.read('changes.patch')).toContain('+edited');
    expect(result.read('agent.log')).toContain('started');
  });
  it('says that something is left', () =>
    expect(result.report.notices.join('\n')).toContain('`cagent clean`'));
});
