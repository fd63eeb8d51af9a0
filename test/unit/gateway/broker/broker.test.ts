import { readFileSync, rmSync } from 'node:fs';
import { request as startRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../../fixtures/internet/certificates.js';
import { type Rig, type RigOptions, startRig } from './upstream.js';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function start(answer: Parameters<typeof startRig>[0], options?: RigOptions): Promise<Rig> {
  rig = await startRig(answer, options);
  return rig;
}

const ASK = {
  method: 'POST',
  headers: { 'x-api-key': 'placeholder', 'content-type': 'application/json' },
  body: '{"model":"m"}',
};

/** What somebody does who does not use a client library. */
function sendRaw(base: string, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(base).port) });
  socket.write(text);
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    socket.on('close', () => resolve(answer));
    socket.on('error', () => resolve(answer));
  });
}

describe('the key', () => {
  it('is put in place of whatever the agent sends', async () => {
    const { base, received } = await start((_, response) => response.end('{}'));
    const headers = {
      ...ASK.headers,
      authorization: 'Bearer other',
      'api-key': 'other',
      'x-goog-api-key': 'other',
      cookie: 'session=other',
      'x-forwarded-for': '1.2.3.4',
    };
    await fetch(`${base}/v1/messages?beta=true&key=other&access_token=other`, { ...ASK, headers });
    expect(received).toHaveLength(1);
    expect(received[0]?.url).toBe('/v1/messages?beta=true');
    expect(received[0]?.body).toBe(ASK.body);
    expect(received[0]?.headers['x-api-key']).toBe('the-real-key');
    expect(JSON.stringify(received[0]?.headers)).not.toContain('other');
    expect(received[0]?.headers['x-forwarded-for']).toBeUndefined();
  });

  it('cannot be removed by naming it a header of the connection', async () => {
    const { base, received } = await start((_, response) => response.end('{}'));
    await sendRaw(
      base,
      'POST /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: close, x-api-key, host\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(received[0]?.headers['x-api-key']).toBe('the-real-key');
    expect(received[0]?.headers.host).toMatch(/^model\.test:\d+$/);
  });

  it.each([401, 403])(
    'that is refused with %d ends the agent at once, with words, and without a part of the key',
    async (status) => {
      const { base, records, traffic } = await start((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end('{"error":{"message":"wrong key the-real-key for this model"}}');
      });
      const answer = await fetch(`${base}/v1/messages`, ASK);
      const body = (await answer.json()) as { type: string; error: { type: string; message: string } };
      expect(answer.status).toBe(400);
      expect(body.type).toBe('error');
      expect(body.error.message).toContain(`HTTP ${status}`);
      expect(JSON.stringify(body)).not.toContain('the-real-key');
      expect(records).toMatchObject([{ verdict: 'allowed', reason: 'key-refused', status: 400 }]);
      expect(traffic()?.keyRefused).toBe(true);
    },
  );

  it('is in no record', async () => {
    const { base, records } = await start((_, response) => response.end('{}'));
    await fetch(`${base}/v1/messages?key=secret`, ASK);
    expect(JSON.stringify(records)).not.toMatch(/the-real-key|secret/);
    expect(records).toMatchObject([
      {
        verdict: 'allowed',
        reason: 'rule',
        rule: 'broker:anthropic',
        protocol: 'http',
        host: 'model.test',
        method: 'POST',
        path: '/v1/messages',
        status: 200,
      },
    ]);
  });
});

describe('what is forwarded', () => {
  it.each([
    ['another part of the API', 'POST', '/v1/files'],
    ['keys of the organisation', 'GET', '/v1/organizations/api_keys'],
    ['batches', 'POST', '/v1/messages/batches'],
    ['another method', 'DELETE', '/v1/messages'],
    ['a path that climbs out', 'POST', '/v1/messages/../files'],
    ['an encoded path', 'POST', '/v1/%6dessages'],
    ['a doubled slash', 'POST', '//v1/messages'],
    ['the root', 'GET', '/'],
  ])('%s is refused and recorded', async (_, method, path) => {
    const { base, received, records, traffic } = await start((__, response) => response.end('{}'));
    const answer = await sendRaw(base, `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(received).toEqual([]);
    expect(records).toMatchObject([{ verdict: 'blocked', status: 403, method }]);
    expect(traffic()?.requests).toBe(0);
  });

  it.each([
    [
      'a whole URL',
      'POST http://elsewhere.test/v1/messages HTTP/1.1\r\nHost: elsewhere.test\r\nContent-Length: 0\r\n\r\n',
      403,
    ],
    ['a tunnel', 'CONNECT elsewhere.test:443 HTTP/1.1\r\nHost: elsewhere.test\r\n\r\n', 426],
    [
      'a WebSocket',
      'GET /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      426,
    ],
  ])('%s leads nowhere', async (_, text, status) => {
    const { base, received, records } = await start((__, response) => response.end('{}'));
    expect(await sendRaw(base, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toEqual([]);
    expect(records).toMatchObject([{ verdict: 'blocked', status }]);
  });

  it('two requests in one are not', async () => {
    const { base, received } = await start((_, response) => response.end('{}'));
    const smuggled = 'GET /v1/files HTTP/1.1\r\nHost: x\r\n\r\n';
    await sendRaw(
      base,
      `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    );
    expect(received.filter(({ url }) => url === '/v1/files')).toEqual([]);
  });

  it('goes below the path of the base URL, which takes the place of the version', async () => {
    const { base, received } = await start((_, response) => response.end('{}'), {
      provider: 'openai-compatible',
      upstream: { path: '/team/v2' },
      start: { credential: { authorization: 'Bearer the-real-key' } },
    });
    await fetch(`${base}/v1/chat/completions`, ASK);
    expect(received[0]?.url).toBe('/team/v2/chat/completions');
    expect(received[0]?.headers.authorization).toBe('Bearer the-real-key');
  });
});

describe('answers', () => {
  const EVENTS = [
    'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":7,"cache_read_input_tokens":3,"output_tokens":1}}}\n\n',
    'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":11}}\n\n',
  ];

  it('stream: the first event reaches the agent before the second exists', async () => {
    const second = Promise.withResolvers<void>();
    const { base, traffic } = await start(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(EVENTS[0]);
      await second.promise;
      response.end(EVENTS[1]);
    });
    const answer = await fetch(`${base}/v1/messages`, ASK);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    expect(Buffer.from(first.value ?? []).toString('utf8')).toBe(EVENTS[0]);
    second.resolve();
    while (!(await reader.read()).done);
    await expect.poll(() => traffic()?.lastStatus).toBe(200);
    expect(traffic()).toMatchObject({
      requests: 1,
      failed: 0,
      model: 'claude-x',
      inputTokens: 7,
      cacheReadTokens: 3,
      outputTokens: 11,
      uncounted: 0,
    });
  });

  it('pass with their status, and 429 and 529 stay what they are for the agent to retry', async () => {
    const statuses = [429, 529, 200];
    const { base, traffic } = await start((_, response) => {
      response.writeHead(statuses.shift() ?? 500, { 'retry-after': '3', 'content-type': 'application/json' });
      response.end('{"usage":{"input_tokens":1,"output_tokens":1}}');
    });
    for (const expected of [429, 529, 200]) {
      const answer = await fetch(`${base}/v1/messages`, ASK);
      expect(answer.status).toBe(expected);
      expect(answer.headers.get('retry-after')).toBe('3');
      await answer.text();
    }
    await expect.poll(() => traffic()).toMatchObject({ requests: 3, failed: 2, lastStatus: 200 });
  });

  it('that break off are broken for the agent too, and count as failed', async () => {
    const { base, records, traffic } = await start((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(EVENTS[0], () => response.destroy());
    });
    await expect(fetch(`${base}/v1/messages`, ASK).then((answer) => answer.text())).rejects.toThrow();
    await expect.poll(() => traffic()).toMatchObject({ requests: 1, failed: 1, inputTokens: 7 });
    expect(traffic()?.lastStatus).toBeUndefined();
    expect(records).toHaveLength(1);
  });

  it.each([
    ['nonsense', 'data: {"usage":\n\ndata: [1,2\n\n\0\xff'],
    ['wrong types', 'data: {"usage":{"input_tokens":"many","output_tokens":-1},"model":{}}\n\n'],
    ['nothing', ''],
  ])('with %s instead of events harm nobody, and the missing count is told', async (_, text) => {
    const { base, traffic } = await start((__, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(text);
    });
    expect(await (await fetch(`${base}/v1/messages`, ASK)).text()).toBe(text);
    await expect
      .poll(() => traffic())
      .toMatchObject({ requests: 1, uncounted: 1, inputTokens: 0, outputTokens: 0 });
  });

  it('of a provider that cannot be reached are an error in its own format', async () => {
    const { base, records } = await start(() => {}, {
      dial: async () => ({ ok: false, reason: 'resolve-failed' }),
    });
    const answer = await fetch(`${base}/v1/messages`, ASK);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(records).toMatchObject([{ verdict: 'allowed', reason: 'resolve-failed', status: 502 }]);
  });

  it('of a name that leads to a private address end the agent', async () => {
    const { base, records } = await start(() => {}, {
      dial: async () => ({ ok: false, reason: 'private-address', address: '10.0.0.1' }),
    });
    expect((await fetch(`${base}/v1/messages`, ASK)).status).toBe(400);
    expect(records).toMatchObject([{ verdict: 'blocked', reason: 'private-address', ip: '10.0.0.1' }]);
  });

  it('that never come are recorded when the agent gives up', async () => {
    const { base, records, received } = await start(() => {});
    const client = startRequest(`${base}/v1/messages`, { method: 'POST' });
    client.on('error', () => {});
    client.end('{}');
    await expect.poll(() => received.length).toBe(1);
    client.destroy();
    await expect.poll(() => records.length).toBe(1);
  });
});

describe('TLS to the provider', () => {
  const certificates = makeCertificates(['model.test']);
  const read = (name: string): string => readFileSync(join(certificates.directory, name), 'utf8');
  const tls = { key: read('server.key'), cert: read('server.crt') };
  rmSync(certificates.directory, { recursive: true });

  it('is verified: a certificate of an unknown CA ends the agent, and no byte of the request leaves', async () => {
    const { base, received, records } = await start((_, response) => response.end('{}'), { tls });
    const answer = await fetch(`${base}/v1/messages`, ASK);
    expect(answer.status).toBe(400);
    expect(received).toEqual([]);
    expect(records).toMatchObject([{ verdict: 'blocked', reason: 'upstream-certificate' }]);
  });

  it('is verified: a certificate for another name is refused', async () => {
    const { base, received, records } = await start((_, response) => response.end('{}'), {
      tls,
      extraRoots: certificates.ca,
      upstream: { host: 'other.test' },
    });
    const answer = await fetch(`${base}/v1/messages`, ASK);
    expect(answer.status).toBe(400);
    expect(received).toEqual([]);
    expect(records).toMatchObject([{ verdict: 'blocked', reason: 'upstream-certificate' }]);
  });

  it('takes the extra roots', async () => {
    const { base, received } = await start((_, response) => response.end('{}'), {
      tls,
      extraRoots: certificates.ca,
    });
    expect((await fetch(`${base}/v1/messages`, ASK)).status).toBe(200);
    expect(received).toHaveLength(1);
  });
});

describe('the budget', () => {
  const COUNTED = '{"model":"m","usage":{"input_tokens":40,"output_tokens":20}}';

  it.each([
    ['max-requests', { maxRequests: 2 }, 2],
    ['max-tokens', { maxTokens: 61 }, 2],
    ['max-cost-usd', { maxCostUsd: 0.0001, price: { input: 1, output: 1 } }, 2],
  ] as const)(
    '%s refuses what comes after it is used up, at once and with words',
    async (part, budget, allowed) => {
      const { base, received, records, traffic } = await start(
        (_, response) => {
          response.setHeader('content-type', 'application/json');
          response.end(COUNTED);
        },
        { start: { budget } },
      );
      const statuses: number[] = [];
      for (let at = 0; at < allowed + 2; at++) {
        const answer = await fetch(`${base}/v1/messages`, ASK);
        statuses.push(answer.status);
        const text = await answer.text();
        if (answer.status === 400) expect(text).toContain(part);
        await expect.poll(() => records.length).toBe(at + 1);
      }
      expect(statuses).toEqual([...Array(allowed).fill(200), 400, 400]);
      expect(received).toHaveLength(allowed);
      expect(records.at(-1)).toMatchObject({ verdict: 'blocked', reason: 'budget' });
      expect(traffic()?.exhausted).toBe(part);
    },
  );
});
