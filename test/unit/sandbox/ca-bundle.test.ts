import { describe, expect, it } from 'vitest';
import { CA_BUNDLE_ENVIRONMENT, caBundleMounts, needsCaBundle } from '../../../src/sandbox/ca-bundle.js';
import { policyOf } from '../egress/policy-of.js';

const mounts = caBundleMounts('/tmp/run');
const sourceOf = (path: string | undefined): string | undefined =>
  mounts.find(({ target }) => target === path)?.source;

describe("the run's certificate authority", () => {
  it.each([
    'NODE_EXTRA_CA_CERTS',
    'SSL_CERT_FILE',
    'REQUESTS_CA_BUNDLE',
    'CURL_CA_BUNDLE',
    'GIT_SSL_CAINFO',
    'PIP_CERT',
    'CARGO_HTTP_CAINFO',
    'AWS_CA_BUNDLE',
  ])('is where %s leads', (name) => {
    expect(sourceOf(CA_BUNDLE_ENVIRONMENT[name])).toMatch(/bundle\.pem$/);
  });

  it('is in the bundle of the system', () => {
    expect(sourceOf('/etc/ssl/certs/ca-certificates.crt')).toMatch(/bundle\.pem$/);
  });

  it('is in a trust store that Java reads', () => {
    const store = /trustStore=(\S+)/.exec(CA_BUNDLE_ENVIRONMENT.JAVA_TOOL_OPTIONS ?? '')?.[1];
    expect(sourceOf(store)).toMatch(/bundle\.jks$/);
  });

  it('cannot be replaced by the agent', () => {
    expect(mounts.filter(({ readOnly }) => !readOnly)).toEqual([]);
  });

  it.each([
    ['a rule with methods', policyOf([{ dest: 'api.example.com', http: [{ methods: ['GET'] }] }]), undefined],
    ['a rule with a path', policyOf(['https://api.example.com/v1/']), undefined],
    ['a ca-file', policyOf(['api.example.com']), '/roots.pem'],
  ])('is there for %s', (_, policy, caFile) => {
    expect(needsCaBundle(policy, caFile)).toBe(true);
    expect(needsCaBundle(policyOf(['api.example.com']), undefined)).toBe(false);
  });
});
