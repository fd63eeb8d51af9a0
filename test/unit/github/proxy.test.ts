import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createGitHub } from '../../../src/github/client.js';
import { proxyFor } from '../../../src/github/proxy.js';
import { viewerLogin } from '../../../src/github/repository-facts.js';
import { type BehindProxy, putBehindProxy } from '../../e2e/rig/github/behind-proxy.js';
import { type FakeGitHub, startFakeGitHub } from '../../e2e/rig/github/fake-github.js';

const REPO = { owner: 'acme', repo: 'widget' };
const roots = getCACertificates('default');

let fake: FakeGitHub;
let way: BehindProxy;

async function start(certificateFor = 'api.github.test'): Promise<void> {
  fake = await startFakeGitHub();
  way = await putBehindProxy(fake.url, certificateFor);
  setDefaultCACertificates([...roots, way.ca]);
}
async function stop(): Promise<void> {
  setDefaultCACertificates(roots);
  await way.close();
  await fake.close();
}

function client(proxy = way.proxy) {
  return createGitHub({ token: 'ghs_test', apiUrl: way.apiUrl, proxy, secondMs: 1 });
}

describe('a runner behind a proxy', () => {
  afterEach(stop);

  it('reaches GitHub through it, with the password of its address, by REST and GraphQL', async () => {
    await start();
    const github = client();
    expect((await github.call('GET /repos/{owner}/{repo}', REPO)).data.full_name).toBe('acme/widget');
    expect(await viewerLogin(github)).toBe('github-actions[bot]');
    expect(new Set(way.connected)).toEqual(new Set(['api.github.test:443']));
  });

  it('shows the token to nobody who stands in for GitHub on the way', async () => {
    await start('other.test');
    await expect(client().call('GET /repos/{owner}/{repo}', REPO)).rejects.toMatchObject({
      code: 'github.unreachable',
    });
    expect(way.connected.length).toBeGreaterThan(0);
    expect(fake.requests).toEqual([]);
  });

  it('is told when the proxy refuses it, without the password', async () => {
    await start();
    const error = await client(way.proxy.replace('pass%20word', 'wrong'))
      .call('GET /repos/{owner}/{repo}', REPO)
      .catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: 'github.unreachable' });
    expect(JSON.stringify(error)).not.toContain('wrong');
  });
});

describe('which proxy leads to the API', () => {
  const PROXY = 'http://proxy.corp.test:3128';

  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: PROXY }, `${PROXY}/`],
    [{ https_proxy: 'proxy.corp.test:3128', HTTPS_PROXY: 'http://other.test' }, `${PROXY}/`],
    [{ HTTP_PROXY: PROXY }, undefined],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: 'github.test' }, undefined],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: 'x.test, .github.test' }, undefined],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: '*.GitHub.test' }, undefined],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: 'api.github.test:443' }, undefined],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: 'api.github.test:8443' }, `${PROXY}/`],
    [{ HTTPS_PROXY: PROXY, NO_PROXY: 'hub.test' }, `${PROXY}/`],
    [{ HTTPS_PROXY: PROXY, no_proxy: 'a.test *', NO_PROXY: 'b.test' }, undefined],
  ])('%j: %s', (variables, proxy) => {
    expect(proxyFor('https://api.github.test', variables)).toBe(proxy);
  });

  it('none for this machine', () => {
    expect(proxyFor('http://127.0.0.1:8080', { HTTP_PROXY: PROXY })).toBeUndefined();
  });

  it.each(['http://user:pass word@:99999999', 'socks5://user:pass word@proxy.test'])(
    '%s is refused, and its password not shown',
    (text) => {
      const find = () => proxyFor('https://api.github.test', { HTTPS_PROXY: text });
      expect(find).toThrow(/^HTTPS_PROXY: found "…@/);
      expect(find).not.toThrow('pass word');
    },
  );
});
