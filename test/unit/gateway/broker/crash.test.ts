import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type BrokerContext, createBrokers } from '../../../../src/gateway/broker/broker.js';
import { MOST_WAITING } from '../../../../src/gateway/http/waiting-requests.js';
import type { NewRecord } from '../../../../src/gateway/record/egress-log.js';
import { type Rig, startRig } from './upstream.js';

/**
 * What an agent sends that no client library would. The test runner fails for errors that nobody catches, and so would
 * the gateway, with its record.
 */

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const ASK = 'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';

/** Sends the bytes, and gives what comes back until the connection ends. */
function send(base: string, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(base).port) });
  socket.on('error', () => {});
  socket.write(text);
  return new Promise((resolve) => {
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('close', () => resolve(answer));
  });
}

it('a tunnel that is asked for before earlier answers have come ends the connection, and all is on record', async () => {
  rig = await startRig(() => {});
  await send(rig.base, `${ASK}${ASK}CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`);
  const { records } = rig;
  await expect
    .poll(() => records.map(({ method, path, verdict }) => [method, path, verdict]).sort())
    .toEqual([
      ['CONNECT', 'x:1', 'blocked'],
      ['POST', '/v1/messages', 'allowed'],
      ['POST', '/v1/messages', 'allowed'],
    ]);
  expect(rig.traffic()?.requests).toBe(2);
});

it('of requests without end, a hundred wait, and the next one ends the connection, on record', async () => {
  rig = await startRig(() => {});
  await send(rig.base, ASK.repeat(1_000));
  const count = (reason: string): number =>
    rig?.records.filter((record) => record.reason === reason).length ?? 0;
  await expect.poll(() => count('rule')).toBe(MOST_WAITING);
  expect(count('too-many-connections')).toBeGreaterThan(0);
});

describe('is on record', () => {
  it.each([
    ['what is no HTTP', 'NONSENSE\r\n\r\n', { reason: 'http-malformed', verdict: 'blocked', status: 400 }],
    [
      'two lengths',
      ASK.replace('Content-Length: 2', 'Content-Length: 2\r\nContent-Length: 3'),
      { reason: 'http-malformed', verdict: 'blocked', status: 400 },
    ],
    [
      'a request without Host',
      'GET /v1/other?key=secret HTTP/1.1\r\nConnection: close\r\n\r\n',
      { reason: 'path-not-allowed', verdict: 'blocked', path: '/v1/other', status: 403 },
    ],
  ])('%s', async (_name, text, record) => {
    rig = await startRig((_, response) => response.end('{}'));
    await send(rig.base, text);
    expect(rig.records).toEqual([expect.objectContaining(record)]);
  });

  it('a connection that is one too many', () => {
    const records: NewRecord[] = [];
    const brokers = createBrokers(
      [
        {
          ...{ provider: 'anthropic', port: 8101, private: false, credential: {}, budget: {} },
          upstream: { scheme: 'https', host: 'model.test', port: 443, path: '' },
        },
      ],
      {
        log: { add: (record) => void records.push(record), flush: () => {}, close: () => {} },
        connections: { admit: () => false } as unknown as BrokerContext['connections'],
        dial: async () => ({ ok: false, reason: 'upstream-failed' }),
        extraRoots: undefined,
        onTraffic: () => {},
      },
    );
    let reset = false;
    const client = {
      localPort: 8101,
      resetAndDestroy: () => {
        reset = true;
      },
    };
    brokers.accept(client as never);
    brokers.close();
    expect(reset).toBe(true);
    expect(records).toEqual([
      expect.objectContaining({
        verdict: 'blocked',
        reason: 'too-many-connections',
        host: 'model.test',
        rule: 'broker:anthropic',
      }),
    ]);
  });

  it('a request that fails in a way that nobody foresaw', async () => {
    let asked = 0;
    rig = await startRig((_, response) => response.end('{}'), {
      onTraffic: () => {
        asked += 1;
        if (asked === 1) throw new Error('boom');
      },
    });
    await send(rig.base, ASK.replace('Host: x', 'Host: x\r\nConnection: close'));
    await expect
      .poll(() => rig?.records)
      .toContainEqual(
        expect.objectContaining({ verdict: 'blocked', reason: 'http-malformed', path: '/v1/messages' }),
      );
  });
});
