import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { secretForms } from '../../../../src/core/secret-values.js';
import { type Rig, startRig } from './upstream.js';

/** A server that says back what it was told: an echo, a debugging gateway, an error page with the request in it. */

const KEY = 'sk-ant-api03-Zx9Qw7eRt_Yu-IoPa';
const CREDENTIAL = { start: { credential: { 'x-api-key': KEY } } };
const ASK = { method: 'POST', body: '{"model":"m"}' };

let rig: Rig | undefined;
afterEach(() => rig?.stop());

describe('a key that the provider says back', () => {
  it('is taken out of headers, whatever their names', async () => {
    rig = await startRig((request, response) => {
      const key = request.headers['x-api-key'] as string;
      response.writeHead(200, {
        'x-api-key': key,
        'x-debug': `got ${key}`,
        location: `https://a.test/?k=${key}`,
      });
      response.end('{}');
    }, CREDENTIAL);
    const answer = await fetch(`${rig.base}/v1/messages`, ASK);
    expect(rig.received[0]?.headers['x-api-key']).toBe(KEY);
    expect(JSON.stringify([...answer.headers])).not.toContain(KEY);
    expect(answer.headers.get('x-debug')).toBe('got ***');
  });

  it('is taken out of bodies in every usual encoding, whole or cut into chunks anywhere', async () => {
    const forms = secretForms(KEY);
    rig = await startRig(async (_, response) => {
      response.writeHead(500, { 'content-type': 'text/html' });
      for (const form of forms) {
        for (let cut = 0; cut < form.length; cut += 7) {
          response.write(form.slice(cut, cut + 7));
          await new Promise(setImmediate);
        }
        response.write('\n');
      }
      response.end('end');
    }, CREDENTIAL);
    const body = await (await fetch(`${rig.base}/v1/messages`, ASK)).text();
    expect(forms.filter((form) => body.includes(form))).toEqual([]);
    expect(body.endsWith('\nend')).toBe(true);
  });

  it('is taken out of an answer of known length, which then has another one', async () => {
    rig = await startRig((_, response) => {
      const body = JSON.stringify({ echo: KEY, usage: { input_tokens: 3, output_tokens: 4 } });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    }, CREDENTIAL);
    const answer = await fetch(`${rig.base}/v1/messages`, ASK);
    expect(await answer.json()).toMatchObject({ echo: '***' });
    await expect.poll(() => rig?.traffic()).toMatchObject({ inputTokens: 3, outputTokens: 4 });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)(
    'is taken out of an answer packed with %s, which is counted all the same',
    async (encoding, pack) => {
      rig = await startRig((_, response) => {
        const body = pack(JSON.stringify({ echo: KEY, usage: { input_tokens: 3, output_tokens: 4 } }));
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': encoding,
          'content-length': body.length,
        });
        response.end(body);
      }, CREDENTIAL);
      const answer = await fetch(`${rig.base}/v1/messages`, ASK);
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(await answer.json()).toMatchObject({ echo: '***' });
      await expect
        .poll(() => rig?.traffic())
        .toMatchObject({ inputTokens: 3, outputTokens: 4, uncounted: 0 });
    },
  );
});

describe('an answer that cannot be read', () => {
  it.each(['gzip, gzip', 'zstd', 'gzip, identity'])(
    'because it is packed with %s is a 502: the key may be in it',
    async (encoding) => {
      rig = await startRig((request, response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.end(`{"echo":"${request.headers['x-api-key']}"}`);
      }, CREDENTIAL);
      const answer = await fetch(`${rig.base}/v1/messages`, ASK);
      expect(answer.status).toBe(502);
      expect(await answer.text()).toContain('cagent: the answer of the model API at model.test');
      await expect
        .poll(() => rig?.records)
        .toEqual([expect.objectContaining({ verdict: 'allowed', reason: 'upstream-failed', status: 502 })]);
    },
  );

  it('because its status is none is a 502, and the gateway goes on', async () => {
    rig = await startRig((_, response) => {
      response.socket?.end('HTTP/1.1 099 No\r\nContent-Length: 2\r\n\r\n{}');
    }, CREDENTIAL);
    expect((await fetch(`${rig.base}/v1/messages`, ASK)).status).toBe(502);
    expect((await fetch(`${rig.base}/v1/messages`, ASK)).status).toBe(502);
  });

  it('with a reason phrase that may not be sent has the usual one, and Trailer without a body is left out', async () => {
    rig = await startRig((_, response) => {
      response.socket?.end('HTTP/1.1 204 O\x01K\r\nTrailer: x\r\n\r\n');
    }, CREDENTIAL);
    const answer = await fetch(`${rig.base}/v1/messages`, ASK);
    expect([answer.status, answer.statusText]).toEqual([204, 'No Content']);
    expect(answer.headers.get('trailer')).toBeNull();
  });
});

it('a request of the agent with Trailer but without chunks reaches the provider', async () => {
  rig = await startRig((_, response) => response.end('{}'), CREDENTIAL);
  const socket = connect(Number(new URL(rig.base).port), '127.0.0.1');
  const head = 'POST /v1/messages HTTP/1.1\r\nHost: x\r\nTrailer: x\r\nConnection: close\r\n';
  socket.write(`${head}Content-Length: 2\r\n\r\n{}`);
  const [first] = await once(socket, 'data');
  socket.destroy();
  expect(String(first)).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(rig.received[0]?.headers.trailer).toBeUndefined();
});

describe('a provider that sends elsewhere', () => {
  it.each([301, 302, 307, 308])(
    'with %d is not followed: the key goes to no other server',
    async (status) => {
      const elsewhere: unknown[] = [];
      const other = createServer((request, response) => {
        elsewhere.push(request.headers);
        response.end();
      });
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/messages`;
      rig = await startRig((_, response) => {
        response.writeHead(status, { location });
        response.end();
      }, CREDENTIAL);
      const answer = await fetch(`${rig.base}/v1/messages`, { ...ASK, redirect: 'manual' });
      other.close();
      expect(answer.status).toBe(status);
      expect(elsewhere).toEqual([]);
      expect(rig.received).toHaveLength(1);
    },
  );
});
