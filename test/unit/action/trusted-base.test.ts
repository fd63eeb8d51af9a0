import { describe, expect, it } from 'vitest';
import { withTrustedBase } from '../../../src/action/trusted-base.js';
import type { Flags } from '../../../src/config/flags.js';
import type { TriggerPullRequest } from '../../../src/github/trigger.js';

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

describe('the base commit in the action', () => {
  it('is that of the pull request', () =>
    expect(withTrustedBase(flags, pullRequest)).toEqual({ ...flags, values: { base: SHA } }));

  it.each(['none', 'main'])('is %s when somebody has said so', (base) => {
    const given: Flags = { ...flags, values: { base } };
    expect(withTrustedBase(given, pullRequest)).toBe(given);
  });

  it('is none without a pull request', () => expect(withTrustedBase(flags, undefined)).toBe(flags));
});
