import { describe, expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { connectionVerdict } from '../../../src/egress/decide.js';
import { requestVerdict } from '../../../src/egress/decide-request.js';
import { policyOf } from './policy-of.js';

const UPLOAD: AllowEntry = { dest: 'a.example', 'max-upload': '10m' };
const REQUESTS: AllowEntry = { dest: 'a.example', 'max-requests': 100 };
const TLS = { name: 'a.example', port: 443, protocol: 'tls' } as const;

describe('a budget in a rule', () => {
  test('is part of the rule, and of its text', () => {
    expect(policyOf([{ dest: 'a.example', 'max-upload': '10m', 'max-requests': 100 }]).rules).toMatchObject([
      {
        text: '{ dest: a.example, max-upload: 10m, max-requests: 100 }',
        budget: { maxUploadBytes: 10 * 2 ** 20, maxRequests: 100 },
      },
    ]);
  });

  test('of bytes leaves TLS unread', () => {
    expect(connectionVerdict(policyOf([UPLOAD]), TLS)).toMatchObject({ verdict: 'allowed', inspect: false });
  });

  test('of requests makes the gateway read them, and allows each', () => {
    const policy = policyOf([REQUESTS]);
    expect(connectionVerdict(policy, TLS)).toMatchObject({ verdict: 'allowed', inspect: true });
    expect(connectionVerdict(policy, { ...TLS, port: 80, protocol: 'tcp' })).toMatchObject({
      verdict: 'blocked',
    });
    for (const method of ['GET', 'POST', 'DELETE'])
      expect(requestVerdict(policy, { name: 'a.example', port: 443, method, path: '/x' })).toMatchObject({
        verdict: 'allowed',
      });
  });

  test('stands beside http restrictions', () => {
    const policy = policyOf([{ dest: 'https://a.example/v1/', 'max-requests': 3 }]);
    expect(policy.rules[0]).toMatchObject({ http: [{ paths: ['/v1/'] }], budget: { maxRequests: 3 } });
  });

  test('is not used up where another rule allows the same without one', () => {
    const policy = policyOf([UPLOAD, { dest: '*.example', ports: [443] }]);
    expect(connectionVerdict(policy, TLS).rule).toBe('{ dest: "*.example", ports: [443] }');
    const restricted = policyOf([
      { dest: 'https://a.example/v1/', 'max-requests': 1 },
      { dest: 'https://a.example/v1/free/' },
    ]);
    const request = { name: 'a.example', port: 443, method: 'GET', path: '/v1/free/x' };
    expect(requestVerdict(restricted, request).rule).toContain('/v1/free/');
    expect(requestVerdict(restricted, { ...request, path: '/v1/x' }).rule).toContain('max-requests');
  });
});

test.each<[string, AllowEntry, RegExp]>([
  ['bytes to an address', { dest: '198.51.100.7', 'max-upload': 1 }, /is an address, and max-upload/],
  ['requests to an address', { dest: '10.0.0.0/8', 'max-requests': 1 }, /is an address/],
  [
    'requests over UDP',
    { dest: 'a.example', ports: ['53/udp'], 'max-requests': 1 },
    /max-requests cannot be enforced on UDP/,
  ],
  ['what is no size', { dest: 'a.example', 'max-upload': 'much' }, /max-upload "much" is no size/],
])('a budget that could not be kept is refused: %s', (_, entry, message) => {
  expect(() => policyOf([entry])).toThrow(message);
});

test.each<[string, readonly AllowEntry[], readonly unknown[]]>([
  [
    'that another rule makes void',
    [UPLOAD, 'a.example'],
    [
      'network.allow[0]: { dest: a.example, max-upload: 10m } has a budget in vain: a.example (network.allow[1]) allows every connection to the same host and port.',
    ],
  ],
  ['twice the same', [UPLOAD, UPLOAD], [expect.stringContaining('has no effect')]],
  ['beside a rule for another port', [UPLOAD, { dest: 'a.example', ports: [22] }], []],
  ['under a wildcard without one', ['*.example', UPLOAD], [expect.stringContaining('in vain')]],
  ['over a wildcard with one', [{ dest: '*.example', 'max-upload': '1k' }, 'a.example'], []],
])('plan warns about a budget %s', (_, allow, warnings) => {
  expect(policyOf(allow).warnings).toEqual(warnings);
});
