import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
  until,
} from '../../fixtures/internet/topology.js';
import { SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;
/** PEM of the run's own certificate authority. */
let ca: string;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: [
      {
        dest: 'https://api.allowed.test/v1/',
        http: [{ methods: ['GET'] }, { methods: ['POST'], paths: ['/v1/upload'] }],
      },
      { dest: 'api.allowed.test', ports: [8443], http: [{ methods: ['GET'] }] },
      { dest: 'api.allowed.test', ports: [8444], http: [{ paths: ['/package.Service'] }] },
      { dest: 'api.allowed.test', ports: [8445], http: [{ methods: ['GET'] }] },
      'other.allowed.test',
      { dest: 'nowhere.allowed.test', http: [{ methods: ['GET'] }] },
      { dest: 'private.allowed.test', http: [{ methods: ['GET'] }] },
      { dest: 'wrong.name.test', http: [{ methods: ['GET'] }] },
    ],
    extraRoots: internet.ca,
  });
  ca =
    sandbox.events.flatMap((event) => (event.event === 'ready' ? [event.caCertificate ?? ''] : []))[0] ?? '';
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

async function seenPaths(): Promise<readonly string[]> {
  return (await internet.seen()).filter(({ service }) => service === 'http').map(({ path }) => String(path));
}

describe('a host with HTTP rules', () => {
  test('the authority of the run is made for it, and can sign nothing but servers', () => {
    const certificate = new X509Certificate(ca);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toContain('cagent');
    expect(certificate.keyUsage).toBeUndefined();
  });

  test('an allowed request passes, and is on record with method, path and status', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) => tools.http('https://api.allowed.test/v1/items?q=1', { ca: root }),
      ca,
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain('/v1/items?q=1');
    const record = await sandbox.recorded({
      protocol: 'http',
      verdict: 'allowed',
      host: 'api.allowed.test',
      path: '/v1/items?q=1',
    });
    expect(record).toMatchObject({ method: 'GET', status: 200, port: 443, ip: SERVER, reason: 'rule' });
    expect(record.bytesIn).toBeGreaterThan(100);
  });

  test('the client sees a certificate for just that name', async () => {
    const subject = await sandbox.agentDoes((tools, root) => tools.peerNames('api.allowed.test', root), ca);
    expect(subject).toBe('DNS:api.allowed.test');
  });

  test.each([
    ['POST', '/v1/items', 'method-not-allowed'],
    ['GET', '/v2/items', 'path-not-allowed'],
    ['GET', '/v1/%2e%2e/v2', 'path-not-allowed'],
    ['GET', '/v1/..%2fv2', 'ambiguous-path'],
    ['GET', '/v1x', 'path-not-allowed'],
  ])('%s %s gets 403 that names the rule, and is on record', async (method, path, reason) => {
    const answer = await sandbox.agentDoes(
      (tools, m, p, root) =>
        tools.rawRequest(
          'api.allowed.test',
          443,
          `${m} ${p} HTTP/1.1\r\nHost: api.allowed.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
          root,
        ),
      method,
      path,
      ca,
    );
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain(`cagent: ${reason}`);
    expect(answer).toContain('https://api.allowed.test/v1/');
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'blocked',
      host: 'api.allowed.test',
      method,
      path,
      reason,
      status: 403,
    });
    expect((await seenPaths()).filter((each) => each.includes('v2') || each === '/v1x')).toEqual([]);
  });

  test('DNS over HTTPS to an allowed host ends at the paths of its rule', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) =>
        tools.http('https://api.allowed.test/dns-query', {
          method: 'POST',
          headers: { 'content-type': 'application/dns-message' },
          body: Buffer.from(tools.question('c2VjcmV0.forbidden.test')).toString('latin1'),
          ca: root,
        }),
      ca,
    );
    expect(answer).toMatchObject({ status: 403 });
    await sandbox.recorded({ protocol: 'http', verdict: 'blocked', path: '/dns-query', status: 403 });
    expect(await seenPaths()).not.toContain('/dns-query');
  });

  test('a body is streamed to where it may go', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) =>
        tools.http('https://api.allowed.test/v1/upload', {
          method: 'POST',
          body: 'x'.repeat(100_000),
          ca: root,
        }),
      ca,
    );
    expect(answer.body).toContain('"bytes":100000');
  });

  test.each([
    ['another Host', 'GET /v1/a1 HTTP/1.1\r\nHost: forbidden.test\r\n\r\n', 403, 'host-mismatch'],
    ['another allowed Host', 'GET /v1/a2 HTTP/1.1\r\nHost: other.allowed.test\r\n\r\n', 403, 'host-mismatch'],
    [
      'two Hosts',
      'GET /v1/a3 HTTP/1.1\r\nHost: api.allowed.test\r\nHost: forbidden.test\r\n\r\n',
      403,
      'host-missing',
    ],
    [
      'an absolute URL of another host',
      'GET https://forbidden.test/v1/a4 HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n',
      403,
      'host-mismatch',
    ],
    [
      'CONNECT',
      'CONNECT forbidden.test:443 HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n',
      403,
      'method-not-allowed',
    ],
    [
      'two framings',
      'POST /v1/upload HTTP/1.1\r\nHost: api.allowed.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: forbidden.test\r\n\r\n',
      400,
      'http-malformed',
    ],
  ])('%s inside of TLS is refused, and on record', async (_what, text, status, reason) => {
    const before = sandbox.records({ verdict: 'blocked', reason }).length;
    const answer = await sandbox.agentDoes(
      (tools, bytes, root) => tools.rawRequest('api.allowed.test', 443, bytes, root),
      text,
      ca,
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    await until('the record', () => sandbox.records({ verdict: 'blocked', reason }).length > before);
    expect((await seenPaths()).filter((path) => /\/v1\/a\d|smuggled/.test(path))).toEqual([]);
  });

  test('a second request on a kept connection is judged like the first', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) =>
        tools.rawRequest(
          'api.allowed.test',
          443,
          'GET /v1/one HTTP/1.1\r\nHost: api.allowed.test\r\n\r\nGET /v2/two HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n',
          root,
          tools.PATIENCE_MS,
        ),
      ca,
    );
    expect(answer).toMatch(/HTTP\/1.1 200[\s\S]*HTTP\/1.1 403/);
  });

  test('HTTP/2 passes, request by request', async () => {
    const answers = await sandbox.agentDoes(
      async (tools, root) => [
        await tools.http2('https://api.allowed.test', { ':path': '/v1/h2' }, root),
        await tools.http2('https://api.allowed.test', { ':path': '/v2/h2' }, root),
        await tools.http2(
          'https://api.allowed.test',
          { ':path': '/v1/h2', ':authority': 'forbidden.test' },
          root,
        ),
        await tools.http2('https://api.allowed.test', { ':path': '/v1/h2', host: 'forbidden.test' }, root),
        await tools.http2('https://api.allowed.test', { ':path': '/v1/h2', ':method': 'DELETE' }, root),
      ],
      ca,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403, 403, 403]);
    expect(answers[0]?.body).toContain('"host":"api.allowed.test');
    await sandbox.recorded({ protocol: 'http', verdict: 'allowed', path: '/v1/h2', status: 200 });
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'blocked',
      host: 'forbidden.test',
      reason: 'host-mismatch',
    });
  });

  test('a stream with trailers passes to a destination that speaks HTTP/2 alone, and is on record', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) =>
        tools.http2(
          'https://api.allowed.test:8444',
          { ':method': 'POST', ':path': '/package.Service/Method', te: 'trailers' },
          root,
          'message',
        ),
      ca,
    );
    const trailers = { 'grpc-status': '0', 'x-te': 'trailers', 'x-received': 'sent' };
    expect(answer).toMatchObject({ status: 200, body: 'message', trailers });
    const record = await sandbox.recorded({
      protocol: 'http',
      verdict: 'allowed',
      port: 8444,
      method: 'POST',
      path: '/package.Service/Method',
    });
    expect(record).toMatchObject({ status: 200, ip: SERVER });
    expect(record.bytesOut).toBeGreaterThan('message'.length);
    expect(record.bytesIn).toBeGreaterThan('message'.length);
  });

  test('a destination that repeats what may stand only once does not bring the gateway down', async () => {
    const [repeated, plain, after] = await sandbox.agentDoes(
      async (tools, root) => [
        await tools.http2('https://api.allowed.test:8445', {}, root),
        await tools.http('https://api.allowed.test:8445/', { ca: root }),
        await tools.http2('https://api.allowed.test', { ':path': '/v1/after' }, root),
      ],
      ca,
    );
    expect(repeated?.status ?? 0).not.toBe(200);
    expect([plain?.status, after?.status]).toEqual([200, 200]);
  });

  test('each stream of such a destination is judged by itself', async () => {
    const [refused, passed] = await sandbox.agentDoes(
      async (tools, root) => [
        await tools.http2('https://api.allowed.test:8444', { ':path': '/other.Service/Method' }, root),
        await tools.http2('https://api.allowed.test:8444', { ':path': '/package.Service/More' }, root),
      ],
      ca,
    );
    expect([refused?.status, passed?.status]).toEqual([403, 200]);
    expect(
      (await internet.seen()).filter(
        ({ service, path }) => service === 'stream' && String(path).includes('other'),
      ),
    ).toEqual([]);
  });

  test('works on other ports', async () => {
    expect(
      await sandbox.agentDoes(
        (tools, root) => tools.http('https://api.allowed.test:8443/any', { ca: root }),
        ca,
      ),
    ).toMatchObject({ status: 200 });
    expect(
      await sandbox.agentDoes(
        (tools, root) => tools.http('https://api.allowed.test:8443/any', { ca: root, method: 'PUT' }),
        ca,
      ),
    ).toMatchObject({ status: 403 });
  });

  test('a WebSocket passes through TLS that ends here', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) =>
        tools.rawRequest(
          'api.allowed.test',
          443,
          'GET /v1/socket HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
          root,
        ),
      ca,
    );
    expect(answer).toContain('101 Switching Protocols');
  });

  test('a large download arrives whole', async () => {
    expect(
      await sandbox.agentDoes(
        (tools, root) =>
          tools.download('https://api.allowed.test/v1/../large?bytes=1', undefined, root).catch(() => 0),
        ca,
      ),
    ).toBeLessThan(1_000);
    expect(
      await sandbox.agentDoes(
        (tools, root) =>
          tools.download('https://api.allowed.test:8443/large?bytes=20000000', undefined, root),
        ca,
      ),
    ).toBe(20_000_000);
  });

  test('a hello that names another host is refused before any certificate is made', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tls(await tools.addressOf('api.allowed.test'), 443, 'forbidden.test'),
    );
    expect(answer).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME');
  });

  test('a client that does not trust the authority is on record as such', async () => {
    expect(
      (await sandbox.agentDoes((tools) => tools.http('https://api.allowed.test/v1/'))).error,
    ).toBeDefined();
    await sandbox.recorded({ protocol: 'tls', host: 'api.allowed.test', reason: 'client-handshake' });
  });

  test('a private address gives 403, a name without an address 502', async () => {
    expect(
      await sandbox.agentDoes((tools, root) => tools.http('https://private.allowed.test/', { ca: root }), ca),
    ).toMatchObject({ status: 403 });
    expect(
      await sandbox.agentDoes((tools, root) => tools.http('https://nowhere.allowed.test/', { ca: root }), ca),
    ).toMatchObject({ status: 502 });
  });

  test('a destination whose certificate is for another name gives 502, and is on record', async () => {
    const answer = await sandbox.agentDoes(
      (tools, root) => tools.http('https://wrong.name.test/', { ca: root }),
      ca,
    );
    expect(answer).toMatchObject({ status: 502 });
    await sandbox.recorded({ protocol: 'http', host: 'wrong.name.test', reason: 'upstream-certificate' });
  });

  test('other hosts keep their own certificates', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://other.allowed.test/'))).toMatchObject({
      status: 200,
    });
    await sandbox.recorded({ protocol: 'tls', verdict: 'allowed', host: 'other.allowed.test' });
  });
});

test('without the root of the destination nothing is trusted', async () => {
  const strict = await startSandbox(internet, {
    allow: [{ dest: 'api.allowed.test', http: [{ methods: ['GET'] }] }],
  });
  try {
    const root =
      strict.events.flatMap((event) => (event.event === 'ready' ? [event.caCertificate ?? ''] : []))[0] ?? '';
    expect(root).not.toBe(ca);
    expect(
      await strict.agentDoes((tools, own) => tools.http('https://api.allowed.test/', { ca: own }), root),
    ).toMatchObject({ status: 502 });
    await strict.recorded({ protocol: 'http', verdict: 'blocked', reason: 'upstream-certificate' });
  } finally {
    await strict.stop();
  }
});
