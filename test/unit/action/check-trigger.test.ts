import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkTrigger } from '../../../src/action/check-trigger.js';
import { createGitHub, type GitHub } from '../../../src/github/client.js';
import type { TriggerPolicy } from '../../../src/github/trigger-policy.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';
import { newPull } from '../../e2e/rig/github/routes/pulls.js';
import { accountOf } from '../../e2e/rig/github/state.js';
import { repository, user } from '../github/events.js';

const STRICT: TriggerPolicy = { allowUsers: [], allowBotUsers: [], fork: { kind: 'refuse' } };
const COLLABORATORS = { admin: 'admin', maintainer: 'maintain', writer: 'write', triager: 'triage' } as const;

let fake: FakeGitHub;
let directory: string;

beforeEach(async () => {
  fake = await startFakeGitHub({ collaborators: COLLABORATORS });
  fake.store.commit('main', { 'a.ts': 'a\n' });
  fake.store.commit('feature', { 'a.ts': 'b\n' }, { from: fake.store.resolve('main') as string });
  directory = mkdtempSync(join(tmpdir(), 'check-trigger-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  expect(fake.problems).toEqual([]);
  await fake.close();
});

interface Options {
  readonly policy?: TriggerPolicy;
  readonly token?: string;
  readonly isPrivate?: boolean;
}

async function check(event: string, actor: string, payload: object, options: Options = {}): Promise<string> {
  const { policy = STRICT, token = 'ghs_test', isPrivate = false } = options;
  const file = join(directory, 'event.json');
  const sent = { sender: user(actor), repository: repository('acme/widget', isPrivate), ...payload };
  writeFileSync(file, JSON.stringify(sent));
  const environment = {
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_REPOSITORY: 'acme/widget',
    GITHUB_ACTOR: actor,
  };
  const connect = (): GitHub => createGitHub({ token, apiUrl: fake.url, secondMs: 1 });
  const { trigger, verdict } = await checkTrigger(environment, policy, connect);
  if (verdict.kind === 'skip') return verdict.reason;
  return `run ${trigger.pullRequest?.baseSha ?? ''}`.trim();
}

function commentOn(number: number, author: string): object {
  const issue = { number, title: '', user: user('mona'), labels: [], pull_request: {} };
  return { action: 'created', issue, comment: { id: 1, body: '/agent', user: user(author) } };
}

describe('asking GitHub who may start an agent', () => {
  it.each([
    ['admin', 'run'],
    ['maintainer', 'run'],
    ['writer', 'run'],
    ['triager', 'cannot write'],
    ['outsider', 'cannot write'],
  ])('%s: %s', async (actor, expected) => {
    expect(await check('issues', actor, { action: 'opened' })).toContain(expected);
  });

  it('a comment on a pull request is followed to its code and its base', async () => {
    const account = accountOf({ login: 'writer', type: 'User' });
    const own = newPull(fake.state, { title: '', body: '', head: 'feature', base: 'main', user: account });
    const fork = {
      title: '',
      body: '',
      head: 'feature',
      base: 'main',
      user: account,
      headRepository: 'x/widget',
    };
    const foreign = newPull(fake.state, fork);
    expect(await check('issue_comment', 'writer', commentOn(own.number, 'writer'))).toBe(
      `run ${fake.store.resolve('main')}`,
    );
    expect(await check('issue_comment', 'writer', commentOn(foreign.number, 'writer'))).toContain(
      'comes from a fork',
    );
  });

  it.each([
    ['is not accepted', 'ghs_wrong'],
    ['is missing', ''],
  ])('fails, and runs nothing, when the token %s', async (_, token) => {
    await expect(check('issues', 'writer', {}, { token })).rejects.toMatchObject({
      code: 'trigger.unverified',
      message: expect.stringContaining('whether writer may start an agent'),
      hint: expect.stringContaining('github-token'),
    });
  });

  it('fails, and runs nothing, when GitHub does not answer', async () => {
    fake.inject({ method: 'GET', path: /permission/, answer: { status: 500, body: {} }, times: 10 });
    await expect(check('issues', 'writer', {})).rejects.toMatchObject({ code: 'trigger.unverified' });
  });

  it.each(['schedule', 'push', 'workflow_dispatch'])('does not need GitHub for %s', async (event) => {
    expect(await check(event, 'writer', {}, { token: '' })).toBe('run');
    expect(fake.requests).toEqual([]);
  });

  it.each(['allowUsers', 'allowBotUsers'] as const)(
    'everybody in %s is refused on a public repository',
    async (list) => {
      const policy = { ...STRICT, [list]: ['*'] };
      const [actor] = list === 'allowUsers' ? ['outsider'] : ['hubot[bot]'];
      await expect(check('issues', actor as string, {}, { policy })).rejects.toMatchObject({
        code: 'config.invalid',
      });
      expect(await check('issues', actor as string, {}, { policy, isPrivate: true })).toBe('run');
    },
  );
});
