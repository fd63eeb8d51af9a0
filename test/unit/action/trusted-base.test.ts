import { describe, expect, it } from 'vitest';
import { isTrustedCheckout, withTrustedBase } from '../../../src/action/trusted-base.js';
import type { Flags } from '../../../src/config/flags.js';
import type { Trigger, TriggerPullRequest } from '../../../src/github/trigger.js';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const flags: Flags = { origin: 'input', values: {}, command: ['true'] };
const pullRequest: TriggerPullRequest = {
  number: 1,
  fork: false,
  labels: [],
  justLabelled: undefined,
  baseSha: SHA,
  headSha: SHA.replace('0', 'f'),
};

const about = (of: TriggerPullRequest | undefined): Trigger => ({
  event: 'issue_comment',
  origin: undefined,
  repository: { owner: 'acme', repo: 'widget' },
  people: [],
  pullRequest: of,
});

describe('the base commit in the action', () => {
  it('is that of the pull request', () =>
    expect(withTrustedBase(flags, about(pullRequest), false)).toEqual({ ...flags, values: { base: SHA } }));

  it.each(['none', 'main'])('is %s when somebody has said so', (base) => {
    const given: Flags = { ...flags, values: { base } };
    expect(withTrustedBase(given, about(pullRequest), false)).toBe(given);
  });

  it('is none without a pull request', () =>
    expect(withTrustedBase(flags, about(undefined), false)).toBe(flags));

  it('is none where the workspace holds nothing of the pull request', () => {
    expect(withTrustedBase(flags, about(pullRequest), true)).toBe(flags);
  });

  it.each([
    ['issue_comment', SHA, SHA, true],
    ['pull_request_target', SHA, SHA, true],
    ['workflow_run', SHA, SHA, true],
    ['pull_request_target', 'f'.repeat(40), SHA, false],
    ['issue_comment', undefined, undefined, false],
    ['pull_request', SHA, SHA, false],
    ['pull_request_review_comment', SHA, SHA, false],
  ] as const)(
    '%s with %s checked out and GITHUB_SHA %s: nothing of it is there: %s',
    (event, head, sha, is) => {
      expect(isTrustedCheckout(event, head, sha)).toBe(is);
    },
  );
});
