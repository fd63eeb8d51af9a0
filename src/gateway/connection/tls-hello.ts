import { Readable } from 'node:stream';
import { getExtensionData, readTlsClientHello } from 'read-tls-client-hello';

/** The handshake message of a ClientHello, put together from the records that carried it. */
export interface HelloMessage {
  readonly message: Buffer;
}

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const LONGEST_RECORD = 2 ** 14;
const MESSAGE_HEADER = 4;
/** Post-quantum hellos take 3 kB; nobody needs more than this. */
const LONGEST_HELLO = 2 ** 16 - 1;
/** One is usual, two are seen; thousands of one byte each would only cost time. */
const MOST_RECORDS = 16;

/**
 * Puts the ClientHello at the start of a connection together: it may come in any number of segments and records.
 * `more`: not all of it is there yet. `not-tls`: this is something else.
 */
export function readHelloMessage(received: Buffer): HelloMessage | 'more' | 'not-tls' {
  const parts: Buffer[] = [];
  let collected = 0;
  for (let at = 0; parts.length < MOST_RECORDS; ) {
    const header = received.subarray(at, at + RECORD_HEADER);
    if (header.length > 0 && header[0] !== HANDSHAKE_RECORD) return 'not-tls';
    if (header.length > 1 && header[1] !== 3) return 'not-tls';
    if (header.length < RECORD_HEADER) return 'more';
    const length = header.readUInt16BE(3);
    if (length === 0 || length > LONGEST_RECORD) return 'not-tls';
    const fragment = received.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length);
    parts.push(fragment);
    collected += fragment.length;
    const message = parts.length === 1 ? fragment : Buffer.concat(parts);
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return 'not-tls';
    if (message.length >= MESSAGE_HEADER) {
      const size = MESSAGE_HEADER + message.readUIntBE(1, 3);
      if (size > LONGEST_HELLO) return 'not-tls';
      if (message.length >= size) return { message: message.subarray(0, size) };
    }
    if (fragment.length < length || collected > LONGEST_HELLO) return 'more';
    at += RECORD_HEADER + length;
  }
  return 'not-tls';
}

/**
 * The host that a ClientHello names; `undefined` when it names none, or names in a way that servers could read
 * differently.
 */
export async function serverNameOf({ message }: HelloMessage): Promise<string | undefined> {
  // The parser knows hellos in one record only, so it gets one, whatever the wire had.
  const header = Buffer.from([HANDSHAKE_RECORD, 3, 1, message.length >> 8, message.length & 0xff]);
  const record = Readable.from([Buffer.concat([header, message])], { objectMode: false });
  try {
    const hello = await readTlsClientHello(record);
    if (hello.extensions.filter(({ id }) => id === 0).length !== 1) return undefined;
    return getExtensionData(hello, 0)?.serverName;
  } catch {
    return undefined;
  } finally {
    record.destroy();
  }
}
