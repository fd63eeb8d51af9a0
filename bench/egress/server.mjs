// The destination: DNS that knows one name, and HTTPS that answers briefly, at length, or keeps a connection open.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import dnsPacket from 'dns-packet';

const [address] = process.argv.slice(2);
const block = Buffer.alloc(262_144, 'x');

const server = createServer(
  { key: readFileSync('/certs/server.key'), cert: readFileSync('/certs/server.crt') },
  (request, response) => {
    const bytes = Number(new URL(request.url, 'https://bench').searchParams.get('bytes') ?? 2);
    response.setHeader('content-length', bytes);
    let left = bytes;
    const more = () => {
      while (left > 0) {
        const part = left < block.length ? block.subarray(0, left) : block;
        left -= part.length;
        if (!response.write(part)) return response.once('drain', more);
      }
      response.end();
    };
    more();
  },
);
server.keepAliveTimeout = 600_000;
server.on('tlsClientError', () => {});
server.listen({ port: 443, host: '0.0.0.0', backlog: 4_096 });

const dns = createSocket('udp4');
dns.on('message', (message, from) => {
  const query = dnsPacket.decode(message);
  const [question] = query.questions;
  const answers = question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 60, data: address }] : [];
  const reply = { type: 'response', id: query.id, flags: 0x8180, questions: [question], answers };
  dns.send(dnsPacket.encode(reply), from.port, from.address);
});
dns.bind(53, () => console.log('up'));
