import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxPlan } from '../../../src/sandbox/sandbox-plan.js';
import { cagent, makeWorkspace, type RunResult, type Workspace, writeFiles } from '../../fixtures/cli.js';
import { createNetwork, docker } from '../../fixtures/internet/docker.js';

/** Keeps the words of every docker command that was asked for, each in a file of its own, and asks it. */
const RECORDING_DOCKER = `#!/bin/sh
printf '%s\\0' docker "$@" > "$(mktemp "$DOCKER_RECORD/XXXXXX")"
exec ${execFileSync('sh', ['-c', 'command -v docker']).toString().trim()} "$@"
`;

const FURTHER = `cagent-test-further-${process.pid}`;

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['with a network', []],
  ['without one', ['--network', 'none']],
  ['with a further network', ['--attach', FURTHER]],
  [
    'in read-only mode, with a rule that looks into TLS',
    ['--mode', 'read-only', '--allow', 'https://a.example/v1/'],
  ],
];

// A run that has to build an image first asks for more.
beforeAll(async () => {
  const built = await cagent(['build']);
  expect(built.exitCode, built.stderr).toBe(0);
  await createNetwork(FURTHER, '172.31.89.0/24');
});
afterAll(() => docker('network', 'rm', FURTHER));

describe.each(CASES)('the commands of the plan, %s', (_, options) => {
  let workspace: Workspace;
  let environment: Readonly<Record<string, string>>;
  let result: RunResult;

  beforeAll(async () => {
    workspace = makeWorkspace({ 'a.txt': 'a\n' });
    writeFiles(workspace.root, { 'bin/docker': RECORDING_DOCKER });
    mkdirSync(join(workspace.root, 'docker-calls'));
    chmodSync(join(workspace.root, 'bin/docker'), 0o755);
    environment = {
      PATH: `${join(workspace.root, 'bin')}:${process.env.PATH}`,
      DOCKER_RECORD: join(workspace.root, 'docker-calls'),
    };
    result = await workspace.run([...options], ['echo', 'a word'], { env: environment });
  });
  afterAll(() => workspace.remove());

  it('are the ones that the run asked of docker, word for word', () => {
    expect(result.exitCode, result.stderr).toBe(0);
    expect(sorted(recorded())).toEqual(sorted(result.plan.commands));
  });

  it('are what `cagent plan` printed before, but for the names of the run', async () => {
    const asked = recorded();
    const args = ['plan', '--json', '--workspace', workspace.directory, ...options, '--', 'echo', 'a word'];
    const planned = await cagent(args, { env: environment });
    const plan = JSON.parse(planned.stdout.toString()) as SandboxPlan;
    expect(recorded()).toEqual(asked);
    expect(general(plan)).toEqual(general(result.plan));
  });

  function recorded(): readonly (readonly string[])[] {
    // Commands that go on side by side would get into each other's words in one file.
    const calls = join(workspace.root, 'docker-calls');
    return readdirSync(calls).map((name) => readFileSync(join(calls, name), 'utf8').split('\0').slice(0, -1));
  }
});

function sorted(commands: readonly (readonly string[])[]): readonly string[] {
  return commands.map((words) => JSON.stringify(words)).sort();
}

function general({ commands, runId }: SandboxPlan): string {
  return JSON.stringify(commands)
    .replaceAll(runId, 'RUN')
    .replaceAll(/cagent\.owner=[^"]*/g, 'cagent.owner=OWNER');
}
