import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repository } from '../unit/github/events.js';
import { putBehindProxy } from './rig/github/behind-proxy.js';
import { type FakeGitHub, startFakeGitHub } from './rig/github/fake-github.js';
import type { StoreFiles } from './rig/github/git-store.js';
import { newPull } from './rig/github/routes/pulls.js';
import { accountOf } from './rig/github/state.js';
import { type MainStep, runApplyStep } from './rig/main-step.js';

/** What the built step of org/cagent/apply makes of a patch, against the stateful fake of GitHub. */

const BRANCH = 'cagent/agent-patch';
const BASE = { 'a.txt': 'one\n', CODEOWNERS: '* @mona\n' };
const TOKEN = 'ghs_apply0123456789';

let fake: FakeGitHub;
let start: string;

beforeEach(async () => {
  fake = await startFakeGitHub({
    prefix: '/api/v3',
    tokens: {
      [TOKEN]: {
        login: 'github-actions[bot]',
        type: 'Bot',
        permissions: { contents: 'write', pull_requests: 'write', issues: 'write' },
      },
    },
  });
  start = fake.store.commit('main', BASE);
});
afterEach(async () => {
  expect(fake.problems).toEqual([]);
  await fake.close();
});

function patchTo(files: StoreFiles): string {
  const commit = fake.store.commit('theirs', files, { from: start });
  fake.store.git(['update-ref', '-d', 'refs/heads/theirs']);
  return fake.store.git(['diff', '--binary', '--full-index', start, commit]).toString('utf8');
}

function apply(
  files: StoreFiles,
  inputs: Readonly<Record<string, string>> = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<MainStep> {
  return runApplyStep({
    event: 'schedule',
    payload: { schedule: '0 5 * * 1', repository: repository() },
    apiUrl: fake.url,
    files: { 'the.patch': patchTo(files) },
    inputs: { 'patch-file': 'the.patch', 'base-commit': start, 'github-token': TOKEN, ...inputs },
    variables,
  });
}

const GUARDED = { ...BASE, CODEOWNERS: '* @mallory\n' };
const EDITED = { ...BASE, 'a.txt': 'two\n' };

describe('the step of apply, on an enterprise server', () => {
  it('opens a pull request, updates it, and closes it when nothing is left', async () => {
    const first = await apply(EDITED);
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs).toMatchObject({ result: 'created', branch: BRANCH, 'pull-request-number': '1' });
    expect(fake.store.tree(BRANCH)).toBe(fake.store.tree(first.outputs.commit as string));
    expect((await apply({ ...BASE, 'a.txt': 'three\n' })).outputs.result).toBe('updated');
    const last = await apply(BASE);
    expect([last.exitCode, last.outputs.result]).toEqual([0, 'closed']);
    expect(fake.state.pulls).toMatchObject([{ state: 'closed' }]);
    expect(fake.store.resolve(`refs/heads/${BRANCH}`)).toBeUndefined();
    expect(last.summary).toContain('There is nothing left to change.');
  });

  it('says what it is told to when there is nothing to propose', async () => {
    for (const [how, exitCode, words] of [
      ['warn', 0, '::warning'],
      ['error', 1, '::error'],
      ['ignore', 0, 'nothing to change'],
    ] as const) {
      const step = await apply(BASE, { 'if-no-changes': how });
      expect([step.exitCode, step.outputs.result]).toEqual([exitCode, 'nothing']);
      expect(step.log).toContain(words);
    }
    expect(fake.writes()).toEqual([]);
  });

  it('blocks protected files, or asks for reviews of a draft, or makes an issue with the patch', async () => {
    const blocked = await apply(GUARDED);
    expect([blocked.exitCode, blocked.outputs]).toEqual([1, { result: 'blocked' }]);
    expect(fake.writes()).toEqual([]);

    const issue = await apply(GUARDED, { 'protected-files': 'issue', labels: 'agent' });
    expect([issue.exitCode, issue.outputs.result]).toEqual([0, 'issue']);
    expect(fake.state.issues).toMatchObject([{ labels: ['agent'], state: 'open' }]);
    expect(fake.state.issues[0]?.body).toContain('+* @mallory');
    expect(issue.outputs['issue-url']).toContain(`/issues/${fake.state.issues[0]?.number}`);

    const draft = await apply(GUARDED, { 'protected-files': 'request-review', reviewers: 'mona' });
    expect([draft.exitCode, draft.outputs.result]).toEqual([0, 'created']);
    expect(fake.state.pulls).toMatchObject([{ draft: true, reviewers: ['mona'] }]);
  });

  it('overwrites neither the commit nor the pull request of somebody else', async () => {
    await apply(EDITED);
    const theirs = fake.store.commit(BRANCH, { 'a.txt': 'by hand\n' }, { onTop: true });
    const step = await apply({ ...BASE, 'a.txt': 'three\n' });
    expect([step.exitCode, step.outputs]).toEqual([1, { result: 'foreign' }]);
    expect(step.log).toContain('commits that cagent did not make');
    expect(fake.store.resolve(`refs/heads/${BRANCH}`)).toBe(theirs);
    // Said on the pull request too, once.
    await apply({ ...BASE, 'a.txt': 'four\n' });
    expect(fake.state.comments).toHaveLength(1);

    const other = 'cagent/taken';
    fake.store.git(['update-ref', `refs/heads/${other}`, start]);
    const mona = accountOf({ login: 'mona', type: 'User' });
    newPull(fake.state, { title: 'Mine', body: '', head: other, base: 'main', user: mona });
    expect((await apply(EDITED, { branch: 'taken' })).outputs).toEqual({ result: 'foreign' });
    expect(fake.store.resolve(`refs/heads/${other}`)).toBe(start);
  });

  it('loses to nobody who pushes in the very moment that the branch is moved', async () => {
    await apply(EDITED);
    let theirs = '';
    fake.inject({
      method: 'POST',
      path: /^\/graphql$/,
      body: /updateRefs/,
      answer: () => {
        theirs = fake.store.commit(BRANCH, { 'a.txt': 'by hand\n' }, { onTop: true });
      },
    });
    const step = await apply({ ...BASE, 'a.txt': 'three\n' });
    expect([step.exitCode, step.outputs]).toEqual([1, { result: 'error' }]);
    expect(step.log).toContain('is left alone');
    expect(fake.store.resolve(`refs/heads/${BRANCH}`)).toBe(theirs);
  });

  it('says no word of its token, and leaves none behind', async () => {
    const step = await apply(EDITED);
    expect(step.log.replace(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN);
    expect(JSON.stringify([step.outputs, step.summary, step.state])).not.toContain(TOKEN);
  });

  it('goes through the proxy of the machine', async () => {
    const way = await putBehindProxy(fake.url.replace('/api/v3', ''), 'api.github.test');
    try {
      const step = await apply(
        EDITED,
        {},
        {
          GITHUB_API_URL: `${way.apiUrl}/api/v3`,
          HTTPS_PROXY: way.proxy,
          NODE_EXTRA_CA_CERTS: way.caFile,
        },
      );
      expect(step.exitCode, step.log).toBe(0);
      expect(step.outputs.result).toBe('created');
      expect(new Set(way.connected)).toEqual(new Set(['api.github.test:443']));
    } finally {
      await way.close();
    }
  });
});
