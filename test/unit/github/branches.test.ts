import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteBranch, setBranch } from '../../../src/github/branches.js';
import { createGitHub, type GitHub } from '../../../src/github/client.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';

const REPOSITORY = { owner: 'acme', repo: 'widget' };
const BRANCH = 'cagent/refactor';

let fake: FakeGitHub;
let github: GitHub;
let before: string;

beforeEach(async () => {
  fake = await startFakeGitHub();
  github = createGitHub({ token: 'ghs_test', apiUrl: fake.url, secondMs: 1 });
  before = fake.store.commit(BRANCH, { a: 'ours' });
});
afterEach(async () => {
  expect(fake.problems).toEqual([]);
  await fake.close();
});

const head = () => fake.store.resolve(`refs/heads/${BRANCH}`);

describe('a branch that somebody pushes to after it was looked at', () => {
  it.each<[string, (sha: string) => Promise<void>]>([
    ['moved', (sha) => setBranch(github, REPOSITORY, BRANCH, { before, sha })],
    ['deleted', () => deleteBranch(github, REPOSITORY, BRANCH, before)],
  ])('is not %s', async (_, write) => {
    const sha = fake.store.commit('other', { a: 'next' });
    const theirs = fake.store.commit(BRANCH, { b: 'theirs' }, { onTop: true });
    await expect(write(sha)).rejects.toMatchObject({
      code: 'github.refused',
      message: expect.stringContaining(theirs.slice(0, 12)),
    });
    expect(head()).toBe(theirs);
    expect(fake.writes()).toEqual([]);
  });

  it('is moved and deleted as long as nobody has', async () => {
    const sha = fake.store.commit('other', { a: 'next' });
    await setBranch(github, REPOSITORY, BRANCH, { before, sha });
    expect(head()).toBe(sha);
    await deleteBranch(github, REPOSITORY, BRANCH, sha);
    expect(head()).toBeUndefined();
  });
});
