import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActRig, startActRig, type WorkflowRun } from './rig/act.js';
import { cagent, NODE, RELEASE } from './rig/cagent.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { type Internet, startInternet } from './rig/internet.js';
import { outputOf, run } from './rig/program.js';
import { makeRepository, writeFiles } from './rig/repository.js';

/** The workflow "audit" as `cagent init` writes it: from days of audit to a list that is enough. */

const BRANCH = 'cagent/cagent-audit-command-allow-list';

let rig: ActRig;
let internet: Internet;
let fake: FakeGitHub;
let repository: string;

beforeAll(async () => {
  internet = await startInternet();
  rig = await startActRig();
  const permissions = { contents: 'write', pull_requests: 'write' } as const;
  fake = await startFakeGitHub({
    tokens: { ghs_job: { login: 'github-actions[bot]', type: 'Bot', permissions } },
  });
  repository = await makeRepository(join(rig.action, '../repository'), {
    'cagent.yml': `version: 1\nnetwork: { uplink: ${internet.uplink}, resolver: [${internet.address}] }\n`,
  });
  const init = await cagent(['init', 'audit', '--agent', 'command'], { cwd: repository }).ended;
  expect(init.exitCode, init.stderr.toString()).toBe(0);
  await commit({});
}, 600_000);
afterEach(() => {
  expect(fake.problems).toEqual([]);
});
afterAll(async () => {
  await rig?.close();
  await fake?.close();
  await internet?.close();
});

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  writeFiles(repository, files);
  const git = (...args: readonly string[]) =>
    outputOf('git', ['-C', repository, '-c', 'user.name=T', '-c', 'user.email=t@localhost', ...args]);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Change');
  fake.store.git(['fetch', '--quiet', repository, '+main:refs/heads/main', '--update-head-ok']);
}

/** One day of the week: the agent asks one host. */
async function day(host: string): Promise<WorkflowRun> {
  await commit({ '.github/agent/audit.sh': `curl --silent --fail http://${host}/ && echo x >tree.txt\n` });
  return rig.runWorkflow('.github/workflows/cagent-audit.yml', {
    repository,
    event: {
      name: 'schedule',
      payload: {
        schedule: '17 5 * * *',
        repository: { full_name: 'acme/widget', id: 1, default_branch: 'main' },
      },
    },
    secrets: { GITHUB_TOKEN: 'ghs_job' },
    variables: { GITHUB_API_URL: fake.url },
  });
}

describe('the workflow "audit" that cagent init writes', () => {
  it('gathers from day to day what the agent reached, in one draft', async () => {
    for (const host of ['one.net.test', 'two.net.test']) {
      const ran = await day(host);
      expect(ran.exitCode, ran.log.tail).toBe(0);
    }
    expect(fake.state.pulls).toMatchObject([
      { head: BRANCH, base: 'main', draft: true, title: 'Allow what the agent reached', state: 'open' },
    ]);
    const list = fake.store.file(BRANCH, 'cagent.yml') ?? '';
    expect([list.includes('one.net.test'), list.includes('two.net.test')]).toEqual([true, true]);
    expect(fake.store.text('diff', '--name-only', 'main', BRANCH)).toBe('cagent.yml');
  });

  it('and what is merged then suffices without audit, and allows nothing else', async () => {
    await commit({ 'cagent.yml': fake.store.file(BRANCH, 'cagent.yml') ?? '' });
    const ask = (host: string) =>
      run(
        NODE,
        [join(RELEASE, 'dist/cli/index.js'), 'run', '--', 'curl', '--silent', '--fail', `http://${host}/`],
        { cwd: repository },
      );
    expect((await ask('one.net.test')).stdout.toString()).toContain('this is one.net.test');
    expect((await ask('three.net.test')).exitCode).not.toBe(0);
  });
});
