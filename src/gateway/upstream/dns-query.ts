import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decode, encode, type Packet, RECURSION_DESIRED, streamEncode, TRUNCATED_RESPONSE } from 'dns-packet';
import type { ResolverAddress } from './resolver-addresses.js';

export interface DnsQuestion {
  readonly name: string;
  readonly type: 'A' | 'NS';
}

/**
 * Asks one resolver once, by UDP, and by TCP when the answer is cut off or nobody is there for UDP. `undefined`: no
 * answer in time.
 */
export async function askResolver(
  resolver: ResolverAddress,
  question: DnsQuestion,
  timeoutMs: number,
): Promise<Packet | undefined> {
  const query: Packet = { type: 'query', id: randomId(), flags: RECURSION_DESIRED, questions: [question] };
  const answer = await askOverUdp(resolver, query, timeoutMs);
  if (answer === 'closed') return askOverTcp(resolver, query, timeoutMs);
  const cut = ((answer?.flags ?? 0) & TRUNCATED_RESPONSE) !== 0;
  return cut ? ((await askOverTcp(resolver, query, timeoutMs)) ?? answer) : answer;
}

/** Unpredictable for whoever wants to answer in the resolver's place. */
function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0] as number;
}

/** A connected socket on a port of its own: the kernel drops what others send, and the id has to fit too. */
function askOverUdp(
  resolver: ResolverAddress,
  query: Packet,
  timeoutMs: number,
): Promise<Packet | 'closed' | undefined> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const finish = (answer?: Packet | 'closed'): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs);
    socket.on('error', () => finish('closed'));
    socket.on('message', (message) => {
      const answer = answerTo(query, message);
      if (answer !== undefined) finish(answer);
    });
    socket.connect(resolver.port, resolver.address, () => socket.send(encode(query), () => {}));
  });
}

function askOverTcp(
  resolver: ResolverAddress,
  query: Packet,
  timeoutMs: number,
): Promise<Packet | undefined> {
  const socket = connect({ host: resolver.address, port: resolver.port });
  return new Promise((resolve) => {
    const finish = (answer?: Packet): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs);
    let received = Buffer.alloc(0);
    socket.on('error', () => finish());
    socket.on('close', () => finish());
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      finish(answerTo(query, received.subarray(2, received.readUInt16BE(0) + 2)));
    });
    socket.write(streamEncode(query));
  });
}

function answerTo(query: Packet, message: Buffer): Packet | undefined {
  try {
    const answer = decode(message);
    return answer.type === 'response' && answer.id === query.id ? answer : undefined;
  } catch {
    return undefined;
  }
}
