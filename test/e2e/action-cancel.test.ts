import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { repository as payloadOf, pullRequest, user } from '../unit/github/events.js';
import { NODE, RELEASE } from './rig/cagent.js';
import { startFakeGitHub } from './rig/github/fake-github.js';
import { newPull } from './rig/github/routes/pulls.js';
import { accountOf } from './rig/github/state.js';
import { run, type Started, start, until } from './rig/program.js';
import { headOf, makeRepository } from './rig/repository.js';
import { leftOf, runIdIn } from './rig/run-objects.js';

/** GitHub cancels a step with SIGINT, SIGTERM 7.5 s later and SIGKILL after that; act knows only the last. */

const STUBBORN = `bash -c 'trap "" TERM INT; echo "agent runs"; while :; do sleep 1; done'`;

let root: string;
let environment: Readonly<Record<string, string>>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'e2e-cancel-'));
  const files = ['output', 'state', 'summary', 'env', 'path'].map((name) => join(root, name));
  for (const file of files) writeFileSync(file, '');
  const event = join(root, 'event.json');
  writeFileSync(event, '{"schedule":"0 4 * * 1","repository":{"id":1,"full_name":"acme/widget"}}');
  const [output, state, summary, env, path] = files as [string, string, string, string, string];
  environment = {
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: 'acme/widget',
    GITHUB_OUTPUT: output,
    GITHUB_STATE: state,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_ENV: env,
    GITHUB_PATH: path,
    RUNNER_TEMP: join(root, 'temp'),
    INPUT_RUN: STUBBORN,
  };
  await makeRepository(join(root, 'repository'), { 'README.md': '# widget\n' });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** Values of a command file: `name<<delimiter`, value, delimiter. */
function valuesOf(name: string): Readonly<Record<string, string>> {
  const entries = [...read(name).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
  return Object.fromEntries(entries.map(([, key, , value]) => [key, value]));
}

async function startMain(): Promise<{ readonly main: Started; readonly output: () => string }> {
  const log = join(root, 'log');
  writeFileSync(log, '');
  const main = start(NODE, [join(RELEASE, 'dist/main/index.js')], {
    cwd: join(root, 'repository'),
    env: environment,
    onStdout: (chunk) => appendFileSync(log, chunk),
  });
  await until(() => read('log').includes('agent runs\n'));
  return { main, output: () => read('log') };
}

/** The post step, with the state that main saved. */
function runPost() {
  const state = Object.entries(valuesOf('state')).map(([name, value]) => [`STATE_${name}`, value]);
  const env = { ...environment, ...Object.fromEntries(state) };
  return run(NODE, [join(RELEASE, 'dist/post/index.js')], { cwd: join(root, 'repository'), env });
}

describe('a workflow that is cancelled', () => {
  it('ends the agent, hands over the results, leaves nothing, and leaves the upload to the post step', async () => {
    const { main, output } = await startMain();
    main.kill('SIGINT');
    expect((await main.ended).exitCode).toBe(130);
    const { 'run-directory': directory, ...outputs } = valuesOf('output');
    expect(outputs).toMatchObject({ conclusion: 'cancelled', 'exit-code': '130' });
    expect(read('summary')).toContain('cagent: cancelled');
    expect(output()).toContain('::error title=cagent::The run was cancelled.');
    expect(
      (JSON.parse(readFileSync(join(directory as string, 'report.json'), 'utf8')) as Report).conclusion,
    ).toBe('cancelled');
    expect(await leftOf(runIdIn(directory as string))).toEqual([]);
    expect(valuesOf('state')['artifact-name']).toBe(`cagent-${runIdIn(directory as string)}`);
    const post = await runPost();
    expect(post.exitCode).toBe(0);
    expect(post.stdout.toString()).toContain('No artifact service here');
  });

  it.each([
    ['SIGINT', /cagent: cancelled[\s\S]*The run was cancelled/],
    ['SIGKILL', /cagent: cancelled[\s\S]*cut off before it could report/],
  ] as const)('by %s has its comment on the pull request from the post step', async (signal, words) => {
    const github = await startFakeGitHub({ collaborators: { mona: 'write' } });
    try {
      const commit = await headOf(join(root, 'repository'));
      github.store.git(['fetch', '--quiet', join(root, 'repository'), 'main:feature']);
      const mona = accountOf({ login: 'mona', type: 'User' });
      const { number } = newPull(github.state, {
        title: 'A',
        body: '',
        head: 'feature',
        base: 'main',
        user: mona,
      });
      const payload = {
        action: 'synchronize',
        number,
        repository: payloadOf(),
        sender: user('mona'),
        pull_request: pullRequest({ number, base: commit }),
      };
      writeFileSync(join(root, 'event.json'), JSON.stringify(payload));
      environment = {
        ...environment,
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_ACTOR: 'mona',
        GITHUB_API_URL: github.url,
        'INPUT_GITHUB-TOKEN': 'ghs_test',
      };
      const { main } = await startMain();
      main.kill(signal);
      await main.ended;
      expect(github.state.comments).toEqual([]);
      expect((await runPost()).exitCode).toBe(0);
      expect(github.state.comments).toMatchObject([{ issue: number, body: expect.stringMatching(words) }]);
      expect(read('state')).not.toContain('ghs_test');
      expect(github.problems).toEqual([]);
    } finally {
      await github.close();
    }
  });

  it('a main that is killed at once leaves what the post step removes', async () => {
    const { main } = await startMain();
    main.kill('SIGKILL');
    await main.ended;
    const runId = runIdIn(valuesOf('state')['run-id'] ?? '');
    expect(await leftOf(runId)).not.toEqual([]);
    expect((await runPost()).exitCode).toBe(0);
    expect(await leftOf(runId)).toEqual([]);
  });

  it('the post step may run twice, and without a main', async () => {
    expect((await runPost()).exitCode).toBe(0);
    appendFileSync(join(root, 'state'), 'run-id<<x\n20261122-101530-k3f9q2\nx\n');
    expect((await runPost()).exitCode).toBe(0);
    expect((await runPost()).exitCode).toBe(0);
  });

  it('a post step without an engine does not fail the job', async () => {
    appendFileSync(join(root, 'state'), 'run-id<<x\n20261122-101530-k3f9q2\nx\n');
    environment = { ...environment, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
    expect((await runPost()).exitCode).toBe(0);
  });

  it('a forged run id in the state removes nothing', async () => {
    appendFileSync(join(root, 'state'), 'run-id<<x\n../../somewhere\nx\n');
    expect((await runPost()).exitCode).toBe(0);
    expect(existsSync(root)).toBe(true);
  });
});
