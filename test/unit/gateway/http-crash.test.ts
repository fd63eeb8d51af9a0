import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConnections } from '../../../src/gateway/connection/connections.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { createHttpRig, HOST, type HttpRig, OK } from './http-rig.js';

/**
 * What made the gateway's process throw where nobody catches it. An agent that ends the gateway ends its record. The
 * test runner fails for errors that nobody catches, so each of these would.
 */

let rig: HttpRig;

beforeEach(() => {
  rig = createHttpRig();
});
afterEach(() => rig.close());

describe("an agent's request", () => {
  it.each([
    ['a GET with Trailer', `GET / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nConnection: close\r\n\r\n`],
    [
      'a POST of known length with Trailer',
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTrailer: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`,
    ],
    [
      'a WebSocket handshake with Trailer',
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nTrailer: x\r\n\r\n`,
    ],
  ])('%s passes, and is on record', async (_name, request) => {
    expect(await exchange(request)).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(rig.arrived()).not.toMatch(/^trailer:/im);
    await recorded({ verdict: 'allowed', status: 200 });
  });

  it('keeps the trailers of a chunked body, and what announces them', async () => {
    await exchange(
      `POST / HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n`,
    );
    expect(rig.arrived()).toContain('Trailer: x-sum\r\n');
    expect(rig.arrived()).toContain('0\r\nx-sum: 7\r\n\r\n');
  });

  it('over HTTP/2 with trailer passes to a destination with HTTP/1.1, and is on record', async () => {
    const session = await rig.connectHttp2(rig.destination(OK));
    const status = await new Promise((resolve, reject) => {
      const stream = session.request({ ':path': '/', ':authority': HOST, trailer: 'x' });
      stream.on('error', reject);
      stream.on('response', (headers) => resolve(headers[':status']));
      stream.resume();
    });
    expect(status).toBe(200);
    await recorded({ verdict: 'allowed', status: 200 });
  });
});

describe("a destination's answer", () => {
  const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
  const UPGRADE = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;

  it.each([GET, UPGRADE])('has its reason phrase replaced: %j', async (request) => {
    expect(await exchange(request, OK.replace('OK', 'O\x01K'))).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    await recorded({ status: 200 });
  });

  it.each([
    ['099', GET],
    ['000', GET],
    ['099', UPGRADE],
  ])('with status %s is a 502, and on record: %j', async (status, request) => {
    expect(await exchange(request, OK.replace('200', status))).toMatch(
      /^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]*cagent: upstream-failed/,
    );
    await recorded({ verdict: 'allowed', reason: 'upstream-failed', status: 502 });
  });

  it.each([
    ['204 No Content', 'GET'],
    ['304 Not Modified', 'GET'],
    ['200 OK', 'HEAD'],
  ])('of %s to %s with Trailer but no body passes', async (status, method) => {
    const answer = `HTTP/1.1 ${status}\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    expect(await exchange(GET.replace('GET', method), answer)).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status}\r\n`),
    );
    await recorded({ status: Number(status.slice(0, 3)) });
  });

  it('keeps the trailers of a chunked body, and what announces them', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n';
    const received = await exchange(GET, answer);
    expect(received).toContain('Trailer: x-sum\r\n');
    expect(received).toContain('0\r\nx-sum: 7\r\n\r\n');
  });

  it('that changes the protocol unasked is a 502, and on record', async () => {
    const answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
    expect(await exchange(GET, answer)).toMatch(/^HTTP\/1\.1 502 /);
    await recorded({ verdict: 'allowed', reason: 'upstream-failed', status: 502 });
  });

  it('to HTTP/1.0, which has no chunks, passes without its trailers', async () => {
    const answer =
      'HTTP/1.1 200 OK\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 7\r\n\r\n';
    expect(await exchange(`GET / HTTP/1.0\r\nHost: ${HOST}\r\n\r\n`, answer)).toMatch(/\r\n\r\nhi$/);
  });
});

it('work that fails is no error that nobody catches, and is not waited for', async () => {
  const connections = createConnections();
  connections.track(Promise.reject(new Error('boom')));
  await connections.drain();
});

function recorded(expected: Partial<NewRecord>): Promise<void> {
  return expect.poll(() => rig.records).toEqual([expect.objectContaining(expected)]);
}

/** Sends the bytes through the real proxy to a destination with this answer. */
function exchange(request: string, answer = OK): Promise<string> {
  return rig.exchange(request, rig.destination(answer));
}
