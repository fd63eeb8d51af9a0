import { describe, expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { requestVerdict } from '../../../src/egress/decide-request.js';
import { policyOf } from './policy-of.js';

describe('which requests may pass', () => {
  const v1 = {
    dest: 'https://api.example.com/v1/',
    http: [{ methods: ['GET'] }, { methods: ['POST'], paths: ['chat'] }],
  };
  test.each<[readonly AllowEntry[], string, string, string?]>([
    [['https://api.example.com/v1/'], 'GET /v1/models', 'rule'],
    [['https://api.example.com/v1/'], 'DELETE /v1/', 'rule'],
    [['https://api.example.com/v1/'], 'GET /v1', 'path-not-allowed'],
    [['https://api.example.com/v1'], 'GET /v1', 'rule'],
    [['https://api.example.com/v1'], 'GET /v1/', 'rule'],
    [['https://api.example.com/v1'], 'GET /v1?x=/../..', 'rule'],
    [['https://api.example.com/v1'], 'GET /v10', 'path-not-allowed'],
    [['https://api.example.com/v1'], 'GET /V1', 'path-not-allowed'],
    [['https://api.example.com/v1'], 'GET /v1;a=b', 'path-not-allowed'],
    [['https://api.example.com/v1/'], 'GET /', 'path-not-allowed'],
    [['https://api.example.com/v1/'], 'GET /v1/../admin', 'path-not-allowed'],
    [['https://api.example.com/v1/'], 'GET /v1/%2e%2e/admin', 'path-not-allowed'],
    [['https://api.example.com/v1/'], 'GET /x/../v1/models', 'rule', '/v1/models'],
    [['https://api.example.com/v1/'], 'GET /v1/./models?q=..', 'rule', '/v1/models?q=..'],
    [['https://api.example.com/v1/'], 'GET /%76%31/models', 'rule', '/%76%31/models'],
    [['https://api.example.com/v1/'], 'GET /v1/..%2fadmin', 'ambiguous-path'],
    [['https://api.example.com/v1/'], 'GET /v1/a%5cb', 'ambiguous-path'],
    [['https://api.example.com/v1/'], 'GET /v1/..;/admin', 'ambiguous-path'],
    [['https://api.example.com/v1/'], 'GET /v1/%252e%252e/admin', 'ambiguous-path'],
    [['https://api.example.com/v1/'], 'GET http://api.example.com/v1/', 'ambiguous-path'],
    [['https://api.example.com/v1/'], 'OPTIONS *', 'ambiguous-path'],
    [[v1], 'GET /v1/models', 'rule'],
    [[v1], 'HEAD /v1/models', 'rule'],
    [[v1], 'POST /v1/models', 'method-not-allowed'],
    [[v1], 'POST /v1/chat/completions', 'rule'],
    [[v1], 'get /v1/models', 'method-not-allowed'],
    [[v1], 'POST /v2', 'path-not-allowed'],
    [[v1, 'https://api.example.com/v2/'], 'POST /v2/', 'rule'],
    [[v1, 'https://*.example.com/'], 'POST /v9/', 'rule'],
    [[v1], 'CONNECT /v1/', 'method-not-allowed'],
    [['api.example.com'], 'CONNECT /', 'method-not-allowed'],
    [['api.example.com'], 'GET /a%2fb', 'rule', '/a%2fb'],
    [
      [{ dest: 'api.example.com', http: [{ methods: ['GET'] }] }],
      'GET /@scope%2fname',
      'rule',
      '/@scope%2fname',
    ],
    [[{ dest: 'api.example.com', http: [{ methods: ['GET'] }] }], 'PUT /@scope%2fname', 'method-not-allowed'],
    [[{ dest: 'api.example.com', http: [{ methods: ['POST'] }] }], 'HEAD /', 'method-not-allowed'],
    [['other.example.com'], 'GET /', 'no-rule'],
    [['http://api.example.com/'], 'GET /', 'no-rule'],
  ])('%j: %s is %s', (allow, request, reason, target) => {
    const [method, path] = request.split(/ (.*)/s) as [string, string];
    const verdict = requestVerdict(policyOf(allow), { name: 'api.example.com', port: 443, method, path });
    expect(verdict).toMatchObject({ verdict: reason === 'rule' ? 'allowed' : 'blocked', reason });
    if (reason === 'rule') expect(verdict.target).toBe(target ?? path);
  });

  test('a refusal names the rule that came nearest', () => {
    const policy = policyOf([
      'https://api.example.com/v1/',
      { dest: 'api.example.com', http: [{ methods: ['GET'], paths: ['/v2/'] }] },
    ]);
    const refusal = (method: string, path: string) =>
      requestVerdict(policy, { name: 'api.example.com', port: 443, method, path }).rule;
    expect(refusal('POST', '/v2/')).toBe(
      '{ dest: api.example.com, http: [{ methods: [GET], paths: [/v2/] }] }',
    );
    expect(refusal('POST', '/v3/')).toBe('https://api.example.com/v1/');
  });
});
