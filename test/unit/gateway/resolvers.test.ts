import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { decode, encode, type Packet, streamEncode } from 'dns-packet';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { anyResolverAnswers, createNameResolver } from '../../../src/gateway/upstream/name-resolver.js';
import type { ResolverAddress } from '../../../src/gateway/upstream/resolver-addresses.js';

/** Resolvers in several moods, on loopback. */

const NAME = 'api.example.com';
const ADDRESS = '198.51.100.7';
const closers: (() => void)[] = [];

afterEach(() => {
  if (vi.isFakeTimers()) vi.runOnlyPendingTimers();
  vi.useRealTimers();
  for (const close of closers.splice(0)) close();
});

function answerTo(query: Packet): Packet {
  const [question] = query.questions ?? [];
  const known = question?.name === NAME && question.type === 'A';
  return {
    type: 'response',
    ...(query.id === undefined ? {} : { id: query.id }),
    questions: query.questions ?? [],
    answers: known ? [{ type: 'A', name: NAME, ttl: 0, data: ADDRESS }] : [],
  };
}

/** @param answers whether it answers this question, or says nothing */
async function overUdp(answers: (query: Packet) => boolean): Promise<ResolverAddress> {
  const socket = createSocket('udp4');
  closers.push(() => socket.close());
  socket.on('message', (message, from) => {
    const query = decode(message);
    if (answers(query)) socket.send(encode(answerTo(query)), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: '127.0.0.1', port: socket.address().port };
}

/** Nothing listens for UDP on its port. */
async function overTcpAlone(): Promise<ResolverAddress> {
  const server = createServer((client) => {
    client.on('data', (message) => client.write(streamEncode(answerTo(decode(message.subarray(2))))));
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe('a resolver', () => {
  it('that serves TCP alone is asked by TCP', async () => {
    const resolver = createNameResolver([await overTcpAlone()], () => performance.now());
    expect(await resolver.addressesOf(NAME)).toEqual([ADDRESS]);
  });

  it('that knows nothing of the root counts as one that answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const root = Promise.withResolvers<void>();
    const resolver = await overUdp(({ questions }) => {
      if (questions?.[0]?.name === '.') root.resolve();
      return questions?.[0]?.name === NAME;
    });
    const answers = anyResolverAnswers([resolver], ['other.example', NAME], 300);
    await root.promise;
    vi.advanceTimersByTime(300);
    expect(await answers).toBe(true);
  });

  it('that answers for the root is asked for no name before the agent connects', async () => {
    const asked: string[] = [];
    const resolver = await overUdp(({ questions }) => asked.push(questions?.[0]?.name ?? '') > 0);
    expect(await anyResolverAnswers([resolver], [NAME], 60_000)).toBe(true);
    expect(asked).toEqual(['.']);
  });

  it('that answers makes up for another one that is silent', async () => {
    const resolvers = [await overUdp(() => false), await overUdp(() => true)];
    expect(await anyResolverAnswers(resolvers, [], 60_000)).toBe(true);
  });

  it('that says nothing at all does not count', async () => {
    expect(await anyResolverAnswers([await overUdp(() => false)], [NAME], 100)).toBe(false);
  });
});
