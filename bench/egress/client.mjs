// The agent of the bench: takes orders as JSON lines and answers each with one. Names are resolved once, outside of
// what is timed; with `proxy` every connection begins with CONNECT.
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';

const [name, fixedAddress, proxy] = process.argv.slice(2);
// A peer that ends TLS shows a certificate of its own.
const trust = { ca: readFileSync('/certs/ca.crt'), rejectUnauthorized: proxy === undefined };
let address = fixedAddress;
let held = [];
/** For each of the connections that are made at once. */
const PATIENCE_MS = 60_000;

async function tcp() {
  address ||= (await lookup(name, { family: 4 })).address;
  const [host, port] = proxy === undefined ? [address, 443] : proxy.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (proxy === undefined) return socket;
  socket.write(`CONNECT ${name}:443 HTTP/1.1\r\nHost: ${name}:443\r\n\r\n`);
  const answer = await once(socket, 'data');
  if (!/^HTTP\/1\.[01] 200 /.test(answer)) throw new Error(`the proxy says ${answer}`);
  return socket;
}

async function tls() {
  const socket = connectTls({ socket: await tcp(), servername: name, ...trust });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

function once(socket, event) {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed before ${event}`)));
  });
}

/** One request; resolves with the body's bytes when all of it is there. */
function get(socket, bytes) {
  return new Promise((resolve, reject) => {
    let expected;
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (expected === undefined) {
        const head = chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end === -1 || !head.startsWith('HTTP/1.1 200')) reject(new Error(head.slice(0, 200)));
        expected = end + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
      }
      if (received >= expected) resolve(received);
    });
    socket.once('close', () => reject(new Error(`closed after ${received} bytes`)));
    socket.write(`GET /?bytes=${bytes} HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
  });
}

const orders = {
  /** Milliseconds of new connections, one after the other: until TLS stands, and until the first answer. */
  async latency({ count }) {
    const connects = [];
    const requests = [];
    for (let at = 0; at < count; at++) {
      const began = performance.now();
      const socket = await tls();
      connects.push(performance.now() - began);
      await get(socket, 2);
      requests.push(performance.now() - began);
      socket.destroy();
    }
    return { connects, requests };
  },
  /** Megabytes a second. */
  async download({ bytes }) {
    const socket = await tls();
    const began = performance.now();
    await get(socket, bytes);
    const took = performance.now() - began;
    socket.destroy();
    return { rate: bytes / 1e3 / took };
  },
  /** Opens connections, all at once, asks each for one answer, and keeps them. */
  async hold({ count }) {
    const opened = await Promise.allSettled(
      Array.from({ length: count }, async () => {
        const late = new Promise((_, reject) => {
          setTimeout(reject, PATIENCE_MS, new Error('no answer in time')).unref();
        });
        late.catch(() => {});
        const socket = await Promise.race([tls(), late]);
        await Promise.race([get(socket, 2), late]);
        return socket;
      }),
    );
    held = opened.flatMap(({ value }) => value ?? []);
    const failures = opened.flatMap(({ reason }) => (reason === undefined ? [] : [String(reason)]));
    return { held: held.length, failures: [...new Set(failures)].slice(0, 5) };
  },
  async release() {
    for (const socket of held) socket.destroy();
    held = [];
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const answer = await orders[order.do](order).catch((error) => ({ error: String(error) }));
  console.log(JSON.stringify(answer));
}
