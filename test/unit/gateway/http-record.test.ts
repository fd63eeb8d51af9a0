import { expect, it } from 'vitest';
import { createHttpRig, HOST } from './http-rig.js';

/** Not one that was free a moment ago: the kernel may give that to another test. */
const NOBODY = 1;

it.each([
  ['a request', 'Connection: close'],
  ['a WebSocket handshake', 'Connection: Upgrade\r\nUpgrade: websocket'],
])('%s that gets no connection has the address on record where it was tried', async (_name, connection) => {
  const rig = createHttpRig();
  try {
    const answer = await rig.exchange(
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${connection}\r\n\r\n`,
      Promise.resolve(NOBODY),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    await expect
      .poll(() => rig.records)
      .toEqual([expect.objectContaining({ reason: 'upstream-failed', ip: '198.51.100.7', status: 502 })]);
  } finally {
    rig.close();
  }
});
