// A small internet in one container: a DNS server that answers every name below `.test` with its own address, and
// a web server that says which host it was asked for. It tells on standard output what reaches it.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import packet from 'dns-packet';

const address = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry.family === 'IPv4' && !entry.internal).address;

const dns = createSocket('udp4');
dns.on('message', (bytes, from) => {
  const { id, questions } = packet.decode(bytes);
  const { name, type } = questions[0];
  console.log(`dns ${type} ${name}`);
  const known = name.toLowerCase().endsWith('.test');
  const answers = known && type === 'A' ? [{ type: 'A', name, ttl: 60, data: address }] : [];
  const flags = packet.RECURSION_AVAILABLE | (known ? 0 : 3);
  dns.send(packet.encode({ type: 'response', id, flags, questions, answers }), from.port, from.address);
});

const web = createServer((request, response) => {
  console.log(`http ${request.headers.host} ${request.method} ${request.url}`);
  response.end(`this is ${request.headers.host}\n`);
});

dns.bind(53, () => web.listen(80, () => console.log(`ready ${address}`)));
process.on('SIGTERM', () => process.exit());
