import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';
import { repository as payloadOf, pullRequest, user } from '../unit/github/events.js';
import { type ActRig, startActRig, type WorkflowRun } from './rig/act.js';
import { cagent } from './rig/cagent.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { newPull } from './rig/github/routes/pulls.js';
import { accountOf, type Pull } from './rig/github/state.js';
import { outputOf } from './rig/program.js';
import { makeRepository } from './rig/repository.js';
import { expression } from './rig/steps.js';

/** The workflows as `cagent init` writes them, run as files: Claude Code against a scripted model. */

const REVIEW = {
  summary: 'One thing is wrong.',
  verdict: 'request-changes',
  findings: [
    {
      path: 'total.js',
      line: 2,
      startLine: null,
      side: 'new',
      severity: 'major',
      title: 'The sum starts at one',
      body: null,
      suggestion: 'let sum = 0;',
    },
    {
      path: 'notes.txt',
      line: 400,
      startLine: null,
      side: 'new',
      severity: 'minor',
      title: 'Notes are out of date',
      body: null,
      suggestion: null,
    },
  ],
};

let rig: ActRig;
let server: ModelServer;
let fake: FakeGitHub;
let repository: string;

beforeAll(async () => {
  server = await startModelServer();
  rig = await startActRig();
  fake = await startFakeGitHub({
    collaborators: { mona: 'write' },
    tokens: {
      ghs_job: {
        login: 'github-actions[bot]',
        type: 'Bot',
        permissions: { contents: 'write', pull_requests: 'write' },
      },
    },
  });
  repository = await makeRepository(join(rig.action, '../repository'), {
    'notes.txt': 'first\n',
    'total.js': 'export function total(items) {\n  return 0;\n}\n',
    // The model of the test is in a docker network of its own.
    'cagent.yml': `version: 1\nnetwork: { uplink: ${server.network} }\n`,
  });
  const init = await cagent(['init', 'refactor', 'review', 'fix'], { cwd: repository }).ended;
  expect(init.exitCode, init.stderr.toString()).toBe(0);
  await outputOf(
    'bash',
    ['-ec', 'git add --all && git -c user.name=T -c user.email=t@localhost commit -qm Init'],
    {
      cwd: repository,
    },
  );
  fake.store.git(['fetch', '--quiet', repository, 'main:refs/heads/main', '--update-head-ok']);
}, 600_000);
afterEach(() => {
  expect(fake.problems).toEqual([]);
});
afterAll(async () => {
  await server?.stop();
  await rig?.close();
  await fake?.close();
});

function run(
  workflow: string | object,
  event: { readonly name: string; readonly payload: object },
): Promise<WorkflowRun> {
  return rig.runWorkflow(workflow, {
    repository,
    event,
    secrets: { ANTHROPIC_API_KEY: KEYS.anthropic, GITHUB_TOKEN: 'ghs_job' },
    variables: {
      GITHUB_API_URL: fake.url,
      ANTHROPIC_BASE_URL: server.url,
      CHECKOUT_FROM: fake.store.directory,
    },
  });
}

const SCHEDULE = {
  name: 'schedule',
  payload: {
    schedule: '17 4 * * 1',
    repository: { full_name: 'acme/widget', id: 1, default_branch: 'main' },
  },
};

describe('the workflow "refactor" that cagent init writes', () => {
  it('opens a pull request with what the agent changed', async () => {
    await server.play({ command: 'echo second >> notes.txt' });
    const ran = await run('.github/workflows/cagent-refactor.yml', SCHEDULE);
    expect(ran.exitCode, ran.log.tail).toBe(0);
    expect(fake.state.pulls).toMatchObject([
      { head: 'cagent/cagent-refactor-claude', base: 'main', state: 'open' },
    ]);
    expect(fake.store.file('cagent/cagent-refactor-claude', 'notes.txt')).toBe('first\nsecond\n');
    expect(fake.store.text('diff', '--name-only', 'main', 'cagent/cagent-refactor-claude')).toBe('notes.txt');
  });

  it('does the same when another workflow calls it', async () => {
    await server.play({ command: 'echo third >> notes.txt' });
    const ran = await run(
      {
        name: 'caller',
        jobs: {
          refactor: {
            uses: 'org/cagent/.github/workflows/cagent-refactor.yml@v1',
            secrets: { 'anthropic-api-key': expression('secrets.ANTHROPIC_API_KEY') },
          },
        },
      },
      SCHEDULE,
    );
    expect(ran.exitCode, ran.log.tail).toBe(0);
    // The runner of the test names a called workflow by itself, GitHub by who calls it.
    const branch = fake.state.pulls.at(-1)?.head as string;
    expect(fake.store.file(branch, 'notes.txt')).toBe('first\nthird\n');
  });
});

describe('the workflow "review" that cagent init writes', () => {
  it('makes a review of what the agent found, on the lines of the diff, and says it only once', async () => {
    const from = fake.store.resolve('refs/heads/main') as string;
    const head = fake.store.commit(
      'feature',
      { 'total.js': 'export function total(items) {\n  let sum = 1;\n  return sum;\n}\n' },
      { from, onTop: true },
    );
    const mona = accountOf({ login: 'mona', type: 'User' });
    const pull = newPull(fake.state, { title: 'Add', body: '', head: 'feature', base: 'main', user: mona });
    const event = {
      name: 'pull_request',
      payload: {
        action: 'opened',
        number: pull.number,
        repository: payloadOf(),
        sender: user('mona'),
        pull_request: pullRequest({ number: pull.number, base: from, head }),
      },
    };
    for (const round of [1, 2]) {
      await server.play({ command: '', words: JSON.stringify(REVIEW) });
      const ran = await run('.github/workflows/cagent-review.yml', event);
      expect(ran.exitCode, `round ${round}: ${ran.log.tail}`).toBe(0);
      expect(pull.reviews.map(({ state }) => state)).toEqual(['CHANGES_REQUESTED']);
      expect(pull.reviewComments).toMatchObject([{ path: 'total.js', line: 2 }]);
      expect(pull.reviewComments[0]?.body).toContain('```suggestion\nlet sum = 0;\n```');
      expect(pull.reviews[0]?.body).toContain('Notes are out of date');
      expect(fake.state.comments).toHaveLength(1);
    }
    // The diff of the pull request, not only its files, is what the agent is given.
    expect(fake.state.comments[0]?.body).toContain('claude');
  });
});

describe('the workflow "fix" that cagent init writes', () => {
  const labelled = (label: string, pull: Pull) => ({
    name: 'pull_request',
    payload: {
      action: 'labeled',
      number: pull.number,
      label: { name: label },
      repository: payloadOf(),
      sender: user('mona'),
      pull_request: pullRequest({
        number: pull.number,
        labels: [label],
        base: fake.store.resolve('refs/heads/main') as string,
        head: fake.store.resolve('refs/heads/feature') as string,
      }),
    },
  });

  it('opens a pull request to the branch of the labelled one, and pushes nothing to it', async () => {
    const [pull] = fake.state.pulls.filter(({ head }) => head === 'feature');
    const before = fake.store.resolve('refs/heads/feature');
    await server.play({ command: 'sed -i "s/sum = 1/sum = 0/" total.js' });
    const ran = await run('.github/workflows/cagent-fix.yml', labelled('agent-fix', pull as Pull));
    expect(ran.exitCode, ran.log.tail).toBe(0);
    const made = fake.state.pulls.at(-1);
    expect(made).toMatchObject({ head: `cagent/cagent-fix-claude-pr-${pull?.number}`, base: 'feature' });
    expect(fake.store.text('diff', '--name-only', 'feature', made?.head as string)).toBe('total.js');
    expect(fake.store.file(made?.head as string, 'total.js')).toContain('sum = 0');
    expect(fake.store.resolve('refs/heads/feature')).toBe(before);
  });

  it('does nothing for another label', async () => {
    const [pull] = fake.state.pulls.filter(({ head }) => head === 'feature');
    const before = fake.writes().length;
    const ran = await run('.github/workflows/cagent-fix.yml', labelled('documentation', pull as Pull));
    expect(ran.exitCode, ran.log.tail).toBe(0);
    expect(fake.writes()).toHaveLength(before);
  });
});
