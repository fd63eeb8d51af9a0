import { describe, expect, it } from 'vitest';
import { trustedCommits, withTrustedBase } from '../../../src/action/trusted-base.js';
import type { Flags } from '../../../src/config/flags.js';
import type { Trigger, TriggerPullRequest } from '../../../src/github/trigger.js';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const HEAD = 'e'.repeat(40);
const flags: Flags = { origin: 'input', values: {}, command: ['true'] };
const pullRequest: TriggerPullRequest = {
  number: 1,
  fork: false,
  labels: [],
  justLabelled: undefined,
  baseSha: SHA,
  headSha: SHA.replace('0', 'f'),
};

const about = (of: TriggerPullRequest | undefined, event = 'issue_comment'): Trigger => ({
  event,
  origin: undefined,
  repository: { owner: 'acme', repo: 'widget' },
  people: [],
  pullRequest: of,
});

describe('the base commit in the action', () => {
  it('is that of the pull request', () =>
    expect(withTrustedBase(flags, about(pullRequest), undefined, HEAD)).toEqual({
      ...flags,
      values: { base: SHA },
    }));

  it.each(['none', 'main'])('is %s when somebody has said so', (base) => {
    const given: Flags = { ...flags, values: { base } };
    expect(withTrustedBase(given, about(pullRequest), HEAD, HEAD)).toBe(given);
  });

  it('is none without a pull request', () =>
    expect(withTrustedBase(flags, about(undefined), HEAD, HEAD)).toBe(flags));

  it.each([
    ['issue_comment', HEAD, HEAD, HEAD],
    ['pull_request_target', HEAD, HEAD, HEAD],
    ['workflow_run', HEAD, HEAD, HEAD],
    ['pull_request_target', 'f'.repeat(40), HEAD, SHA],
    ['issue_comment', undefined, undefined, SHA],
    ['pull_request', HEAD, HEAD, SHA],
    ['pull_request_review_comment', HEAD, HEAD, SHA],
  ] as const)(
    '%s with %s checked out and GITHUB_SHA %s is %s, whatever was put into the work tree',
    (event, head, sha, base) => {
      expect(withTrustedBase(flags, about(pullRequest, event), head, sha).values.base).toBe(base);
    },
  );

  it('is what is checked out where GitHub does not tell the pull request', () => {
    const unknown = about({ ...pullRequest, number: undefined, baseSha: undefined }, 'workflow_run');
    expect(withTrustedBase(flags, unknown, HEAD, HEAD).values.base).toBe(HEAD);
    expect(withTrustedBase(flags, unknown, 'f'.repeat(40), HEAD)).toBe(flags);
  });
});

describe('the commits that a fork has no say in', () => {
  it.each([
    ['issue_comment', [HEAD, SHA]],
    ['pull_request_target', [HEAD, SHA]],
    ['pull_request', [SHA]],
    ['pull_request_review', [SHA]],
  ] as const)('%s', (event, commits) => {
    expect(trustedCommits(about(pullRequest, event), HEAD)).toEqual(commits);
  });
});
