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

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: [
      'api.allowed.test',
      'other.allowed.test',
      'refused.allowed.test',
      { dest: 'api.allowed.test', ports: [8080] },
      { dest: 'http://second.allowed.test/v1/', http: [{ methods: ['GET'], paths: ['/v1/'] }] },
    ],
  });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

/** Sends raw bytes to port 80 of api.allowed.test. */
function send(text: string, port = 80): Promise<{ data: string; error?: string; ended: boolean }> {
  return sandbox.agentDoes(
    async (tools, bytes, p) => tools.tcp(await tools.addressOf('api.allowed.test'), p, bytes),
    text,
    port,
  );
}

/** The same, when an answer is the last one of its connection. */
function sendToEnd(text: string): Promise<{ data: string }> {
  return sandbox.agentDoes(
    async (tools, bytes) => tools.tcpToEnd(await tools.addressOf('api.allowed.test'), 80, bytes),
    text,
  );
}

async function paths(): Promise<readonly string[]> {
  return (await internet.seen()).filter(({ service }) => service === 'http').map(({ path }) => String(path));
}

describe('plain HTTP to an allowed name', () => {
  test('passes, and each request is a line of the record', async () => {
    const answer = await sandbox.agentDoes((tools) =>
      tools.http('http://api.allowed.test/a?b=c', { method: 'POST', body: 'hello' }),
    );
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body ?? '')).toEqual({
      method: 'POST',
      path: '/a?b=c',
      host: 'api.allowed.test',
      bytes: 5,
    });
    const record = await sandbox.recorded({ protocol: 'http', method: 'POST', path: '/a?b=c' });
    expect(record).toMatchObject({
      verdict: 'allowed',
      rule: 'api.allowed.test',
      status: 200,
      host: 'api.allowed.test',
      ip: SERVER,
      port: 80,
    });
    expect(record.bytesOut).toBeGreaterThan(50);
    expect(record.bytesIn).toBeGreaterThan(100);
  });

  test('keeps the connection for several requests', async () => {
    const one = 'GET /keep HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n';
    const last = 'GET /keep HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: close\r\n\r\n';
    const { data } = await sendToEnd(one + one + last);
    expect(data.match(/HTTP\/1.1 200/g)).toHaveLength(3);
  });

  test('a chunked body with trailers arrives', async () => {
    const { data } = await send(
      'POST /chunked HTTP/1.1\r\nHost: api.allowed.test\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n5\r\nhello\r\n3\r\n!!!\r\n0\r\nx-sum: 8\r\n\r\n',
    );
    expect(data).toContain('"bytes":8');
  });

  test('a body that waits for 100 Continue arrives', async () => {
    const answer = await sandbox.agentDoes((tools) =>
      tools.http('http://api.allowed.test/expect', {
        method: 'PUT',
        body: 'x'.repeat(5_000),
        headers: { expect: '100-continue' },
      }),
    );
    expect(answer.body).toContain('"bytes":5000');
  });

  test('a WebSocket passes', async () => {
    const { data } = await send(
      'GET /socket HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    expect(data).toContain('101 Switching Protocols');
    await sandbox.recorded({ protocol: 'http', path: '/socket', verdict: 'allowed' });
  });

  test('events arrive one by one', async () => {
    const answer = await sandbox.agentDoes((tools) => tools.http('http://api.allowed.test/events'));
    expect(answer.body).toBe('data: one\n\ndata: two\n\n');
  });

  test('a large download arrives whole', async () => {
    expect(
      await sandbox.agentDoes((tools) => tools.download('http://api.allowed.test/large?bytes=30000000')),
    ).toBe(30_000_000);
  });

  test('works on another port that a rule opens', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('http://api.allowed.test:8080/port'))).toMatchObject(
      { status: 200 },
    );
    await sandbox.recorded({ protocol: 'http', verdict: 'allowed', path: '/port', port: 8080 });
  });
});

describe('an HTTP request that is not what it seems', () => {
  test.each([
    ['another Host', 'GET /x1 HTTP/1.1\r\nHost: forbidden.test\r\n\r\n', 403, 'host-mismatch'],
    ['another allowed Host', 'GET /x2 HTTP/1.1\r\nHost: other.allowed.test\r\n\r\n', 403, 'host-mismatch'],
    [
      'a Host with another port',
      'GET /x3 HTTP/1.1\r\nHost: api.allowed.test:8080\r\n\r\n',
      403,
      'host-mismatch',
    ],
    ['an address as Host', `GET /x4 HTTP/1.1\r\nHost: ${SERVER}\r\n\r\n`, 403, 'host-mismatch'],
    ['no Host', 'GET /x5 HTTP/1.1\r\n\r\n', 403, 'host-missing'],
    ['no Host in HTTP/1.0', 'GET /x6 HTTP/1.0\r\n\r\n', 403, 'host-missing'],
    [
      'two Hosts',
      'GET /x7 HTTP/1.1\r\nHost: api.allowed.test\r\nHost: forbidden.test\r\n\r\n',
      403,
      'host-missing',
    ],
    [
      'an absolute URL of another host',
      'GET http://forbidden.test/x8 HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n',
      403,
      'host-mismatch',
    ],
    [
      'CONNECT',
      'CONNECT forbidden.test:443 HTTP/1.1\r\nHost: forbidden.test:443\r\n\r\n',
      403,
      'method-not-allowed',
    ],
    [
      'CONNECT to itself',
      'CONNECT api.allowed.test:80 HTTP/1.1\r\nHost: api.allowed.test:80\r\n\r\n',
      403,
      'method-not-allowed',
    ],
    [
      'Upgrade: h2c',
      'GET /x9 HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
      403,
      'protocol-not-allowed',
    ],
    ['HTTP/2 by prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'http-malformed'],
    [
      'two framings',
      'POST /x10 HTTP/1.1\r\nHost: api.allowed.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: forbidden.test\r\n\r\n',
      400,
      'http-malformed',
    ],
    [
      'two lengths',
      'POST /x11 HTTP/1.1\r\nHost: api.allowed.test\r\nContent-Length: 6\r\nContent-Length: 0\r\n\r\n',
      400,
      'http-malformed',
    ],
    [
      'a space before the colon',
      'GET /x12 HTTP/1.1\r\nHost : api.allowed.test\r\n\r\n',
      400,
      'http-malformed',
    ],
    [
      'a folded header',
      'GET /x13 HTTP/1.1\r\nHost: api.allowed.test\r\nX: a\r\n Host: forbidden.test\r\n\r\n',
      400,
      'http-malformed',
    ],
  ])('%s is refused, and on record', async (_what, request, status, reason) => {
    const before = sandbox.records({ protocol: 'http', verdict: 'blocked', reason }).length;
    const { data } = await send(request);
    expect(data).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(data).toContain(`cagent: ${reason}`);
    await until(
      'the record',
      () => sandbox.records({ protocol: 'http', verdict: 'blocked', reason }).length === before + 1,
    );
    expect((await paths()).filter((path) => /\/x\d|smuggled/.test(path))).toEqual([]);
  });

  test.each([
    'CONNECT api.allowed.test:80 HTTP/1.1\r\nHost: api.allowed.test',
    'GET /socket HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: Upgrade\r\nUpgrade: websocket',
  ])(
    '%j behind requests that wait for their answers ends the connection alone, and is on record',
    async (last) => {
      const path = `/waiting-${last.slice(0, 3)}`;
      const { data } = await send(`GET ${path} HTTP/1.1\r\nHost: api.allowed.test\r\n\r\n${last}\r\n\r\n`);
      expect(data).toBe('');
      await sandbox.recorded({ protocol: 'http', verdict: 'blocked', method: last.split(' ')[0] as string });
      await sandbox.recorded({ protocol: 'http', verdict: 'allowed', path });
      expect(
        (await send('GET / HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: close\r\n\r\n')).data,
      ).toContain('200');
    },
  );

  test('a second request on a kept connection is judged like the first', async () => {
    const { data } = await sendToEnd(
      'GET /first HTTP/1.1\r\nHost: api.allowed.test\r\n\r\nGET /second HTTP/1.1\r\nHost: forbidden.test\r\n\r\n',
    );
    expect(data).toContain('HTTP/1.1 403');
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'blocked',
      path: '/second',
      reason: 'host-mismatch',
      status: 403,
    });
    expect(await paths()).not.toContain('/second');
  });

  test('a Host with capitals, the port and a final dot is the same name', async () => {
    const { data } = await send(
      'GET /caps HTTP/1.1\r\nHost: API.Allowed.TEST.:80\r\nConnection: close\r\n\r\n',
    );
    expect(data).toContain('HTTP/1.1 200');
  });

  test('an absolute URL of the right host passes, rewritten', async () => {
    const { data } = await send(
      'GET http://api.allowed.test/absolute HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: close\r\n\r\n',
    );
    expect(data).toContain('"path":"/absolute"');
  });

  test('a Connection header cannot take the framing out', async () => {
    const { data } = await send(
      'POST /hop HTTP/1.1\r\nHost: api.allowed.test\r\nConnection: content-length, host, close\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(data).toContain('"bytes":5');
  });

  test('the refusal says that there is no rule, or which one', async () => {
    expect((await send('GET / HTTP/1.1\r\nHost: forbidden.test\r\n\r\n')).data).toContain(
      'No rule allows it.',
    );
    const named = await sandbox.agentDoes((tools) => tools.http('http://second.allowed.test/v2/'));
    expect(named).toMatchObject({ status: 403 });
    expect(named.body).toContain('http://second.allowed.test/v1/');
  });

  test('the Host is checked on other ports too', async () => {
    const { data } = await send('GET /other-port HTTP/1.1\r\nHost: forbidden.test\r\n\r\n', 8080);
    expect(data).toMatch(/^HTTP\/1.1 403 /);
    await sandbox.recorded({ protocol: 'http', verdict: 'blocked', port: 8080, reason: 'host-mismatch' });
  });
});

describe('rules for methods and paths on plain HTTP', () => {
  test.each([
    ['GET', '/v1/items', 200, undefined],
    ['HEAD', '/v1/items', 200, undefined],
    ['POST', '/v1/items', 403, 'method-not-allowed'],
    ['GET', '/v2/items', 403, 'path-not-allowed'],
    ['GET', '/v1/../v2/items', 403, 'path-not-allowed'],
    ['GET', '/v1/%2e%2e/v2', 403, 'path-not-allowed'],
    ['GET', '/v1/%2f..%2fv2', 403, 'ambiguous-path'],
    ['GET', '/v1/..\\v2', 403, 'ambiguous-path'],
  ])('%s %s gives %i', async (method, path, status, reason) => {
    const { data } = await sandbox.agentDoes(
      async (tools, m, p) =>
        tools.tcp(
          await tools.addressOf('second.allowed.test'),
          80,
          `${m} ${p} HTTP/1.1\r\nHost: second.allowed.test\r\nConnection: close\r\n\r\n`,
        ),
      method,
      path,
    );
    expect(data).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (reason !== undefined)
      await sandbox.recorded({
        protocol: 'http',
        verdict: 'blocked',
        host: 'second.allowed.test',
        method,
        path,
        reason,
      });
  });
});
