import { METHODS } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { getExtensionData, readTlsClientHello } from 'read-tls-client-hello';
import { beforeAll, describe, expect, test } from 'vitest';
import { classify, REQUEST_METHODS } from '../../../src/gateway/connection/classify.js';
import { readHelloMessage, serverNameOf } from '../../../src/gateway/connection/tls-hello.js';

let hello: Buffer;
let nameless: Buffer;

/** The first bytes of a real client. */
function helloOf(servername: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      connect({ host: '127.0.0.1', port, servername }).on('error', () => {});
    });
  });
}

beforeAll(async () => {
  hello = await helloOf('api.example.com');
  nameless = await helloOf('');
});

/** The same message in records of a given size. */
function inRecords(bytes: Buffer, size: number): Buffer {
  const message = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const fragment = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, fragment.length >> 8, fragment.length & 255]), fragment);
  }
  return Buffer.concat(records);
}

async function nameIn(bytes: Buffer): Promise<string | undefined> {
  const found = readHelloMessage(bytes);
  return typeof found === 'string' ? found : serverNameOf(found);
}

describe('a ClientHello', () => {
  test('gives its name, whole or in records', async () => {
    expect(await nameIn(hello)).toBe('api.example.com');
    expect(await nameIn(inRecords(hello, 40))).toBe('api.example.com');
    expect(await nameIn(inRecords(hello, 200))).toBe('api.example.com');
  });

  test('gives no name when it has none', async () => {
    expect(await nameIn(nameless)).toBeUndefined();
  });

  test('is awaited until its last byte', () => {
    for (let length = 0; length < hello.length; length++)
      expect(readHelloMessage(hello.subarray(0, length))).toBe('more');
  });

  test('in too many records is none', () => {
    expect(readHelloMessage(inRecords(hello, 1))).toBe('not-tls');
  });

  test('with two server names is taken for nameless', async () => {
    const at = hello.indexOf('api.example.com') - 9;
    const extension = hello.subarray(at, at + 9 + 'api.example.com'.length);
    const doubled = Buffer.concat([hello.subarray(0, at), extension, hello.subarray(at)]);
    doubled.writeUInt16BE(doubled.length - 5, 3);
    doubled.writeUIntBE(doubled.length - 9, 6, 3);
    const extensions = 9 + 2 + 32 + 1 + (hello[43] as number);
    const ciphers = hello.readUInt16BE(extensions);
    const lengthAt = extensions + 2 + ciphers + 1 + (hello[extensions + 2 + ciphers] as number);
    doubled.writeUInt16BE(hello.readUInt16BE(lengthAt) + extension.length, lengthAt);
    expect(await nameIn(doubled)).toBeUndefined();
  });

  test('is read like the library reads it, or not at all, whatever the damage', async () => {
    const damage = fc.array(fc.tuple(fc.nat(hello.length - 6), fc.nat(255)), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        const copy = Buffer.from(hello);
        for (const [at, byte] of bytes) copy[at + 5] = byte;
        const found = readHelloMessage(copy);
        if (typeof found === 'string') return;
        const own = serverNameOf(found);
        if (own !== undefined) expect(own).toBe(await nameByLibrary(found.message));
      }),
      { numRuns: 1_000 },
    );
  });

  test('any bytes give an answer', () => {
    const start = [22, 3, 1, 0, 200, 1, 0, 0, 196];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 196, maxLength: 196 }), (bytes) => {
        const found = readHelloMessage(Buffer.from([...start, ...bytes]));
        expect(typeof found).toBe('object');
        if (typeof found === 'object') expect(['string', 'undefined']).toContain(typeof serverNameOf(found));
      }),
      { numRuns: 5_000 },
    );
  });
});

/** The independent reading that ours is compared with. */
async function nameByLibrary(message: Buffer): Promise<string | undefined> {
  const header = Buffer.from([22, 3, 1, message.length >> 8, message.length & 255]);
  const parsed = await readTlsClientHello(
    Readable.from([Buffer.concat([header, message])], { objectMode: false }),
  );
  return getExtensionData(parsed, 'server_name')?.serverName;
}

describe('the first bytes of a connection', () => {
  test('the list of methods is Node’s', () => {
    expect([...REQUEST_METHODS].sort()).toEqual([...METHODS, 'PRI'].sort());
  });

  test.each<[string, string | undefined]>([
    ['', undefined],
    ['G', undefined],
    ['GET', undefined],
    ['GET / HTTP/1.1\r\n', 'http'],
    ['\r\n\r\nPOST /', 'http'],
    ['PRI * HTTP/2.0', 'http'],
    ['get / ', 'tcp'],
    ['SSH-2.0', 'tcp'],
    ['GETX /', 'tcp'],
    ['\x16', undefined],
    ['\x16\x03\x01', undefined],
    ['\x16\x02', 'tcp'],
    ['\0\0\0\x08', 'tcp'],
    ['\r\n'.repeat(200), 'tcp'],
  ])('%j', (text, expected) => {
    expect(classify(Buffer.from(text, 'latin1'))?.protocol).toBe(expected);
  });

  test('a hello', () => {
    expect(classify(hello)?.protocol).toBe('tls');
  });
});
