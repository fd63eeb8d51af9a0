import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOST_WAITING } from '../../../src/gateway/http/waiting-requests.js';
import { createHttpRig, HOST, type HttpRig, OK } from './http-rig.js';

/** Requests that an agent sends before it has the answers to earlier ones. */

let rig: HttpRig;

beforeEach(() => {
  rig = createHttpRig();
});
afterEach(() => rig.close());

const GETS = ['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`).join('');

describe.each([
  ['a tunnel', `CONNECT ${HOST}:80 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`, `${HOST}:80`],
  [
    'an upgrade',
    `GET /d HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    '/d',
  ],
])('%s that is asked for before earlier answers have come', (_name, request, path) => {
  it('ends the connection and not the gateway, and each request is on record once', async () => {
    expect(await rig.exchange(GETS + request, rig.destination())).toBe('');
    await expect.poll(() => rig.records.map((record) => [record.path, record.verdict])).toHaveLength(4);
    expect(rig.records).toContainEqual(
      expect.objectContaining({ verdict: 'blocked', reason: 'http-malformed', host: HOST, path }),
    );
    expect(rig.records.map((record) => record.path).sort()).toEqual(['/a', '/b', '/c', path].sort());
  });

  it('takes those along that have not left yet', async () => {
    await rig.exchange(GETS + request, rig.destination());
    // By the time that this one is answered they would have come.
    const later = `GET /later HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
    await rig.exchange(later, rig.destination(OK));
    expect(rig.arrived()).not.toMatch(/GET \/[bc]/);
  });
});

it('when the connection ends, each request is on record once', async () => {
  const client = await rig.connect(rig.destination());
  client.write(GETS);
  await expect.poll(() => rig.arrived()).toContain('GET /a');
  client.destroy();
  await expect.poll(() => rig.records.map((record) => record.path).sort()).toEqual(['/a', '/b', '/c']);
});

it('of requests without end, a hundred wait, and the next one ends the connection, on record', async () => {
  const request = `GET /more HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
  expect(await rig.exchange(request.repeat(1_000), rig.destination())).toBe('');
  const count = (match: object): number =>
    rig.records.filter((record) =>
      Object.entries(match).every(([key, value]) => record[key as never] === value),
    ).length;
  await expect.poll(() => count({ verdict: 'allowed' })).toBe(MOST_WAITING);
  expect(count({ verdict: 'blocked', reason: 'too-many-connections', path: '/more' })).toBeGreaterThan(0);
});
