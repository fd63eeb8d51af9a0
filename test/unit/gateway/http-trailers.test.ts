import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpRig, HOST, type HttpRig, OK } from './http-rig.js';

/** Trailers come when the head has long been judged and sent on. */

let rig: HttpRig;

beforeEach(() => {
  rig = createHttpRig();
});
afterEach(() => rig.close());

const JUDGED = ['Host: other.example', 'X-Sum: 7'].map((line) => `${line}\r\n`).join('');

/** What parsers of trailers have stumbled over. */
const ODD = [
  'x-sum: \xfc',
  'x-sum: \x01',
  'x-sum: \x7f',
  'x(: 1',
  ': 1',
  ':status: 200',
  ':path: /other',
  'content-length: 7',
  'transfer-encoding: chunked',
  'connection: x-sum',
  'te: trailers',
  'set-cookie: a\r\nset-cookie: b',
  'x-sum: 1\r\nx-sum: 2',
  '__proto__: x',
  `x-long: ${'a'.repeat(500)}`,
];

function chunked(head: string, trailers: string): string {
  return `${head}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n${trailers}\r\n`;
}

describe('trailers of a request', () => {
  it('do not name another host than the one that was judged', async () => {
    await rig.exchange(chunked(`POST / HTTP/1.1\r\nHost: ${HOST}`, JUDGED), rig.destination(OK));
    expect(rig.arrived()).toMatch(/\r\n0\r\nX-Sum: 7\r\n\r\n$/);
  });

  it('of HTTP/2 neither', async () => {
    const session = await rig.connectHttp2(rig.destination(OK));
    const stream = session.request(
      { ':method': 'POST', ':path': '/', ':authority': HOST },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ host: 'other.example', 'x-sum': '7' }));
    stream.end('hi');
    await new Promise((resolve) => stream.once('response', resolve));
    expect(rig.arrived()).toMatch(/\r\n0\r\nx-sum: 7\r\n\r\n$/);
  });

  it.each(ODD)('do not end the gateway, and the request is on record: %s', async (line) => {
    const client = await rig.connect(rig.destination(OK));
    client.write(chunked(`POST / HTTP/1.1\r\nHost: ${HOST}`, `${line}\r\n`), 'latin1');
    await expect.poll(() => rig.records).not.toEqual([]);
    client.destroy();
    await expect
      .poll(() => rig.records)
      .toContainEqual(expect.objectContaining({ host: HOST, method: 'POST', path: '/' }));
  });
});

describe('trailers of an answer', () => {
  const recorded = () =>
    expect.poll(() => rig.records).toEqual([expect.objectContaining({ host: HOST, status: 200 })]);

  it.each(ODD)('do not end the gateway, and the request is on record: %s', async (line) => {
    const client = await rig.connect(rig.destination(chunked('HTTP/1.1 200 OK', `${line}\r\n`)));
    client.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    client.resume();
    await recorded();
    client.destroy();
  });

  it.each(ODD)('to an agent with HTTP/2 neither: %s', async (line) => {
    const session = await rig.connectHttp2(rig.destination(chunked('HTTP/1.1 200 OK', `${line}\r\n`)));
    const stream = session.request({ ':path': '/', ':authority': HOST });
    stream.on('error', () => {}).resume();
    await recorded();
  });
});
