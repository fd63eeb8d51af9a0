import { describe, expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { connectionVerdict, nameVerdict } from '../../../src/egress/decide.js';
import { requestVerdict } from '../../../src/egress/decide-request.js';
import { EGRESS_REASONS } from '../../../src/egress/reasons.js';
import { policyOf } from './policy-of.js';

describe('which names exist inside', () => {
  test.each<[AllowEntry, string, boolean]>([
    ['api.example.com', 'api.example.com', true],
    ['api.example.com', 'API.example.com.', true],
    ['api.example.com', 'secret.api.example.com', false],
    ['api.example.com', 'example.com', false],
    ['api.example.com', 'xapi.example.com', false],
    ['api.example.com', 'api.example.com.evil.example', false],
    ['*.example.org', 'a.example.org', true],
    ['*.example.org', 'example.org', false],
    ['*.example.org', 'a.b.example.org', false],
    ['*.example.org', 'aexample.org', false],
    ['*.example.org', '.example.org', false],
    ['*.a.b', 'x.b', false],
    ['**.example.org', 'a.example.org', true],
    ['**.example.org', 'a.b.c.example.org', true],
    ['**.example.org', 'example.org', false],
    ['**.example.org', 'badexample.org', false],
    ['*', 'anything.example', true],
    ['*', 'localhost', false],
    ['*', 'x.localhost', false],
    ['*', 'db', false],
    ['*', '10.0.0.1', false],
    ['*', '0x7f000001', false],
    ['*', '1.0x7f', false],
    ['*', 'a..example', false],
    ['*', '', false],
    ['*', '.', false],
    ['*', `${'a'.repeat(64)}.example`, false],
    ['*', `${'a.'.repeat(126)}example`, false],
    ['*', 'bücher.example', false],
    ['*', 'a b.example', false],
    ['api.kelvin.example', 'api.\u212aelvin.example', false],
    ['bücher.example', 'xn--bcher-kva.example', true],
    [{ dest: 'db', private: true }, 'db', true],
    [{ dest: 'db', private: true }, 'db.example', false],
    ['198.51.100.0/24', '198.51.100.1', false],
    [{ dest: 'api.example.com', ports: ['53/udp'] }, 'api.example.com', true],
  ])('%j: %s is %s', (entry, name, allowed) => {
    expect(nameVerdict(policyOf([entry]), name)).toMatchObject(
      allowed
        ? { verdict: 'allowed', reason: 'rule' }
        : { verdict: 'blocked', reason: 'dns-no-rule', rule: 'default' },
    );
  });

  test('an object property is no name that a rule allows', () => {
    expect(nameVerdict(policyOf(['api.example.com']), 'constructor').verdict).toBe('blocked');
    expect(nameVerdict(policyOf(['api.example.com']), '__proto__').verdict).toBe('blocked');
  });

  test('of several rules the first one written is named', () => {
    const policy = policyOf(['**.example.com', 'api.example.com', '*.example.com', '*']);
    expect(nameVerdict(policy, 'api.example.com').rule).toBe('**.example.com');
    expect(nameVerdict(policyOf(['*', 'api.example.com']), 'api.example.com').rule).toBe('*');
  });
});

describe('which connections may be made', () => {
  const db = { dest: 'db.internal', ports: [5432], private: true };
  const restricted = { dest: 'api.example.com', http: [{ methods: ['GET'] }] };
  test.each<[readonly AllowEntry[], string, object]>([
    [
      ['api.example.com'],
      'api.example.com:443 tls',
      { verdict: 'allowed', reason: 'rule', rule: 'api.example.com', inspect: false },
    ],
    [['api.example.com'], 'API.example.com.:443 tls', { verdict: 'allowed' }],
    [['api.example.com'], 'api.example.com:80 http', { verdict: 'allowed', inspect: false }],
    [
      ['api.example.com'],
      'api.example.com:8443 tls',
      { verdict: 'blocked', reason: 'port-not-allowed', rule: 'default' },
    ],
    [['api.example.com'], 'api.example.com:22 tcp', { verdict: 'blocked', reason: 'port-not-allowed' }],
    [['api.example.com'], 'api.example.com:443 udp', { verdict: 'blocked', reason: 'port-not-allowed' }],
    [
      ['api.example.com'],
      'api.example.com:443 tcp',
      { verdict: 'blocked', reason: 'not-tls', rule: 'api.example.com' },
    ],
    [['api.example.com'], 'api.example.com:443 http', { verdict: 'blocked', reason: 'not-tls' }],
    [['api.example.com'], 'api.example.com:80 tcp', { verdict: 'blocked', reason: 'not-http' }],
    [['api.example.com'], 'api.example.com:80 tls', { verdict: 'blocked', reason: 'not-http' }],
    [
      ['api.example.com'],
      'other.example.com:443 tls',
      { verdict: 'blocked', reason: 'no-rule', rule: 'default' },
    ],
    [
      ['https://api.example.com/'],
      'api.example.com:80 http',
      { verdict: 'blocked', reason: 'port-not-allowed' },
    ],
    [
      ['http://api.example.com/'],
      'api.example.com:443 tls',
      { verdict: 'blocked', reason: 'port-not-allowed' },
    ],
    [['https://api.example.com:8443/'], 'api.example.com:8443 tls', { verdict: 'allowed', inspect: false }],
    [['https://api.example.com/v1/'], 'api.example.com:443 tls', { verdict: 'allowed', inspect: true }],
    [['https://api.example.com:8443/v1/'], 'api.example.com:8443 tls', { verdict: 'allowed', inspect: true }],
    [
      ['https://api.example.com:8443/v1/'],
      'api.example.com:8443 tcp',
      { verdict: 'blocked', reason: 'not-http' },
    ],
    [[restricted], 'api.example.com:80 http', { verdict: 'allowed', inspect: true }],
    [
      [restricted, 'api.example.com'],
      'api.example.com:443 tls',
      { verdict: 'allowed', rule: 'api.example.com', inspect: false },
    ],
    [
      [restricted, 'http://api.example.com/'],
      'api.example.com:443 tls',
      { verdict: 'allowed', inspect: true },
    ],
    [
      [restricted, { dest: 'api.example.com', ports: [22] }],
      'api.example.com:22 tcp',
      { verdict: 'allowed', inspect: false },
    ],
    [[db], 'db.internal:5432 tcp', { verdict: 'allowed', private: true, inspect: false }],
    [[db], 'db.internal:5432 tls', { verdict: 'allowed', private: true }],
    [[db], 'db.internal:443 tls', { verdict: 'blocked', reason: 'port-not-allowed', private: false }],
    [[db, 'db.internal'], 'db.internal:443 tls', { verdict: 'allowed', private: false }],
    [['*', db], 'db.internal:5432 tcp', { verdict: 'allowed', private: true }],
    [[{ dest: 'ntp.example', ports: ['123/udp'] }], 'ntp.example:123 udp', { verdict: 'allowed' }],
    [[{ dest: 'ntp.example', ports: ['123/udp'] }], 'ntp.example:123 tcp', { verdict: 'blocked' }],
    [['198.51.100.7'], '198.51.100.7:443 tls', { verdict: 'blocked', reason: 'no-rule' }],
  ])('%j: %s', (allow, attempt, expected) => {
    expect(connectionVerdict(policyOf(allow), parse(attempt))).toMatchObject(expected);
  });

  test('consent to a private address is not lent by a restricted rule to an unrestricted one', () => {
    const policy = policyOf([
      'wiki.corp',
      { dest: 'wiki.corp', private: true, http: [{ paths: ['/public/'] }] },
    ]);
    expect(connectionVerdict(policy, parse('wiki.corp:443 tls'))).toMatchObject({
      inspect: false,
      private: false,
    });
  });
});

describe('audit mode', () => {
  const policy = policyOf(['api.example.com', 'https://inspected.example/v1/'], 'audit');

  test('lets pass what block mode would refuse, and says why it would', () => {
    expect(nameVerdict(policy, 'other.example')).toMatchObject({
      verdict: 'audited',
      reason: 'dns-no-rule',
      rule: 'default',
    });
    expect(connectionVerdict(policy, parse('other.example:9418 tcp'))).toMatchObject({
      verdict: 'audited',
      reason: 'no-rule',
      private: false,
    });
    expect(connectionVerdict(policy, parse('api.example.com:22 tcp'))).toMatchObject({
      verdict: 'audited',
      reason: 'port-not-allowed',
    });
    expect(
      requestVerdict(policy, { name: 'inspected.example', port: 443, method: 'GET', path: '/v2' }),
    ).toMatchObject({ verdict: 'audited', reason: 'path-not-allowed' });
  });

  test('still says allowed where a rule allows', () => {
    expect(connectionVerdict(policy, parse('inspected.example:443 tls'))).toMatchObject({
      verdict: 'allowed',
      inspect: true,
    });
  });

  test('passes on neither names that cannot be public nor tunnels', () => {
    for (const name of ['localhost', 'db', 'x.localhost', '10.0.0.1', 'a..b', '']) {
      expect(nameVerdict(policy, name).verdict).toBe('blocked');
    }
    expect(
      requestVerdict(policy, { name: 'other.example', port: 80, method: 'CONNECT', path: '/' }).verdict,
    ).toBe('blocked');
  });
});

test('without a network nothing is allowed, whatever rules say', () => {
  const policy = { ...policyOf(['*']), mode: 'none' as const };
  expect(nameVerdict(policy, 'api.example.com').verdict).toBe('blocked');
  expect(connectionVerdict(policy, parse('api.example.com:443 tls')).verdict).toBe('blocked');
  expect(
    requestVerdict(policy, { name: 'api.example.com', port: 80, method: 'GET', path: '/' }).verdict,
  ).toBe('blocked');
});

test('a policy decides the same after its way through JSON', () => {
  const policy = policyOf([
    'github',
    { dest: 'https://a.example/v1/', http: [{ methods: ['GET'], paths: ['x'] }] },
  ]);
  expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
});

test('ten thousand rules decide like one', () => {
  const policy = policyOf([
    ...Array.from({ length: 10_000 }, (_, i) => `host${i}.example.com`),
    '*.wild.example',
  ]);
  expect(policy.warnings).toEqual([]);
  for (let i = 0; i < 10_000; i++)
    expect(nameVerdict(policy, `host${i}.example.com`).rule).toBe(`host${i}.example.com`);
  expect(nameVerdict(policy, 'a.wild.example').verdict).toBe('allowed');
  expect(nameVerdict(policy, 'host10000.example.com').verdict).toBe('blocked');
});

test('every reason is one lower-case word with one sentence', () => {
  for (const [word, sentence] of Object.entries(EGRESS_REASONS)) {
    expect(word).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

function parse(attempt: string) {
  const [, name, port, protocol] = /^(.*):(\d+) (\w+)$/.exec(attempt) ?? [];
  return { name: String(name), port: Number(port), protocol: protocol as 'tls' };
}
