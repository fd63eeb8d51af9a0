import { describe, expect, it } from 'vitest';
import { applySettings } from '../../../src/action/apply-settings.js';
import { proposalSettings } from '../../../src/action/proposal-settings.js';
import type { GitHubEvent } from '../../../src/github/event.js';

const REPOSITORY = { owner: 'acme', repo: 'widget' };
const PUSH: GitHubEvent = {
  name: 'schedule',
  repository: REPOSITORY,
  defaultBranch: 'main',
  actor: 'mona',
  triggeringActor: 'mona',
};
const ENVIRONMENT = {
  GITHUB_REF: 'refs/heads/main',
  GITHUB_WORKFLOW_REF: 'acme/widget/.github/workflows/Nightly Refactor.yml@refs/heads/main',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'acme/widget',
  GITHUB_RUN_ID: '7',
};

function pullRequest(head: string, isFork = false): GitHubEvent {
  const end = (branch: string, sha: string) => ({ branch, sha: sha.repeat(40), repository: REPOSITORY });
  return {
    ...PUSH,
    pullRequest: {
      number: 12,
      title: '',
      body: '',
      isDraft: false,
      author: undefined,
      head: end(head, 'a'),
      base: end('main', 'b'),
      isFork,
      labels: [],
    },
  };
}

const settings = (inputs: Readonly<Record<string, string>> = {}) =>
  applySettings({ artifact: 'run', ...inputs });
const branches = (inputs: Readonly<Record<string, string>>, event = PUSH, environment = {}) =>
  proposalSettings(settings(inputs), event, { ...ENVIRONMENT, ...environment }, 'claude');

describe('the inputs of apply', () => {
  it('need only where the run is', () => {
    expect(settings()).toMatchObject({
      source: { kind: 'artifact', name: 'run' },
      branchPrefix: 'cagent/',
      ifNoChanges: 'warn',
      proposal: {
        protectedFiles: 'blocked',
        baseMoved: 'rebase',
        autoClose: true,
        draft: false,
        identity: undefined,
      },
    });
  });

  it('lists are one a line or with commas', () => {
    const inputs = { labels: 'a b\nc, d\n', reviewers: 'mona, hubot', 'team-reviewers': 'core' };
    expect(settings(inputs).proposal).toMatchObject({
      labels: ['a b', 'c', 'd'],
      reviewers: ['mona', 'hubot'],
      teamReviewers: ['core'],
    });
  });

  it.each([
    [{ artifact: '' }, 'input artifact, input run-directory and input patch-file: none given'],
    [{ 'run-directory': 'x' }, 'two given, allowed: one of them'],
    [{ 'run-directory': 'x', 'patch-file': 'y' }, 'all given'],
    [{ artifact: '', 'patch-file': 'x' }, 'input patch-file and input base-commit: one is given'],
    [{ 'base-commit': 'a'.repeat(40) }, 'input patch-file and input base-commit: one is given'],
    [{ artifact: '', 'patch-file': 'x', 'base-commit': 'main' }, '40 hexadecimal digits'],
    [{ artifact: 'a/b' }, 'input artifact: found "a/b"'],
    [{ 'patch-sha256': 'abc' }, '64 hexadecimal digits'],
    [{ 'branch-prefix': '--force' }, 'input branch-prefix'],
    [{ 'branch-prefix': '../' }, 'input branch-prefix'],
    [{ branch: 'x;rm -rf' }, 'input branch'],
    [{ branch: 'a..b' }, 'input branch'],
    [{ branch: 'x.lock' }, 'input branch'],
    [{ 'base-branch': 'refs/heads/$(id)' }, 'input base-branch'],
    [{ workspace: '../other' }, 'input workspace'],
    [{ workspace: '/abs' }, 'input workspace'],
    [{ config: 'a\\b.yml' }, 'input config'],
    [{ 'protected-files': 'allow' }, 'allowed: blocked, request-review, issue'],
    [{ 'base-moved': 'force' }, 'allowed: rebase, report'],
    [{ 'if-no-changes': 'fail' }, 'allowed: warn, error, ignore'],
    [{ draft: 'yes' }, 'allowed: true, false'],
    [{ 'commit-name': 'Bot' }, 'allowed: both or none'],
    [{ 'commit-name': 'Bot <x>', 'commit-email': 'a@b' }, 'input commit-name'],
    [{ 'commit-name': 'Bot', 'commit-email': 'a b' }, 'input commit-email'],
    [{ reviewers: 'a b' }, 'input reviewers'],
    [{ 'team-reviewers': 'acme/core' }, 'without the organisation'],
    [{ lables: 'x' }, 'nearest: labels'],
  ])('%j is refused in one line that says what is allowed', (inputs, message) => {
    expect(() => settings(inputs)).toThrow(message);
  });
});

describe('the branches of apply', () => {
  it('are the one of the workflow run, and one that every run of this agent in this workflow has', () => {
    expect(branches({})).toMatchObject({
      baseBranch: 'main',
      policyFrom: { branch: 'main' },
      branch: 'cagent/nightly-refactor-claude',
      runUrl: 'https://github.com/acme/widget/actions/runs/7',
    });
  });

  it('of an allow list is another than that of the changes of the same agent', () => {
    expect(branches({ propose: 'allow-list' }).branch).toBe('cagent/nightly-refactor-claude-allow-list');
    const onPullRequest = branches({ propose: 'allow-list' }, pullRequest('feature'));
    expect(onPullRequest.branch).toBe('cagent/nightly-refactor-claude-pr-12-allow-list');
  });

  it('can be chosen', () => {
    const inputs = { 'base-branch': 'release/1.x', 'branch-prefix': 'agents/', branch: 'tidy' };
    expect(branches(inputs, PUSH, { GITHUB_REF: 'refs/heads/release/1.x' })).toMatchObject({
      baseBranch: 'release/1.x',
      branch: 'agents/tidy',
      policyFrom: { branch: 'release/1.x' },
    });
  });

  it('on a pull request are its head, with the policy of its base', () => {
    expect(branches({}, pullRequest('feature'))).toMatchObject({
      baseBranch: 'feature',
      policyFrom: { commit: 'b'.repeat(40) },
      branch: 'cagent/nightly-refactor-claude-pr-12',
      eventPullRequest: 12,
    });
    for (const name of ['feature', 'another-feature']) {
      const { policyFrom } = branches({ 'base-branch': name }, pullRequest('feature'));
      expect(policyFrom).toEqual({ commit: 'b'.repeat(40) });
    }
  });

  it.each(['workflow_run', 'issue_comment'])(
    'on %s a branch that may be the head of a pull request has no say in what is checked',
    (name) => {
      const event = { ...PUSH, name };
      expect(branches({ 'base-branch': 'feature' }, event)).toMatchObject({
        baseBranch: 'feature',
        policyFrom: { branch: 'main' },
      });
    },
  );

  it('cannot be those of a fork', () => {
    expect(() => branches({}, pullRequest('feature', true))).toThrow('comes from a fork');
  });

  it.each([
    [{ 'branch-prefix': 'm', branch: 'ain' }, PUSH],
    [{ 'base-branch': 'cagent/x', branch: 'x' }, PUSH],
  ])('%j would overwrite a branch of the repository and is refused', (inputs, event) => {
    expect(() => branches(inputs, event)).toThrow('a branch of its own');
  });

  it.each(['x/.github/workflows/$(touch x).yml@r', 'x/.github/workflows/--.yml@r', ''])(
    'a workflow called %j makes a plain name',
    (reference) => {
      const environment = { GITHUB_WORKFLOW_REF: reference, GITHUB_WORKFLOW: '`id`\n' };
      expect(branches({}, PUSH, environment).branch).toMatch(/^cagent\/[a-z0-9-]+-claude$/);
    },
  );

  it('a run without a branch needs the input', () => {
    const { defaultBranch, ...event } = PUSH;
    expect(() => branches({}, event, { GITHUB_REF: 'refs/tags/v1' })).toThrow('does not tell a branch');
    expect(defaultBranch).toBe('main');
  });
});
