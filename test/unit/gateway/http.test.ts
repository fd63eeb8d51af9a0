import { describe, expect, test } from 'vitest';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { endToEndHeaders, endToEndTrailers } from '../../../src/gateway/http/headers.js';
import { refusalBody, refusalStatus } from '../../../src/gateway/http/refusal.js';
import { checkRequest } from '../../../src/gateway/http/request-check.js';
import { needsAuthority } from '../../../src/gateway/inspect/needs-authority.js';
import { heldCapabilities } from '../../../src/gateway/start/privileges.js';
import { chooseAddresses } from '../../../src/gateway/upstream/dial.js';
import { policyOf } from '../egress/policy-of.js';

const policy = planEgress({ mode: 'block', allow: ['api.example.com'] }, { agentHosts: [] });

function check(url: string, rawHeaders: string[], method = 'GET', port = 80, by = policy) {
  const headers = Object.fromEntries(
    rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]]] : [])),
  );
  return checkRequest({ method, url, rawHeaders, headers }, { name: 'api.example.com', port }, by);
}

const audit = planEgress({ mode: 'audit', allow: ['api.example.com'] }, { agentHosts: [] });

describe('a request in audit mode', () => {
  test.each<[string, string[], string, string]>([
    ['/', ['Host', 'api.example.com'], 'allowed', 'rule'],
    ['/', ['Host', 'evil.example'], 'audited', 'host-mismatch'],
    ['http://evil.example/a', ['Host', 'api.example.com'], 'audited', 'host-mismatch'],
    ['/', [], 'blocked', 'host-missing'],
    ['/', ['Host', 'evil.example', 'Host', 'api.example.com'], 'blocked', 'host-missing'],
    ['/', ['Host', 'evil.example', 'Upgrade', 'h2c'], 'blocked', 'protocol-not-allowed'],
  ])('%s with %j is %s: %s', (url, headers, verdict, reason) => {
    expect(check(url, headers, 'GET', 80, audit).decision).toMatchObject({ verdict, reason });
  });
});

describe('a request', () => {
  test.each<[string, string[], string, string]>([
    ['/', ['Host', 'api.example.com'], 'allowed', 'rule'],
    ['/', ['host', 'API.EXAMPLE.com.:80'], 'allowed', 'rule'],
    ['http://api.example.com', ['Host', 'api.example.com'], 'allowed', 'rule'],
    ['/', [':authority', 'api.example.com'], 'allowed', 'rule'],
    ['/', [], 'blocked', 'host-missing'],
    ['/', ['Host', 'api.example.com', 'Host', 'api.example.com'], 'blocked', 'host-missing'],
    ['/', ['Host', ''], 'blocked', 'host-mismatch'],
    ['/', ['Host', 'api.example.com:443'], 'blocked', 'host-mismatch'],
    ['/', ['Host', 'api.example.com@evil.example'], 'blocked', 'host-mismatch'],
    ['/', ['Host', 'evil.example'], 'blocked', 'host-mismatch'],
    ['/', [':authority', 'api.example.com', 'host', 'evil.example'], 'blocked', 'host-mismatch'],
    ['http://evil.example/', ['Host', 'api.example.com'], 'blocked', 'host-mismatch'],
    ['http://user@api.example.com/', ['Host', 'api.example.com'], 'blocked', 'http-malformed'],
    ['ftp://api.example.com/', ['Host', 'api.example.com'], 'blocked', 'http-malformed'],
    ['*', ['Host', 'api.example.com'], 'blocked', 'http-malformed'],
    ['/', ['Host', 'api.example.com', 'Upgrade', 'h2c'], 'blocked', 'protocol-not-allowed'],
    ['/', ['Host', 'api.example.com', 'Upgrade', 'websocket, h2c'], 'blocked', 'protocol-not-allowed'],
    ['/', ['Host', 'api.example.com', 'Upgrade', 'WebSocket'], 'allowed', 'rule'],
  ])('%s with %j is %s: %s', (url, headers, verdict, reason) => {
    expect(check(url, headers).decision).toMatchObject({ verdict, reason });
  });

  describe('on a host with rules for methods and paths', () => {
    const restricted = policyOf([
      { dest: 'api.example.com', http: [{ methods: ['GET', 'POST'], paths: ['/v1'] }, { methods: ['PUT'] }] },
    ]);
    const judge = (method: string, ...more: string[]) =>
      check('/v1/items', ['Host', 'api.example.com', ...more], method, 80, restricted).decision;

    test.each<[string, string, string[], string]>([
      ['POST', 'another method', ['X-HTTP-Method-Override', 'DELETE'], 'method-not-allowed'],
      ['POST', 'another method, in small letters', ['x-http-method', ' delete '], 'method-not-allowed'],
      [
        'POST',
        'two methods',
        ['X-Method-Override', 'PUT', 'X-Method-Override', 'PATCH'],
        'method-not-allowed',
      ],
      ['POST', 'another method, as CGI reads it', ['X_HTTP_METHOD_OVERRIDE', 'DELETE'], 'method-not-allowed'],
      ['GET', 'another path', ['X-Original-URL', '/admin'], 'method-not-allowed'],
      ['GET', 'a path behind dots', ['X-Rewrite-URL', '/v1/../admin'], 'method-not-allowed'],
      [
        'PUT',
        'another path and method',
        ['X-Original-URL', '/admin', 'X-HTTP-Method', 'POST'],
        'method-not-allowed',
      ],
      [
        'POST',
        'more than anybody can tell',
        Array.from({ length: 10 }, () => ['X-HTTP-Method', 'GET']).flat(),
        'http-malformed',
      ],
    ])('%s that asks to be taken for %s is refused', (method, _what, headers, reason) => {
      expect(judge(method, ...headers)).toMatchObject({ verdict: 'blocked', reason });
    });

    test('one that may be taken for what is allowed too passes', () => {
      expect(judge('POST', 'X-HTTP-Method-Override', 'PUT')).toMatchObject({ verdict: 'allowed' });
      expect(judge('GET', 'X-Original-URL', '/v1/other')).toMatchObject({ verdict: 'allowed' });
    });

    test('elsewhere these headers have no say', () => {
      const headers = ['Host', 'api.example.com', 'X-HTTP-Method-Override', 'DELETE', 'X-Original-URL', '/x'];
      expect(check('/', headers).decision).toMatchObject({ verdict: 'allowed' });
    });
  });

  test('a whole URL is sent on as its path', () => {
    expect(check('http://api.example.com/a?b', ['Host', 'api.example.com']).target).toBe('/a?b');
    expect(check('http://api.example.com?b', ['Host', 'api.example.com']).target).toBe('/?b');
  });
});

describe('trailers that are sent on', () => {
  test('make a request stand for no other one, as servers may take them for headers', () => {
    const judged = ['Host', 'evil.test', 'X-HTTP-Method-Override', 'DELETE', 'X_Original_URL', '/admin'];
    expect(endToEndTrailers([...judged, 'X-Checksum', '1'])).toEqual(['X-Checksum', '1']);
  });
});

describe('headers that are sent on', () => {
  test('leave out those of the connection, and what it lists', () => {
    const raw = [
      'Host',
      'x',
      'Connection',
      'keep-alive, X-Secret',
      'X-Secret',
      '1',
      'Proxy-Authorization',
      '2',
      'TE',
      'trailers',
      'Trailer',
      'x-sum',
      'Accept',
      '*/*',
    ];
    expect(endToEndHeaders(raw)).toEqual(['Host', 'x', 'Accept', '*/*']);
  });

  test('keep the framing and the host, whatever Connection lists', () => {
    expect(
      endToEndHeaders(['Host', 'x', 'Content-Length', '5', 'Connection', 'host, content-length']),
    ).toEqual(['Host', 'x', 'Content-Length', '5']);
  });

  test('leave out pseudo-headers, and keep repeated ones in order', () => {
    expect(endToEndHeaders([':path', '/', 'set-cookie', 'a', 'set-cookie', 'b'])).toEqual([
      'set-cookie',
      'a',
      'set-cookie',
      'b',
    ]);
  });
});

test('a refusal names the rule, or says that there is none', () => {
  expect(
    refusalBody({ verdict: 'blocked', reason: 'path-not-allowed', rule: 'https://a.example/v1/' }),
  ).toContain('Rule: https://a.example/v1/');
  expect(refusalBody({ verdict: 'blocked', reason: 'host-mismatch', rule: 'default' })).toContain(
    'No rule allows it.',
  );
  expect(refusalStatus({ reason: 'path-not-allowed' })).toBe(403);
});

describe('addresses to dial', () => {
  test('bad ones among good ones are left out', () => {
    expect(chooseAddresses(['10.0.0.1', '198.51.100.7', '127.0.0.1'], false)).toEqual({
      ok: true,
      addresses: ['198.51.100.7'],
    });
  });

  test.each([
    [['10.0.0.1'], 'private-address'],
    [['127.0.0.1'], 'loopback-address'],
    [['169.254.169.254'], 'metadata-address'],
    [['100.64.7.1'], 'own-address'],
    [[], 'resolve-failed'],
  ])('%j cannot be dialled: %s', (addresses, reason) => {
    expect(chooseAddresses(addresses, false)).toMatchObject({ ok: false, reason });
  });

  test('private ones can when the rule says so, metadata never', () => {
    expect(chooseAddresses(['10.0.0.1'], true)).toMatchObject({ ok: true });
    expect(chooseAddresses(['169.254.169.254'], true)).toMatchObject({ ok: false });
  });
});

test.each([
  [['api.example.com'], false],
  [['http://api.example.com/v1/'], false],
  [['https://api.example.com/v1/'], true],
  [[{ dest: 'api.example.com', http: [{ methods: ['GET'] }] }], true],
])('an authority for %j: %s', (allow, expected) => {
  expect(needsAuthority(planEgress({ mode: 'block', allow }, { agentHosts: [] }))).toBe(expected);
});

test('capabilities that are left are named, and unknown ones count as left', () => {
  const none =
    'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t00000000000011c0\nCapAmb:\t0000000000000000\n';
  expect(heldCapabilities(none)).toEqual([]);
  expect(heldCapabilities(none.replace('CapEff:\t0000000000000000', 'CapEff:\t0000000000001000'))).toEqual([
    'CapEff 0000000000001000',
  ]);
  expect(heldCapabilities('')).toHaveLength(4);
});
