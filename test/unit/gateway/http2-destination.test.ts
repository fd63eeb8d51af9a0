import { connect as connectHttp2, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpRig, HOST, type HttpRig } from './http-rig.js';

let rig: HttpRig;

beforeEach(() => {
  rig = createHttpRig();
});
afterEach(() => rig.close());

describe('a destination with HTTP/2', () => {
  /** A session with one that answers each request as told. */
  async function sessionWith(answer: (stream: ServerHttp2Stream) => void) {
    const server = createServer({ strictSingleValueFields: false }).on('stream', answer);
    server.on('sessionError', () => {});
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    session.on('error', () => {});
    const stop = (): void => {
      session.destroy();
      server.close();
    };
    return { open: async () => ({ kind: 'h2', session, address: '198.51.100.7' }) as const, stop };
  }

  it('whose answer cannot be said again gives 502, and is on record', async () => {
    const upstream = await sessionWith((stream) => {
      // May stand only once.
      stream.respond({ ':status': 200, etag: ['"1"', '"2"'] as never });
      stream.end('ok');
    });
    try {
      const session = await rig.connectHttp2(rig.destination(), upstream.open);
      const stream = session.request({ ':path': '/', ':authority': HOST });
      const status = new Promise((resolve) => stream.once('response', (head) => resolve(head[':status'])));
      stream.resume();
      expect(await status).toBe(502);
      await expect
        .poll(() => rig.records)
        .toEqual([expect.objectContaining({ reason: 'upstream-failed', status: 502 })]);
    } finally {
      upstream.stop();
    }
  });

  it('is not to blame for a stream that the agent gives up', async () => {
    let begun = (): void => {};
    const arrival = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const upstream = await sessionWith((stream) => {
      stream.on('error', () => {}).pause();
      begun();
    });
    try {
      const session = await rig.connectHttp2(rig.destination(), upstream.open);
      const stream = session.request({ ':method': 'POST', ':path': '/', ':authority': HOST });
      stream.on('error', () => {});
      // More than fits into the windows of both ways, so that some of it waits in the gateway.
      stream.write(Buffer.alloc(1_000_000));
      await arrival;
      await new Promise((resolve) => setTimeout(resolve, 100));
      stream.close(constants.NGHTTP2_CANCEL);
      await expect
        .poll(() => rig.records)
        .toEqual([expect.objectContaining({ verdict: 'allowed', reason: 'rule', path: '/' })]);
    } finally {
      upstream.stop();
    }
  });
});
