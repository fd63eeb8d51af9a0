/** The handshake message of a ClientHello, put together from the records that carried it. */
export interface HelloMessage {
  readonly message: Buffer;
}

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const RECORD_HEADER = 5;
const LONGEST_RECORD = 2 ** 14;
const MESSAGE_HEADER = 4;
const VERSION_AND_RANDOM = 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** Post-quantum hellos take 3 kB; nobody needs more than this. */
const LONGEST_HELLO = 2 ** 16 - 1;
/** One is usual, two are seen; thousands of one byte each would only cost time. */
const MOST_RECORDS = 64;

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
 * The host that a ClientHello names; `undefined` when it names none, or in a way that servers could read
 * differently. Strict: each length has to fit to the byte (RFC 8446, 4.1.2; RFC 6066, 3). Written here, since the
 * library for it (which the tests compare this with) waits for every field and so costs a millisecond for each
 * connection.
 */
export function serverNameOf({ message }: HelloMessage): string | undefined {
  const body = createFields(message.subarray(MESSAGE_HEADER));
  body.skip(VERSION_AND_RANDOM);
  body.vector(1);
  body.vector(2);
  body.vector(1);
  const extensions = createFields(body.vector(2));
  if (!body.ended()) return undefined;
  const names: Buffer[] = [];
  while (!extensions.ended()) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    if (type === SERVER_NAME) names.push(data);
  }
  return extensions.broken() || names.length !== 1 ? undefined : hostNameIn(names[0] as Buffer);
}

/** A list of exactly one name, of the only type that exists. */
function hostNameIn(extension: Buffer): string | undefined {
  const outer = createFields(extension);
  const list = createFields(outer.vector(2));
  const type = list.number(1);
  const name = list.vector(2);
  const whole = outer.ended() && list.ended() && !outer.broken() && !list.broken();
  const text = name.toString('latin1');
  return whole && type === HOST_NAME && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

/** Reads fields one after the other. What does not fit is broken, reads as empty, and ends everything. */
interface Fields {
  skip(length: number): void;
  number(bytes: number): number;
  /** Bytes with their length in front. */
  vector(lengthBytes: number): Buffer;
  ended(): boolean;
  broken(): boolean;
}

function createFields(bytes: Buffer): Fields {
  let at = 0;
  let broken = false;
  function take(length: number): Buffer {
    if (broken || at + length > bytes.length) {
      broken = true;
      at = bytes.length;
      return Buffer.alloc(0);
    }
    at += length;
    return bytes.subarray(at - length, at);
  }
  function number(length: number): number {
    const field = take(length);
    return field.length === length ? field.readUIntBE(0, length) : 0;
  }
  return {
    skip: (length) => void take(length),
    number,
    vector: (lengthBytes) => take(number(lengthBytes)),
    ended: () => at === bytes.length,
    broken: () => broken,
  };
}
