import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CagentError } from '../../../src/core/errors.js';
import { allPages, orNotFound } from '../../../src/github/answers.js';
import { readApiUrl } from '../../../src/github/api-url.js';
import { createGitHub, type GitHub } from '../../../src/github/client.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';

const REPO = { owner: 'acme', repo: 'widget' };
const LIMITED = { message: 'You have exceeded a secondary rate limit.' };

let fake: FakeGitHub;
let notices: string[];

beforeEach(async () => {
  fake = await startFakeGitHub({
    tokens: {
      ghs_test: { login: 'github-actions[bot]', type: 'Bot' },
      ghs_read: { login: 'github-actions[bot]', type: 'Bot', permissions: { contents: 'read' } },
    },
  });
  fake.store.commit('main', { 'README.md': 'hello\n' });
  notices = [];
});
afterEach(() => fake.close());

function client(token = 'ghs_test', apiUrl = fake.url): GitHub {
  return createGitHub({ token, apiUrl, secondMs: 1, notice: (message) => notices.push(message) });
}

function failure(promise: Promise<unknown>): Promise<CagentError> {
  return promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: CagentError) => error,
  );
}

const getRepository = (github: GitHub) => github.call('GET /repos/{owner}/{repo}', REPO);
const openIssue = (github: GitHub) =>
  github.call('POST /repos/{owner}/{repo}/issues', { ...REPO, title: 'A' });

describe('the client of GitHub', () => {
  it('sends what GitHub describes', async () => {
    expect((await getRepository(client())).data.default_branch).toBe('main');
    expect((await openIssue(client())).data.number).toBe(1);
    expect(fake.problems).toEqual([]);
  });

  it('finds the API below a path of an enterprise server', async () => {
    const enterprise = await startFakeGitHub({ prefix: '/api/v3' });
    try {
      expect((await getRepository(client('ghs_test', enterprise.url))).data.full_name).toBe('acme/widget');
    } finally {
      await enterprise.close();
    }
  });

  it('waits for a secondary limit as long as GitHub says, and then does it once', async () => {
    fake.inject({
      method: 'POST',
      path: /issues$/,
      answer: { status: 403, body: LIMITED, headers: { 'retry-after': '30' } },
    });
    await openIssue(client());
    expect(fake.state.issues).toHaveLength(1);
    expect(notices).toEqual(['GitHub asks to wait 30.0 s (secondary rate limit).']);
  });

  it('gives up on a limit that would hold the job for too long, and says when it ends', async () => {
    const reset = String(Math.floor(Date.now() / 1_000) + 3_000);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    fake.inject({
      method: 'GET',
      path: /widget$/,
      answer: { status: 403, body: { message: 'API rate limit exceeded' }, headers },
    });
    const error = await failure(getRepository(client()));
    expect(error.code).toBe('github.rate-limit');
    expect(error.hint).toMatch(/Try again in (49|50) m/);
    expect(fake.requests).toHaveLength(1);
  });

  it('does not wait forever for a limit that stays', async () => {
    const answer = { status: 429, body: LIMITED, headers: { 'retry-after': '1' } };
    fake.inject({ method: 'POST', path: /issues$/, answer, times: 100 });
    expect((await failure(openIssue(client()))).code).toBe('github.rate-limit');
    expect(fake.requests.length).toBeLessThan(20);
  });

  it('tries again when the server fails or hangs up', async () => {
    fake.inject({
      method: 'GET',
      path: /widget$/,
      answer: { status: 502, body: { message: 'Server Error' } },
    });
    fake.inject({ method: 'GET', path: /widget$/, answer: 'close' });
    expect((await getRepository(client())).status).toBe(200);
    expect(fake.requests.map(({ status }) => status)).toEqual([502, 0, 200]);
  });

  it('names the permission that is missing', async () => {
    const error = await failure(openIssue(client('ghs_read')));
    expect(error.code).toBe('github.permission');
    expect(error.message).toContain('Resource not accessible by integration');
    expect(error.hint).toContain('issues=write');
  });

  it.each([
    ['a token that is not accepted', 'ghs_wrong', getRepository, 'github.token'],
    [
      'something that is not there',
      'ghs_test',
      (github: GitHub) => github.call('GET /repos/{owner}/{repo}', { ...REPO, repo: 'x' }),
      'github.not-found',
    ],
    [
      'a request that is not taken',
      'ghs_test',
      (github: GitHub) => github.call('POST /repos/{owner}/{repo}/git/refs', { ...REPO, ref: 'x', sha: 'y' }),
      'github.refused',
    ],
  ] as const)('%s is told apart', async (_, token, request, code) => {
    expect((await failure(request(client(token)))).code).toBe(code);
  });

  it('a server that is not there is told apart', async () => {
    const nowhere = createGitHub({ token: 'ghs_test', apiUrl: 'http://127.0.0.1:1', secondMs: 1 });
    expect((await failure(getRepository(nowhere))).code).toBe('github.unreachable');
  });

  it('no error shows the token', async () => {
    const error = await failure(getRepository(client('ghs_wrong')));
    expect(JSON.stringify([error.message, error.hint, error.stack])).not.toContain('ghs_wrong');
    expect(JSON.stringify(error.cause)).not.toContain('ghs_wrong');
  });

  it('an empty token is refused before anything is sent', () => {
    expect(() => client('')).toThrow('there is no token for GitHub');
  });

  it('reads a listing page by page, and no further than asked', async () => {
    for (let index = 0; index < 150; index += 1) {
      fake.state.comments.push({
        id: index,
        issue: 1,
        body: String(index),
        user: { login: 'mona', id: 1, type: 'User' },
      });
    }
    await openIssue(client());
    const comments = (most: number) =>
      allPages(
        (range) =>
          client().call('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
            ...REPO,
            issue_number: 1,
            ...range,
          }),
        most,
      );
    expect((await comments(1_000)).map(({ body }) => body)).toHaveLength(150);
    expect(await comments(100)).toHaveLength(100);
    expect(fake.requests.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  it('a thing that is not there can be an answer', async () => {
    const missing = client().call('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...REPO, ref: 'heads/none' });
    expect(await orNotFound(missing)).toBeUndefined();
    await expect(orNotFound(getRepository(client('ghs_wrong')))).rejects.toMatchObject({
      code: 'github.token',
    });
  });
});

describe('the address of the API', () => {
  it.each([
    [undefined, 'https://api.github.com'],
    ['', 'https://api.github.com'],
    ['https://github.corp.test/api/v3/', 'https://github.corp.test/api/v3'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%s is %s', (text, url) => {
    expect(readApiUrl(text)).toBe(url);
  });

  it.each([
    'http://github.corp.test/api/v3',
    'ftp://x',
    'not an address',
    'https://user:word@host',
    'http://127.0.0.1.evil.test',
  ])('%s is refused: the token would go there', (text) => {
    expect(() => readApiUrl(text)).toThrow('GITHUB_API_URL');
  });
});

describe('the fake of GitHub', () => {
  it('notices a request that GitHub would not take', async () => {
    await client().call('POST /repos/{owner}/{repo}/issues', { ...REPO, title: 'A', nonsense: 1 } as never);
    await client().call('GET /repos/{owner}/{repo}/pulls', { ...REPO, state: 'ajar' } as never);
    await failure(client().call('GET /nowhere' as never));
    expect(fake.problems).toEqual([
      'POST /repos/{owner}/{repo}/issues: unknown field nonsense',
      'GET /repos/{owner}/{repo}/pulls: query parameter state is ajar',
      'GET /nowhere: GitHub has no such route',
    ]);
  });
});
