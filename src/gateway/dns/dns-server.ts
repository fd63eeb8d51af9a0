import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';

/** Answers one DNS message; `undefined`: silence. */
export type DnsAnswerer = (message: Buffer) => Promise<Buffer | undefined>;

/** Milliseconds without a question after which a DNS connection is closed. */
const IDLE_MS = 10_000;

/** Serves DNS over UDP on the gateway's own address. */
export function serveDnsOverUdp(address: string, answer: DnsAnswerer): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', async (message, from) => {
    const reply = await answer(message);
    if (reply !== undefined) socket.send(reply, from.port, from.address, () => {});
  });
  return new Promise((resolve, reject) => {
    // Stays: an error later on would end the gateway, and concerns one datagram.
    socket.on('error', reject);
    socket.bind(53, address, () => resolve(socket));
  });
}

/** Serves DNS on an accepted TCP connection: messages with a length of two bytes in front. */
export function serveDnsOverTcp(client: Socket, answer: DnsAnswerer): void {
  let pending = Buffer.alloc(0);
  client.setTimeout(IDLE_MS, () => client.destroy());
  client.on('error', () => {});
  client.on('data', async (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let length = nextLength(pending); length !== undefined; length = nextLength(pending)) {
      const message = pending.subarray(2, 2 + length);
      pending = pending.subarray(2 + length);
      const reply = await answer(message);
      // Who asks and does not listen is not asked for more: the answers would fill this process's memory.
      if (reply !== undefined && client.writable && !client.write(withLength(reply))) client.pause();
    }
  });
  client.on('drain', () => client.resume());
  client.on('end', () => client.end());
  client.resume();
}

/** The length of the first whole message. */
function nextLength(pending: Buffer): number | undefined {
  if (pending.length < 2) return undefined;
  const length = pending.readUInt16BE(0);
  return pending.length >= length + 2 ? length : undefined;
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
