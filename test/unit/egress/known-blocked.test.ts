import { describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { CagentError } from '../../../src/core/errors.js';
import { isExpectedBlock } from '../../../src/egress/known-blocked.js';
import { planEgress } from '../../../src/egress/plan-egress.js';
import type { EgressPolicy } from '../../../src/egress/policy.js';
import { TELEMETRY } from '../../../src/egress/presets/telemetry.js';

function policyOf(knownBlocked: readonly string[], allow: readonly string[] = []): EgressPolicy {
  return planEgress({ mode: 'block', allow, knownBlocked }, { agentHosts: [] });
}

function blocked(host: string, more: Partial<EgressRecord> = {}): EgressRecord {
  return {
    schema: 'cagent.egress/1',
    time: '2026-11-22T10:00:00.000Z',
    verdict: 'blocked',
    reason: 'dns-no-rule',
    rule: 'default',
    protocol: 'dns',
    host,
    ...more,
  };
}

describe('hosts that are known to be blocked', () => {
  test.each<[string, string, boolean]>([
    ['stats.example', 'stats.example', true],
    ['stats.example', 'Stats.Example.', true],
    ['stats.example', 'a.stats.example', false],
    ['*.stats.example', 'a.stats.example', true],
    ['*.stats.example', 'a.b.stats.example', false],
    ['**.stats.example', 'a.b.stats.example', true],
    ['stats.example', 'stats.example.evil', false],
  ])('%s: %s is expected: %s', (pattern, host, expected) => {
    expect(isExpectedBlock(policyOf([pattern]), blocked(host))).toBe(expected);
  });

  test('are quiet only when they were blocked', () => {
    const policy = policyOf(['stats.example']);
    for (const verdict of ['allowed', 'audited'] as const)
      expect(isExpectedBlock(policy, blocked('stats.example', { verdict }))).toBe(false);
  });

  test('open nothing and close nothing', () => {
    const { rules } = policyOf(['stats.example'], ['stats.example']);
    expect(rules).toEqual(policyOf([], ['stats.example']).rules);
    expect(policyOf(['stats.example']).rules).toEqual([]);
  });

  test('the telemetry of known agents is among them, each host with its reason', () => {
    const policy = policyOf([]);
    for (const { host, reason } of TELEMETRY) {
      expect(reason).not.toBe('');
      expect(isExpectedBlock(policy, blocked(host))).toBe(true);
    }
  });

  test('a direct address is never expected', () => {
    const { host: _, ...record } = blocked('x', { ip: '198.51.100.7', protocol: 'tcp' });
    expect(isExpectedBlock(policyOf(['**.example']), record)).toBe(false);
  });

  test.each([
    '198.51.100.7',
    '10.0.0.0/8',
    '*',
    'https://stats.example',
    'https://stats.example/x',
    'a b',
    'a..b',
  ])('%s is refused with its place', (entry) => {
    expect(() => policyOf(['fine.example', entry])).toThrow(CagentError);
    expect(() => policyOf(['fine.example', entry])).toThrow(/^network\.known-blocked\[1\]: /);
  });

  test('one that a rule allows is pointed out', () => {
    expect(policyOf(['stats.example'], ['**.example']).warnings).toEqual([
      'network.known-blocked[0]: stats.example is not blocked, because **.example allows it.',
    ]);
  });
});
