import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newPull } from '../../../e2e/rig/github/routes/pulls.js';
import { type ProposalRig, startProposalRig } from './rig.js';

const BRANCH = 'cagent/refactor-claude';
const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}\n`);
const BASE = { 'src/a.txt': LINES.join(''), 'b.txt': 'b\n', 'docs/c.txt': 'c\n', CODEOWNERS: '* @mona\n' };
const EDITED = {
  ...BASE,
  'src/a.txt': LINES.join('').replace('line 7', 'line seven'),
  'src/deep/new.txt': 'new\n',
};
const MONA = { login: 'mona', id: 1, type: 'User' } as const;

let rig: ProposalRig;
let start: string;

beforeEach(async () => {
  rig = await startProposalRig({
    tokens: {
      ghs_test: { login: 'github-actions[bot]', type: 'Bot' },
      ghs_plain: {
        login: 'github-actions[bot]',
        type: 'Bot',
        permissions: { contents: 'write', pull_requests: 'write', issues: 'write' },
      },
      ghp_mona: { login: 'mona', type: 'User' },
      ghs_weak: { login: 'github-actions[bot]', type: 'Bot', permissions: { contents: 'write' } },
    },
  });
  start = rig.fake.store.commit('main', BASE);
});
afterEach(async () => {
  expect(rig.fake.problems).toEqual([]);
  await rig.close();
});

const pulls = () => rig.fake.state.pulls;
const head = () => rig.fake.store.resolve(`refs/heads/${BRANCH}`);

describe('a run becomes a pull request', () => {
  it('with exactly the tree that the agent left, in one signed commit on the base', async () => {
    const { directory, tree } = rig.runOf(start, EDITED);
    const outcome = await rig.propose(directory);
    expect(outcome).toMatchObject({ kind: 'created', tree, verified: true, changedFiles: 2, base: 'same' });
    expect(rig.fake.store.tree(BRANCH)).toBe(tree);
    expect(rig.fake.store.text('rev-parse', `${BRANCH}^`)).toBe(start);
    expect(pulls()).toMatchObject([{ head: BRANCH, base: 'main', title: 'Changes by claude', draft: false }]);
  });

  it('also with binary content, modes, links, deleted files, and a file in the place of a directory', async () => {
    const files = {
      src: 'a file now\n',
      'b.txt': { mode: '100755', content: 'b\n' } as const,
      link: { mode: '120000', content: 'b.txt' } as const,
      'docs/c.txt': 'c\0c',
      'long.txt': 'x'.repeat(150_000),
      CODEOWNERS: BASE.CODEOWNERS,
    };
    const { directory, tree } = rig.runOf(start, files);
    await rig.propose(directory);
    expect(rig.fake.store.tree(BRANCH)).toBe(tree);
  });

  it('with the identity, labels, reviewers and draft that were asked for', async () => {
    const outcome = await rig.propose(rig.runOf(start, EDITED).directory, {
      identity: { name: 'Refactor Bot', email: 'bot@acme.test' },
      labels: ['agent', 'refactor'],
      reviewers: ['mona'],
      teamReviewers: ['core'],
      draft: true,
      title: 'Tidy up',
      commitMessage: 'refactor: tidy up',
    });
    expect(outcome).toMatchObject({ kind: 'created', verified: false });
    expect(pulls()).toMatchObject([
      {
        title: 'Tidy up',
        draft: true,
        labels: ['agent', 'refactor'],
        reviewers: ['mona'],
        teamReviewers: ['core'],
      },
    ]);
    expect(rig.fake.store.text('log', '-1', '--format=%an <%ae>|%cn|%s', BRANCH)).toBe(
      'Refactor Bot <bot@acme.test>|Refactor Bot|refactor: tidy up',
    );
  });

  it('a reviewer who cannot review is a warning, and the pull request is there', async () => {
    const outcome = await rig.propose(rig.runOf(start, EDITED).directory, {
      reviewers: ['github-actions[bot]'],
    });
    expect(outcome.kind).toBe('created');
    expect(rig.warnings.join()).toContain('the reviewers could not be set');
  });

  it('for a directory of the repository', async () => {
    const below = rig.fake.store.commit('inner', { 'a.txt': BASE['src/a.txt'] });
    const { directory } = rig.runOf(
      below,
      { 'a.txt': EDITED['src/a.txt'], 'n.txt': 'n\n' },
      {
        forge: ({ changes }) => Object.assign(changes, { baseCommit: start }),
      },
    );
    await rig.propose(directory, { directory: 'src' });
    expect(rig.fake.store.text('diff', '--name-only', 'main', BRANCH)).toBe('src/a.txt\nsrc/n.txt');
  });
});

describe('the next run', () => {
  it('updates the same pull request and makes no second one', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    const second = rig.runOf(start, { ...EDITED, 'b.txt': 'other\n' });
    expect(await rig.propose(second.directory)).toMatchObject({ kind: 'updated' });
    expect(pulls()).toHaveLength(1);
    expect(rig.fake.store.tree(BRANCH)).toBe(second.tree);
    expect(rig.fake.store.text('rev-list', '--count', `main..${BRANCH}`)).toBe('1');
    expect(pulls()[0]?.body).toContain('b.txt');
  });

  it('changes nothing when it has the same changes', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    const before = [head(), rig.fake.writes().length];
    expect(await rig.propose(rig.runOf(start, EDITED).directory)).toMatchObject({ kind: 'unchanged' });
    // The tree is written to learn that it is the same one.
    expect([head(), rig.fake.writes().length]).toEqual([before[0], (before[1] as number) + 1]);
  });

  it('opens a new pull request after the first one was merged or closed', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    (pulls()[0] as { state: string }).state = 'closed';
    expect(await rig.propose(rig.runOf(start, EDITED).directory)).toMatchObject({ kind: 'created' });
    expect(pulls()).toHaveLength(2);
  });

  it('with an identity of its own is still known as ours', async () => {
    const identity = { name: 'Refactor Bot', email: 'bot@acme.test' };
    await rig.propose(rig.runOf(start, EDITED).directory, { identity });
    const second = rig.runOf(start, { ...EDITED, 'b.txt': 'other\n' });
    expect(await rig.propose(second.directory, { identity })).toMatchObject({ kind: 'updated' });
  });

  it('with the token of a person is not signed, and still known as ours', async () => {
    const first = await rig.propose(rig.runOf(start, EDITED).directory, {}, 'ghp_mona');
    expect(first).toMatchObject({ kind: 'created', verified: false });
    const second = rig.runOf(start, { ...EDITED, 'b.txt': 'other\n' });
    expect(await rig.propose(second.directory, {}, 'ghp_mona')).toMatchObject({ kind: 'updated' });
  });

  it('does not overwrite a commit of somebody else, and says whose it is', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    const theirs = rig.fake.store.commit(BRANCH, { 'b.txt': 'by hand\n' }, { onTop: true });
    const outcome = await rig.propose(rig.runOf(start, { ...EDITED, 'b.txt': 'other\n' }).directory);
    expect(outcome).toEqual({
      kind: 'foreign',
      why: `the branch ${BRANCH} has commits that cagent did not make, such as ${theirs.slice(0, 12)} by Mona`,
    });
    expect(head()).toBe(theirs);
  });

  it('does not overwrite a commit of ours that somebody has amended', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    const message = rig.fake.store.text('log', '-1', '--format=%B', BRANCH);
    rig.fake.store.git(['update-ref', `refs/heads/${BRANCH}`, start]);
    rig.fake.store.commit(BRANCH, { 'b.txt': 'by hand\n' }, { onTop: true, message });
    expect(await rig.propose(rig.runOf(start, EDITED).directory)).toMatchObject({ kind: 'foreign' });
  });

  it('leaves the pull request of somebody else on the same branch alone', async () => {
    rig.fake.store.git(['update-ref', `refs/heads/${BRANCH}`, start]);
    newPull(rig.fake.state, {
      title: 'Mine',
      body: `<!-- cagent:apply:${BRANCH} -->`,
      head: BRANCH,
      base: 'main',
      user: MONA,
    });
    const outcome = await rig.propose(rig.runOf(start, EDITED).directory);
    expect(outcome).toEqual({
      kind: 'foreign',
      why: `the pull request 1 of mona is open for the branch ${BRANCH}`,
    });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('closes the pull request and removes the branch when nothing is left', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    expect(await rig.propose(rig.runOf(start, BASE).directory)).toMatchObject({ kind: 'closed' });
    expect(pulls()[0]?.state).toBe('closed');
    expect(head()).toBeUndefined();
    expect(rig.fake.state.comments[0]?.body).toContain('left nothing to change');
  });

  it('keeps the pull request when auto-close is off, or when there is work of others on it', async () => {
    await rig.propose(rig.runOf(start, EDITED).directory);
    expect(await rig.propose(rig.runOf(start, BASE).directory, { autoClose: false })).toEqual({
      kind: 'nothing',
    });
    rig.fake.store.commit(BRANCH, { 'b.txt': 'by hand\n' }, { onTop: true });
    expect(await rig.propose(rig.runOf(start, BASE).directory)).toEqual({ kind: 'nothing' });
    expect(pulls()[0]?.state).toBe('open');
  });

  it('opens nothing when the base has the changes already', async () => {
    const { directory } = rig.runOf(start, EDITED);
    rig.fake.store.commit('main', EDITED);
    expect(await rig.propose(directory)).toEqual({ kind: 'nothing' });
    expect(rig.fake.writes()).toEqual([]);
  });
});

describe('a base that has moved on', () => {
  it('in other files: the changes go onto its head', async () => {
    const { directory } = rig.runOf(start, EDITED);
    const moved = rig.fake.store.commit('main', { ...BASE, 'b.txt': 'moved\n' });
    expect(await rig.propose(directory)).toMatchObject({ kind: 'created', base: 'rebased' });
    expect(rig.fake.store.text('rev-parse', `${BRANCH}^`)).toBe(moved);
    expect(rig.fake.store.file(BRANCH, 'b.txt')).toBe('moved\n');
    expect(rig.fake.store.text('diff', '--name-only', 'main', BRANCH)).toBe('src/a.txt\nsrc/deep/new.txt');
  });

  it('in the same file, elsewhere: both changes are joined', async () => {
    const { directory } = rig.runOf(start, EDITED);
    rig.fake.store.commit('main', {
      ...BASE,
      'src/a.txt': LINES.join('').replace('line 18', 'line eighteen'),
    });
    expect(await rig.propose(directory)).toMatchObject({ kind: 'created', base: 'merged' });
    const text = rig.fake.store.file(BRANCH, 'src/a.txt');
    expect(text).toContain('line seven\n');
    expect(text).toContain('line eighteen\n');
  });

  it('in the same lines: the commit stays where the agent started, and the pull request says so', async () => {
    const { directory, tree } = rig.runOf(start, EDITED);
    rig.fake.store.commit('main', { ...BASE, 'src/a.txt': LINES.join('').replace('line 7', 'line VII') });
    expect(await rig.propose(directory)).toMatchObject({ kind: 'created', base: 'behind', tree });
    expect(rig.fake.store.text('rev-parse', `${BRANCH}^`)).toBe(start);
    expect(pulls()[0]?.body).toContain('the conflicts are for a person');
  });

  it('is only reported when that was asked for', async () => {
    const { directory } = rig.runOf(start, EDITED);
    rig.fake.store.commit('main', {
      ...BASE,
      'src/a.txt': LINES.join('').replace('line 18', 'line eighteen'),
    });
    const outcome = await rig.propose(directory, { baseMoved: 'report' });
    expect(outcome).toMatchObject({
      kind: 'conflict',
      howTo: expect.stringContaining(`git fetch origin ${start}`),
    });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('a start that the base never had brings none of its own changes along', async () => {
    const elsewhere = rig.fake.store.commit(
      'fork',
      { ...BASE, 'src/a.txt': 'rewritten\n', 'evil.txt': 'evil\n' },
      { from: start },
    );
    const { directory } = rig.runOf(elsewhere, {
      ...BASE,
      'src/a.txt': 'rewritten again\n',
      'evil.txt': 'evil\n',
    });
    expect(await rig.propose(directory)).toMatchObject({ kind: 'conflict' });
    expect(rig.fake.writes()).toEqual([]);
  });
});

describe('the patch policy of the base branch', () => {
  const GUARDED = { ...BASE, CODEOWNERS: '* @mallory\n' };

  it('blocks protected files', async () => {
    expect(await rig.propose(rig.runOf(start, GUARDED).directory)).toEqual({
      kind: 'blocked',
      guarded: ['CODEOWNERS'],
    });
    expect(rig.fake.writes()).toEqual([]);
  });

  it('or makes a draft that asks for a review and says why', async () => {
    const outcome = await rig.propose(rig.runOf(start, GUARDED).directory, {
      protectedFiles: 'request-review',
      reviewers: ['mona'],
    });
    expect(outcome).toMatchObject({ kind: 'created', guarded: ['CODEOWNERS'] });
    expect(pulls()).toMatchObject([{ draft: true, reviewers: ['mona'] }]);
    expect(pulls()[0]?.body).toContain('This changes protected files');
  });

  it('but puts none of them into a pull request that may be approved already', async () => {
    const settings = { protectedFiles: 'request-review' } as const;
    await rig.propose(rig.runOf(start, EDITED).directory, settings);
    const approved = head();
    const { directory } = rig.runOf(start, { ...EDITED, CODEOWNERS: '* @mallory\n' });
    const refused = { kind: 'blocked', guarded: ['CODEOWNERS'], noDraft: pulls()[0]?.number };
    expect(await rig.propose(directory, settings)).toEqual(refused);
    expect(head()).toBe(approved);
    (pulls()[0] as { draft: boolean }).draft = true;
    expect(await rig.propose(directory, settings)).toMatchObject({ kind: 'updated' });
    (pulls()[0] as { draft: boolean }).draft = false;
    expect(await rig.propose(directory, settings)).toMatchObject({ kind: 'unchanged' });
  });

  it('or makes one issue with the patch, which later runs edit', async () => {
    const settings = { protectedFiles: 'issue', labels: ['agent'] } as const;
    expect(await rig.propose(rig.runOf(start, GUARDED).directory, settings)).toMatchObject({ kind: 'issue' });
    await rig.propose(rig.runOf(start, { ...GUARDED, 'b.txt': 'x\n' }).directory, settings);
    expect(rig.fake.state.issues).toMatchObject([{ labels: ['agent'] }]);
    expect(rig.fake.state.issues[0]?.body).toContain('+* @mallory');
    expect(rig.fake.state.issues[0]?.body).toContain('b.txt');
    expect(head()).toBeUndefined();
  });

  it('a patch that is too long for an issue is told how to be had', async () => {
    const files = { ...GUARDED, 'big.txt': 'long line of text\n'.repeat(5_000) };
    await rig.propose(rig.runOf(start, files).directory, { protectedFiles: 'issue' });
    expect(rig.fake.state.issues[0]?.body).toContain('gh run download 7 --name cagent-run');
  });

  it('is the one of the base, not the one that the patch brings', async () => {
    const loose = 'version: 1\npatch: { protected: [] }\n';
    const { directory } = rig.runOf(start, { ...GUARDED, 'cagent.yml': loose });
    expect(await rig.propose(directory)).toMatchObject({
      kind: 'blocked',
      guarded: ['CODEOWNERS', 'cagent.yml'],
    });
    rig.fake.store.commit('main', { ...BASE, 'cagent.yml': loose });
    const next = rig.runOf(rig.fake.store.text('rev-parse', 'main'), { ...GUARDED, 'cagent.yml': loose });
    expect(await rig.propose(next.directory)).toMatchObject({ kind: 'created' });
  });

  it('can come from another branch than the one that the changes are for', async () => {
    rig.fake.store.commit(
      'feature',
      { ...BASE, 'cagent.yml': 'version: 1\npatch: { protected: [] }\n' },
      { from: start },
    );
    const { directory } = rig.runOf(rig.fake.store.text('rev-parse', 'feature'), {
      ...GUARDED,
      'cagent.yml': 'version: 1\npatch: { protected: [] }\n',
    });
    const settings = { baseBranch: 'feature', policyFrom: { commit: start } };
    expect(await rig.propose(directory, settings)).toMatchObject({ kind: 'blocked' });
    const ofMain = { baseBranch: 'feature', policyFrom: { branch: 'main' } };
    expect(await rig.propose(directory, ofMain)).toMatchObject({ kind: 'blocked' });
  });

  it('that cannot be read stops everything', async () => {
    const broken = rig.fake.store.commit('main', {
      ...BASE,
      'cagent.yml': 'version: 1\npatch: { protcted: [] }\n',
    });
    const { directory } = rig.runOf(broken, {
      ...EDITED,
      'cagent.yml': 'version: 1\npatch: { protcted: [] }\n',
    });
    await expect(rig.propose(directory)).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(rig.propose(directory, { config: 'none.yml' })).rejects.toMatchObject({
      code: 'config.unreadable',
    });
  });

  it.each([
    ['files', 'max-files: 1', 'it changes 2 files, patch.max-files allows 1'],
    ['kilobytes', 'max-kilobytes: 0', 'it has 1 kilobytes, patch.max-kilobytes allows 0'],
  ])('a cap on %s keeps the patch and says how to go on', async (_, line, why) => {
    const config = `version: 1\npatch: { ${line} }\n`;
    const base = rig.fake.store.commit('main', { ...BASE, 'cagent.yml': config });
    const outcome = await rig.propose(rig.runOf(base, { ...EDITED, 'cagent.yml': config }).directory);
    expect(outcome).toMatchObject({ kind: 'over-cap', why });
    expect((outcome as { howTo: string }).howTo.split('\n')).toEqual([
      'gh run download 7 --name cagent-run --dir cagent-run',
      `git fetch origin ${base}`,
      `git switch --create ${BRANCH}-by-hand ${base}`,
      'git apply --index cagent-run/changes.patch',
    ]);
    expect(rig.fake.writes()).toEqual([]);
  });

  it('excluded paths are left out, and the pull request says which', async () => {
    const config = 'version: 1\npatch: { excluded: ["*.lock"] }\n';
    const base = rig.fake.store.commit('main', { ...BASE, 'cagent.yml': config });
    await rig.propose(rig.runOf(base, { ...EDITED, 'cagent.yml': config, 'x.lock': 'x\n' }).directory);
    expect(rig.fake.store.file(BRANCH, 'x.lock')).toBeUndefined();
    expect(pulls()[0]?.body).toMatch(/Left out by `patch.excluded`\*\*\n\n- `x.lock`/);
  });
});

describe('GitHub that says no', () => {
  it('a token that may not open a pull request is told what it needs', async () => {
    const error = rig.propose(rig.runOf(start, EDITED).directory, {}, 'ghs_weak');
    await expect(error).rejects.toMatchObject({
      code: 'github.permission',
      hint: expect.stringContaining('pull_requests=write'),
    });
  });

  it('a token without the permission workflows cannot bring a workflow onto a branch', async () => {
    const config = 'version: 1\npatch: { protected: [] }\n';
    const base = rig.fake.store.commit('main', { ...BASE, 'cagent.yml': config });
    const { directory } = rig.runOf(base, {
      ...EDITED,
      'cagent.yml': config,
      '.github/workflows/x.yml': 'on: push\n',
    });
    await expect(rig.propose(directory, {}, 'ghs_plain')).rejects.toMatchObject({
      code: 'github.permission',
      message: expect.stringContaining('workflows'),
    });
    expect(head()).toBeUndefined();
  });

  it('a secondary limit in the middle is waited for, and everything is there once', async () => {
    const answer = {
      status: 403,
      body: { message: 'You have exceeded a secondary rate limit' },
      headers: { 'retry-after': '5' },
    };
    rig.fake.inject({ method: 'POST', path: /git\/commits$/, answer });
    rig.fake.inject({ method: 'POST', path: /pulls$/, answer });
    expect(await rig.propose(rig.runOf(start, EDITED).directory)).toMatchObject({ kind: 'created' });
    expect(pulls()).toHaveLength(1);
  });

  it('a tree that is not the one of the patch is never committed', async () => {
    rig.fake.inject({
      method: 'POST',
      path: /git\/trees$/,
      answer: { status: 201, body: { sha: rig.fake.store.tree(start) } },
    });
    await expect(rig.propose(rig.runOf(start, EDITED).directory)).rejects.toMatchObject({
      code: 'github.refused',
    });
    expect(rig.fake.writes()).toEqual(['POST /repos/acme/widget/git/trees']);
  });

  it('a base branch that is not there is said', async () => {
    const error = rig.propose(rig.runOf(start, EDITED).directory, { baseBranch: 'none' });
    await expect(error).rejects.toThrow('there is no branch none');
  });
});
