import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pullRequest, repository, user } from '../unit/github/events.js';
import { type ActRig, startActRig } from './rig/act.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import { type MainStep, type MainStepOptions, runMainStep } from './rig/main-step.js';
import { CHECKOUT, cagentStep } from './rig/steps.js';

const TOKEN = 'ghs_test';
const KEY = 'sk-ant-e2e-0123456789';

let github: FakeGitHub;
let rig: ActRig;

beforeAll(async () => {
  github = await startFakeGitHub({ collaborators: { mona: 'write', reader: 'read' } });
  github.store.commit('main', { 'README.md': '# widget\n' });
  rig = await startActRig();
});
afterAll(async () => {
  await rig.close();
  await github.close();
});
afterEach(() => {
  // Nothing is ever written to GitHub for somebody who may not start an agent.
  expect(github.writes()).toEqual([]);
  expect(github.problems).toEqual([]);
});

function step(options: Omit<MainStepOptions, 'apiUrl'>): Promise<MainStep> {
  const actor = options.actor ?? 'mona';
  const { payload: given = {} } = options;
  const payload = (commit: string): object => ({
    repository: repository(),
    sender: user(actor),
    ...(typeof given === 'function' ? given(commit) : given),
  });
  const inputs = { run: 'touch ran', network: 'none', 'github-token': TOKEN, ...options.inputs };
  return runMainStep({ ...options, actor, payload, inputs, apiUrl: github.url });
}

const FORK = (commit: string): object => ({
  action: 'opened',
  pull_request: pullRequest({ from: 'outsider/widget', author: 'outsider', head: commit, base: commit }),
});
const comment = (author: string, issue: object = {}) => ({
  action: 'created',
  comment: { id: 1, body: '/agent', user: user(author) },
  issue: { number: 9, title: 'T', body: '', user: user('mona'), labels: [], ...issue },
});
const workflowRun = (from: string) => ({
  workflow_run: {
    id: 1,
    event: 'pull_request',
    head_branch: 'x',
    head_sha: 'a'.repeat(40),
    head_repository: repository(from),
    triggering_actor: user('mona'),
    pull_requests: [],
  },
});

describe('a step that is not allowed', () => {
  it.each<[string, Parameters<typeof step>[0], string]>([
    [
      'an outsider who opens an issue',
      { event: 'issues', actor: 'outsider' },
      'outsider (who started the run) cannot write',
    ],
    [
      'an outsider who comments',
      { event: 'issue_comment', actor: 'outsider', payload: comment('outsider') },
      'cannot write',
    ],
    ['somebody who may only read', { event: 'issues', actor: 'reader' }, 'cannot write'],
    [
      'a bot that nobody named',
      { event: 'push', actor: 'evil[bot]' },
      'the bot evil[bot] (who started the run) is not in',
    ],
    [
      'a bot with a name that looks like a listed one',
      { event: 'issues', actor: 'evil-renovate[bot]', inputs: { 'allow-bot-users': 'renovate[bot]' } },
      'is not in allow-bot-users',
    ],
    ['the pull request of a fork', { event: 'pull_request_target', payload: FORK }, 'comes from a fork'],
    [
      'a run of another workflow for a fork',
      { event: 'workflow_run', payload: workflowRun('outsider/widget') },
      'comes from a fork',
    ],
    [
      'a fork without a network for an agent that needs a model',
      {
        event: 'pull_request',
        actor: 'outsider',
        payload: FORK,
        inputs: {
          run: '',
          agent: 'claude',
          prompt: 'x',
          fork: 'no-network',
          'anthropic-api-key': KEY,
          network: '',
        },
      },
      'the agent claude needs a model',
    ],
  ])('is green, says why and runs nothing: %s', async (_, options, reason) => {
    const { exitCode, outputs, summary, log, state } = await step(options);
    expect(exitCode, log).toBe(0);
    expect(outputs).toEqual({
      conclusion: 'skipped',
      'exit-code': '0',
      'skip-reason': expect.stringContaining(reason),
    });
    expect(summary).toContain('cagent: skipped');
    expect(log).toContain('::notice title=cagent::Nothing was run: ');
    // A later value replaces an earlier one, and an empty one leaves nothing to do for the post step.
    const entries = state.matchAll(/^(\S+)<<(ghadelimiter_\S+)\n([\s\S]*?)\n?\2$/gm);
    const left = new Map([...entries].map(([, name, , value]) => [name, value]));
    expect([...left.values()].filter(Boolean)).toEqual([]);
  });

  it('fails where it cannot find out, and says what to set', async () => {
    const { exitCode, log, outputs } = await step({ event: 'issues', inputs: { 'github-token': '' } });
    expect(exitCode).toBe(125);
    expect(outputs).toEqual({ conclusion: 'error', 'exit-code': '125' });
    expect(log).toMatch(
      /::error .*trigger\.unverified: GitHub cannot say whether mona may start an agent.*github-token/,
    );
  });

  it('refuses everybody on a public repository', async () => {
    const { exitCode, log } = await step({ event: 'issues', inputs: { 'allow-bot-users': '*' } });
    expect(exitCode).toBe(125);
    expect(log).toContain(
      'input allow-bot-users: found "*", allowed on a repository that is not private: names',
    );
  });

  it('shows nothing of a person or a label that could act in the log or the summary', async () => {
    const label = '::error::forged\n::add-mask::x @everyone <img src=x>';
    const { outputs, summary, log } = await step({
      event: 'pull_request',
      payload: FORK,
      inputs: { fork: `label:${label.split('\n')[0]} @everyone <img src=x>` },
    });
    expect(outputs.conclusion).toBe('skipped');
    expect(log).not.toMatch(/^::error::forged/m);
    expect(summary).not.toMatch(/@everyone|<img/);
  });
});

describe('a step that is allowed', () => {
  it.each<[string, Parameters<typeof step>[0]]>([
    ['a member who opens an issue', { event: 'issues' }],
    [
      'an outsider who is listed',
      { event: 'issues', actor: 'outsider', inputs: { 'allow-users': 'outsider' } },
    ],
    ['a schedule, without any token', { event: 'schedule', actor: 'gone', inputs: { 'github-token': '' } }],
  ])('runs: %s', async (_, options) => {
    const { exitCode, outputs, log, state } = await step(options);
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ conclusion: 'success', 'changed-files': '1' });
    if (options.inputs?.['github-token'] !== '') expect(log).toContain(`::add-mask::${TOKEN}`);
    expect(state).not.toContain(TOKEN);
  });

  it('for a fork is read-only, without network and without what the job has', async () => {
    const { exitCode, outputs, log } = await step({
      event: 'pull_request',
      actor: 'outsider',
      payload: FORK,
      inputs: {
        fork: 'no-network',
        network: '',
        'sticky-comment': 'false',
        'anthropic-api-key': KEY,
        run: 'sh -c "env; ls /sys/class/net; touch ran || true; echo note > .agent-scratch/note"',
      },
    });
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ conclusion: 'success', 'changed-files': '0' });
    expect(log).toContain('read-only, without secrets and without network');
    const said = log.slice(log.indexOf('::group::cagent: the agent'));
    expect(said).not.toMatch(/ANTHROPIC|INPUT_|GITHUB_|eth0/);
  });

  it('takes the names of other actions, and says how they are called here', async () => {
    const { outputs, log } = await step({
      event: 'schedule',
      inputs: { upload_artifacts: 'false', working_directory: '.' },
    });
    expect(outputs.conclusion).toBe('success');
    expect(log).toContain('The input upload_artifacts is taken as upload-artifacts');
  });
});

describe('under a workflow runner', () => {
  it.each<[string, string, object | ((commit: string) => object), string]>([
    ['schedule', 'hubot[bot]', {}, ''],
    ['issue_comment', 'outsider', comment('outsider'), 'outsider (who started the run) cannot write'],
    ['pull_request_target', 'mona', FORK, 'comes from a fork'],
    ['workflow_run', 'mona', workflowRun('outsider/widget'), 'comes from a fork'],
  ])('%s by %s', async (name, actor, payload, reason) => {
    const job = await rig.runJob(
      [CHECKOUT, cagentStep({ run: 'touch ran', network: 'none', 'upload-artifacts': 'false' })],
      {
        event: {
          name,
          actor,
          payload: (commit) => ({
            repository: repository(),
            sender: user(actor),
            ...(typeof payload === 'function' ? payload(commit) : payload),
          }),
        },
        secrets: { GITHUB_TOKEN: TOKEN },
        variables: { GITHUB_API_URL: github.url },
      },
    );
    expect(job.exitCode, job.log.tail).toBe(0);
    const { conclusion, 'skip-reason': why = '' } = job.log.outputs('cagent');
    expect(conclusion).toBe(reason === '' ? 'success' : 'skipped');
    expect(why).toContain(reason);
    expect(job.log.result('cagent', 'Post')).toBe('success');
  });
});
