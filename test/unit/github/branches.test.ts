import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteBranch, setBranch } from '../../../src/github/branches.js';
import { createGitHub, type GitHub } from '../../../src/github/client.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';

const REPOSITORY = { owner: 'acme', repo: 'widget' };
const BRANCH = 'cagent/refactor';
const MOVE = { method: 'POST', path: /^\/graphql$/, body: /mutation/ } as const;

describe.each(['', '/api/v3'])('with the API below "%s"', (prefix) => {
  let fake: FakeGitHub;
  let github: GitHub;
  let before: string;
  let next: string;

  beforeEach(async () => {
    fake = await startFakeGitHub({ prefix });
    github = createGitHub({ token: 'ghs_test', apiUrl: fake.url, secondMs: 1 });
    before = fake.store.commit(BRANCH, { a: 'ours' });
    next = fake.store.commit('other', { a: 'next' });
  });
  afterEach(async () => {
    expect(fake.problems).toEqual([]);
    await fake.close();
  });

  const head = () => fake.store.resolve(`refs/heads/${BRANCH}`);
  const move = () => setBranch(github, REPOSITORY, BRANCH, { before, sha: next });
  const remove = () => deleteBranch(github, REPOSITORY, BRANCH, before);

  describe('a branch that somebody pushes to in the very moment of the request', () => {
    it.each<[string, () => Promise<void>]>([
      ['moved', move],
      ['deleted', remove],
    ])('is not %s, and the error says where it is', async (_, write) => {
      let theirs = '';
      const push = (): void => {
        theirs = fake.store.commit(BRANCH, { b: 'theirs' }, { onTop: true });
      };
      fake.inject({ ...MOVE, answer: push });
      await expect(write()).rejects.toMatchObject({
        code: 'github.refused',
        message: expect.stringContaining('is left alone'),
      });
      expect(head()).toBe(theirs);
    });

    it('or deletes is not made again', async () => {
      fake.inject({
        ...MOVE,
        answer: () => void fake.store.git(['update-ref', '-d', `refs/heads/${BRANCH}`]),
      });
      await expect(move()).rejects.toThrow('is gone now, so it is left alone');
      expect(head()).toBeUndefined();
    });
  });

  it('is moved and deleted as long as nobody has, also when the answer gets lost', async () => {
    fake.inject({ ...MOVE, answer: 'lost' });
    await move();
    expect(head()).toBe(next);
    fake.inject({ ...MOVE, answer: 'lost' });
    await deleteBranch(github, REPOSITORY, BRANCH, next);
    expect(head()).toBeUndefined();
  });

  it('a refusal for another reason is told as GitHub says it', async () => {
    const body = { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible' }] };
    fake.inject({ ...MOVE, answer: { status: 200, body } });
    await expect(move()).rejects.toMatchObject({
      code: 'github.permission',
      message: expect.stringContaining('Resource not accessible'),
    });
    expect(head()).toBe(before);
  });
});
