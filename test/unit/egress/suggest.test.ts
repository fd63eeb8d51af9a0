import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { connectionVerdict } from '../../../src/egress/decide.js';
import { createAllowSuggestion, suggestAllowList } from '../../../src/egress/suggest.js';
import { policyOf } from './policy-of.js';

function audited(host: string, port = 443, more: Partial<EgressRecord> = {}): EgressRecord {
  return {
    schema: 'cagent.egress/1',
    time: '2026-11-22T10:00:00.000Z',
    verdict: 'audited',
    reason: 'no-rule',
    rule: 'default',
    protocol: 'tls',
    host,
    port,
    ...more,
  };
}

describe('the allow list after an audit', () => {
  test.each<[string, readonly EgressRecord[], readonly string[]]>([
    ['nothing seen', [], []],
    ['a host', [audited('api.example.com'), audited('api.example.com', 80)], ['- api.example.com']],
    ['a host of a preset', [audited('registry.npmjs.org')], ['- node']],
    [
      'hosts of several presets',
      [audited('pypi.org'), audited('files.pythonhosted.org'), audited('static.crates.io')],
      ['- python', '- rust'],
    ],
    ['a model provider, where data can be left', [audited('api.anthropic.com')], ['- api.anthropic.com']],
    [
      'hosts of presets with patterns, which would open hosts of others too',
      [
        audited('attacker.openai.azure.com'),
        audited('api.individual.githubcopilot.com'),
        audited('huggingface.co'),
        audited('cdn01.quay.io'),
        audited('quay.io'),
      ],
      [
        '- api.individual.githubcopilot.com',
        '- attacker.openai.azure.com',
        '- cdn01.quay.io',
        '- huggingface.co',
        '- quay.io',
      ],
    ],
    [
      'another port',
      [audited('db.example', 5432, { protocol: 'tcp' })],
      ['- { dest: db.example, ports: [5432] }'],
    ],
    [
      'a preset host on another port',
      [audited('github.com', 22, { protocol: 'tcp' })],
      ['- { dest: github.com, ports: [22] }'],
    ],
    [
      'UDP',
      [audited('ntp.example', 123, { protocol: 'udp' })],
      ['- { dest: ntp.example, ports: [123/udp] }'],
    ],
    ['an address', [directly('198.51.100.7', 443)], ['- 198.51.100.7']],
    ['an address with a port', [directly('198.51.100.7', 853)], ['- { dest: 198.51.100.7, ports: [853] }']],
    ['only looked up', [audited('api.example.com', 53, { protocol: 'dns', reason: 'dns-no-rule' })], []],
    [
      'what stayed blocked',
      [audited('intranet.example', 443, { verdict: 'blocked', reason: 'private-address' })],
      [],
    ],
    ['what no rule could allow', [audited('a.example', 443, { reason: 'sni-mismatch' })], []],
    [
      'existing rules that were used',
      [audited('a.example', 443, { verdict: 'allowed', reason: 'rule', rule: '*.example' })],
      ['- "*.example"'],
    ],
    [
      'existing presets and long forms',
      [
        audited('api.openai.com', 443, {
          verdict: 'allowed',
          reason: 'rule',
          rule: 'preset:defaults api.openai.com',
        }),
        audited('db', 5432, {
          verdict: 'allowed',
          reason: 'rule',
          rule: '{ dest: db, ports: [5432], private: true }',
        }),
      ],
      ['- defaults', '- { dest: db, ports: [5432], private: true }'],
    ],
    [
      'requests beyond a restriction',
      [
        audited('a.example', 443, {
          protocol: 'http',
          reason: 'path-not-allowed',
          rule: 'https://a.example/v1/',
          method: 'GET',
          path: '/v2/x?y',
        }),
        audited('a.example', 443, {
          protocol: 'http',
          reason: 'method-not-allowed',
          rule: 'https://a.example/v1/',
          method: 'POST',
          path: '/v2/x',
        }),
      ],
      ['- { dest: a.example, ports: [443], http: [{ methods: [GET, POST], paths: [/v2/x] }] }'],
    ],
  ])('%s', (_, records, expected) => {
    expect(suggestAllowList(records)).toEqual(expected);
  });

  test('lets the same run pass in block mode', () => {
    const seen = [
      audited('registry.npmjs.org'),
      audited('github.com'),
      audited('github.com', 22, { protocol: 'tcp' }),
      audited('db.example', 5432, { protocol: 'tcp' }),
      audited('ntp.example', 123, { protocol: 'udp' }),
      audited('plain.example', 80, { protocol: 'http' }),
    ];
    const policy = policyOf(parse(suggestAllowList(seen).join('\n')) as AllowEntry[]);
    for (const { host, port, protocol } of seen) {
      const attempt = { name: String(host), port: Number(port), protocol: protocol as 'tcp' };
      expect(connectionVerdict(policy, attempt)).toMatchObject({ verdict: 'allowed' });
    }
  });

  test('what an agent calls a host cannot become YAML', () => {
    for (const host of [
      'a.example\n- "*"',
      '"*"',
      '*',
      '{ dest: "*" }',
      '&a.example',
      'a.example #',
      '-',
      '\u202e.example',
    ]) {
      expect(suggestAllowList([audited(host)])).toEqual([]);
    }
    expect(parse(suggestAllowList([audited('null'), audited('true')]).join('\n'))).toEqual([
      { dest: 'null', ports: [443] },
      { dest: 'true', ports: [443] },
    ]);
  });

  test('an agent that makes up destinations and paths fills neither memory nor the list', () => {
    const suggestion = createAllowSuggestion();
    for (let at = 0; at < 20_000; at++) {
      suggestion.add(audited(`h${at}.example`));
      suggestion.add(audited('ports.example', 1 + at, { protocol: 'tcp' }));
      const request = { protocol: 'http', reason: 'path-not-allowed', method: 'GET' } as const;
      suggestion.add(audited('paths.example', 443, { ...request, path: `/a/${at}` }));
      suggestion.add(audited('wide.example', 443, { ...request, path: `/${at}/x` }));
    }
    const list = suggestion.list();
    expect(list.length).toBeLessThan(1_100);
    expect(list.at(-1)).toMatch(/^# .*egress\.jsonl$/);
    expect(list).toContain(
      '- { dest: paths.example, ports: [443], http: [{ methods: [GET], paths: [/a] }] }',
    );
    expect(list).toContain('- { dest: wide.example, ports: [443], http: [{ methods: [GET], paths: [/] }] }');
    expect(policyOf(parse(list.join('\n')) as AllowEntry[]).rules.length).toBeGreaterThan(1_000);
  });

  test('many paths become their first segments', () => {
    const records = Array.from({ length: 50 }, (_, i) =>
      audited('a.example', 443, {
        protocol: 'http',
        reason: 'path-not-allowed',
        method: 'GET',
        path: `/v2/${i}`,
      }),
    );
    expect(suggestAllowList(records)).toEqual([
      '- { dest: a.example, ports: [443], http: [{ methods: [GET], paths: [/v2] }] }',
    ]);
  });
});

function directly(ip: string, port: number): EgressRecord {
  const { host: _host, ...record } = audited('x.example', port, {
    reason: 'direct-address',
    protocol: 'tcp',
    ip,
  });
  return record;
}
