import { describe, expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { CagentError } from '../../../src/core/errors.js';
import type { EgressRule } from '../../../src/egress/policy.js';
import { policyOf } from './policy-of.js';

const WEB = ['80/tcp', '443/tcp'];

function ruleOf(entry: AllowEntry) {
  const rules = policyOf([entry]).rules;
  expect(rules).toHaveLength(1);
  const rule = rules[0] as EgressRule;
  return { ...rule, ports: rule.ports.map(({ port, protocol }) => `${port}/${protocol}`) };
}

describe('what an entry means', () => {
  test.each<[AllowEntry, object, readonly string[]]>([
    ['api.example.com', { kind: 'name', name: 'api.example.com' }, WEB],
    ['API.Example.COM.', { kind: 'name', name: 'api.example.com' }, WEB],
    ['Bücher.example', { kind: 'name', name: 'xn--bcher-kva.example' }, WEB],
    ['my_service.example.com', { kind: 'name', name: 'my_service.example.com' }, WEB],
    ['*.example.org', { kind: 'one-label', suffix: 'example.org' }, WEB],
    ['**.example.org', { kind: 'any-depth', suffix: 'example.org' }, WEB],
    ['*.BÜCHER.example', { kind: 'one-label', suffix: 'xn--bcher-kva.example' }, WEB],
    ['*', { kind: 'any' }, WEB],
    ['9.9.9.9', { kind: 'cidr', address: '9.9.9.9', prefix: 32 }, WEB],
    ['198.51.100.0/24', { kind: 'cidr', address: '198.51.100.0', prefix: 24 }, WEB],
    ['https://api.example.com', { kind: 'name', name: 'api.example.com' }, ['443/tcp']],
    ['https://api.example.com/', { kind: 'name', name: 'api.example.com' }, ['443/tcp']],
    ['http://api.example.com', { kind: 'name', name: 'api.example.com' }, ['80/tcp']],
    ['https://api.example.com:8443/', { kind: 'name', name: 'api.example.com' }, ['8443/tcp']],
    ['HTTPS://*.example.com', { kind: 'one-label', suffix: 'example.com' }, ['443/tcp']],
    ['https://9.9.9.9/', { kind: 'cidr', address: '9.9.9.9', prefix: 32 }, ['443/tcp']],
    [{ dest: 'db.internal', ports: [5432] }, { kind: 'name', name: 'db.internal' }, ['5432/tcp']],
    [{ dest: 'db.internal', ports: ['5432/tcp', 5432] }, { kind: 'name', name: 'db.internal' }, ['5432/tcp']],
    [{ dest: 'db', ports: ['5432'], private: true }, { kind: 'name', name: 'db' }, ['5432/tcp']],
    [{ dest: '9.9.9.9', ports: ['53/udp'] }, { kind: 'cidr', address: '9.9.9.9', prefix: 32 }, ['53/udp']],
    [{ dest: '*', ports: [22] }, { kind: 'any' }, ['22/tcp']],
    [{ dest: 'node', private: true }, { kind: 'name', name: 'node' }, WEB],
    [
      { dest: 'https://api.example.com/', ports: [443] },
      { kind: 'name', name: 'api.example.com' },
      ['443/tcp'],
    ],
  ])('%j', (entry, target, ports) => {
    expect(ruleOf(entry)).toMatchObject({ target, ports, http: [] });
  });

  test.each<[AllowEntry, boolean]>([
    ['10.1.0.0/16', true],
    ['192.168.1.1', true],
    ['9.9.9.9', false],
    ['8.0.0.0/6', false],
    [{ dest: '8.0.0.0/6', private: true }, true],
    ['registry.corp', false],
    [{ dest: 'registry.corp', private: true }, true],
  ])('private ranges are open only when written out: %j', (entry, isPrivate) => {
    expect(ruleOf(entry).private).toBe(isPrivate);
  });

  test.each<[AllowEntry, readonly object[]]>([
    ['https://api.example.com/v1/', [{ methods: [], paths: ['/v1/'] }]],
    ['http://api.example.com/v1', [{ methods: [], paths: ['/v1'] }]],
    ['https://api.example.com/a/../b/./c%41', [{ methods: [], paths: ['/b/cA'] }]],
    ['https://api.example.com/ü/', [{ methods: [], paths: ['/ü/'] }]],
    [
      { dest: 'https://api.example.com/v1/', http: [{ methods: ['get'], paths: ['/v1/'] }] },
      [{ methods: ['GET'], paths: ['/v1/'] }],
    ],
    [
      {
        dest: 'https://api.example.com/v1/',
        http: [{ paths: ['models', '/v1/chat/'] }, { methods: ['POST'] }],
      },
      [
        { methods: [], paths: ['/v1/models', '/v1/chat/'] },
        { methods: ['POST'], paths: ['/v1/'] },
      ],
    ],
    [
      { dest: 'https://api.example.com/v1', http: [{ paths: ['models', '/v1'] }] },
      [{ methods: [], paths: ['/v1/models', '/v1'] }],
    ],
    [{ dest: 'api.example.com', http: [{ paths: ['models'] }] }, [{ methods: [], paths: ['/models'] }]],
    [{ dest: 'api.example.com', http: [{ methods: ['GET', 'GET'] }] }, [{ methods: ['GET'], paths: [] }]],
  ])('http restrictions: %j', (entry, http) => {
    expect(ruleOf(entry).http).toEqual(http);
  });

  test.each<[AllowEntry, string]>([
    ['API.example.com', 'API.example.com'],
    [{ dest: 'api.example.com' }, 'api.example.com'],
    [{ dest: 'db.internal', ports: [5432, '53/udp'] }, '{ dest: db.internal, ports: [5432, 53/udp] }'],
    [{ dest: '*.corp.example', private: true }, '{ dest: "*.corp.example", private: true }'],
    [
      { dest: 'https://a.example/v1/', http: [{ methods: ['GET'], paths: ['/v1/'] }] },
      '{ dest: https://a.example/v1/, http: [{ methods: [GET], paths: [/v1/] }] }',
    ],
    [
      { dest: 'a.example', http: [{ paths: ['/\u202egpj', '/\u{e0041}'] }] },
      '{ dest: a.example, http: [{ paths: ["/\\u202egpj", "/\\U000e0041"] }] }',
    ],
  ])('records name %j as written, and hide nothing', (entry, text) => {
    expect(ruleOf(entry).text).toBe(text);
  });
});

describe('what is refused when it is read', () => {
  test.each<[AllowEntry, RegExp, RegExp?]>([
    ['nodee', /"nodee" is no preset/, /preset "node"/],
    ['db', /"db" is no preset/, /dest: db/],
    ['', /is no preset/],
    ['localhost', /the sandbox itself/],
    [{ dest: 'localhost' }, /the sandbox itself/],
    ['foo.localhost', /the sandbox itself/],
    ['a..b', /is not a host/],
    ['-a.example', /is not a host/],
    ['exa mple.com', /spaces or invisible/],
    ['exam\u00adple.com', /spaces or invisible/],
    ['ex%61mple.com', /is not a host/],
    [`${'a'.repeat(64)}.example`, /is not a host/],
    ['api.*.example.com', /is not a host/, /only at the beginning/],
    ['*example.com', /is not a host/, /only at the beginning/],
    ['***.example.com', /is not a host/],
    ['**', /is not a host/, /Write \* for any public host/],
    ['*.', /is not a host/],
    ['api.example.com:8443', /is not a host/, /ports: \[8443\]/],
    ['api.example.com/v1/', /is not a host/, /https:\/\/api\.example\.com\/v1\//],
    ['127.1', /is not a host/, /four decimal parts/],
    ['0x7f.0.0.1', /is not a host/],
    ['2130706433', /is no preset/],
    ['010.0.0.1', /is not a host/, /four decimal parts/],
    ['１２７.０.０.１', /is not a host/],
    ['10.0.0.0/33', /is not a host/],
    ['10.1.2.3/16', /bits set behind its prefix/, /10\.1\.0\.0\/16/],
    ['2001:db8::1', /IPv6/],
    ['[2001:db8::1]', /IPv6/],
    ['2001:db8::/32', /IPv6/],
    ['https://[2001:db8::1]:443/', /IPv6/],
    ['::ffff:10.0.0.1', /IPv6/],
    ['ftp://example.com/', /"ftp"/, /ports/],
    ['https://', /is not a host/],
    ['https://example.com:0/', /port 0/],
    ['https://example.com:65536/', /port 65536/],
    ['https://example.com:80/', /can never match/],
    ['http://example.com:443/', /can never match/],
    ['https://user:secret@example.com/', /user or password/],
    ['https://example.com/v1?x=1', /query/],
    ['https://example.com/v1/*', /prefixes, not patterns/],
    ['https://example.com/a%2fb', /encoded separator/],
    ['https://example.com/a%252fb', /encoded twice/],
    ['https://example.com/a\\b', /backslash/],
    ['https://example.com\\@evil.example/', /./],
    ['127.0.0.1', /can never match.*loopback/],
    ['127.0.0.0/8', /can never match/],
    ['169.254.169.254', /metadata/],
    ['169.254.0.0/16', /metadata/],
    ['168.63.129.16', /metadata/],
    ['100.100.100.200', /metadata/],
    ['224.0.0.0/3', /reserved/],
    ['239.1.2.3', /multicast/],
    ['255.255.255.255', /multicast/],
    ['0.0.0.0/8', /reserved/],
    ['198.18.0.1', /sandbox itself/],
    ['100.64.7.1', /sandbox itself/],
    [{ dest: 'example.com', ports: [] }, /ports is empty/],
    [{ dest: 'example.com', ports: [0] }, /"0" is no port/],
    [{ dest: 'example.com', ports: [65_536] }, /"65536" is no port/],
    [{ dest: 'example.com', ports: ['80-90'] }, /"80-90" is no port/],
    [{ dest: 'example.com', ports: ['53/icmp'] }, /"53\/icmp" is no port/],
    [{ dest: 'https://example.com/', ports: [8443] }, /contradicts the URL/],
    [{ dest: 'https://example.com/', ports: [443, 80] }, /contradicts the URL/],
    [{ dest: 'example.com', http: [] }, /http is empty/],
    [{ dest: 'example.com', http: [{}] }, /restricts nothing/],
    [{ dest: 'example.com', http: [{ methods: [] }] }, /methods is empty/],
    [{ dest: 'example.com', http: [{ paths: [] }] }, /paths is empty/],
    [{ dest: 'example.com', http: [{ methods: ['G T'] }] }, /no HTTP method/],
    [{ dest: 'example.com', http: [{ methods: ['CONNECT'] }] }, /tunnels/],
    [{ dest: 'https://example.com/v1/', http: [{ paths: ['/v2/'] }] }, /outside of \/v1\//],
    [{ dest: 'https://example.com/v1/', http: [{ paths: ['/v1'] }] }, /outside of \/v1\//],
    [{ dest: 'https://example.com/v1', http: [{ paths: ['/v10'] }] }, /outside of \/v1/],
    [{ dest: 'https://example.com/v1/', http: [{ paths: ['../v2'] }] }, /outside of \/v1\//],
    [{ dest: 'example.com', ports: ['443/udp'], http: [{ methods: ['GET'] }] }, /UDP/],
    [{ dest: '9.9.9.9', http: [{ methods: ['GET'] }] }, /only for names/],
    ['https://9.9.9.9/v1/', /only for names/],
    [{ dest: '*', private: true }, /contradicts private/],
  ])('%j', (entry, message, hint) => {
    const refused = refusalOf(['api.example.com', entry]);
    expect(refused.code).toBe('egress.rule');
    expect(refused.message).toMatch(/^network\.allow\[1\]: /);
    expect(refused.message).toMatch(message);
    expect(refused.message).not.toMatch(/[\r\n]/);
    if (hint !== undefined) expect(refused.hint).toMatch(hint);
  });

  test('a password in a URL is not repeated in the message', () => {
    expect(refusalOf(['https://user:s3cret-word@example.com/']).message).not.toContain('s3cret-word');
  });
});

function refusalOf(allow: readonly AllowEntry[]): CagentError {
  try {
    policyOf(allow);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CagentError);
    return thrown as CagentError;
  }
  return expect.fail('was accepted');
}
