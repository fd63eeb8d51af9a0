import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHttpRig, HOST, type HttpRig, OK } from './http-rig.js';

/** Requests that are refused while their bodies are still on the way. */

let rig: HttpRig;

beforeEach(() => {
  rig = createHttpRig();
});
afterEach(() => rig.close());

const SIZE = 1_000_000;

it.each([
  ['with a length', `Content-Length: ${SIZE}`, 'x'.repeat(SIZE)],
  ['in chunks', 'Transfer-Encoding: chunked', `${SIZE.toString(16)}\r\n${'x'.repeat(SIZE)}\r\n0\r\n\r\n`],
])(
  'a body %s can be sent to its end, and the refusal is read: nothing of it leaves',
  async (_how, framing, body) => {
    const client = await rig.connect(rig.destination(OK));
    // Like curl, which sends and reads independently of each other.
    client.allowHalfOpen = true;
    const closed = new Promise((resolve) => client.once('close', resolve));
    let received = '';
    let error: Error | undefined;
    client.on('error', (thrown) => {
      error = thrown;
    });
    client.setEncoding('latin1').on('data', (text: string) => {
      received += text;
    });
    client.write(`PUT /refused HTTP/1.1\r\nHost: ${HOST}\r\n${framing}\r\n\r\n`);
    await expect.poll(() => received).toContain('cagent: method-not-allowed');
    client.end(body);
    await closed;
    expect(error).toBeUndefined();
    expect(received).toMatch(/^HTTP\/1.1 403 /);
    expect(rig.records).toMatchObject([{ verdict: 'blocked', path: '/refused', status: 403 }]);
    expect(rig.arrived()).toBe('');
  },
);

it('a client that goes with its body half sent is on record once', async () => {
  const client = await rig.connect(rig.destination(OK));
  client.resume();
  client.write(`PUT /refused HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${SIZE}\r\n\r\nhalf`);
  await expect.poll(() => rig.records).toHaveLength(1);
  client.destroy();
  await rig.exchange(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`, rig.destination(OK));
  expect(rig.records).toHaveLength(2);
});
