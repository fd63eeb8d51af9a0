// The demonstration's own little internet, in one container: a DNS server that knows two names, and a web server
// for both. It tells on its standard output every question and request that reaches it.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import packet from 'dns-packet';

const NAMES = ['packages.demo.test', 'collector.demo.test'];
const address = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry.family === 'IPv4' && !entry.internal).address;

function tell(what) {
  console.log(what);
}

const dns = createSocket('udp4');
dns.on('message', (bytes, from) => {
  const query = packet.decode(bytes);
  const [question] = query.questions;
  tell(`dns ${question.type} ${question.name}`);
  // Names below the collector exist too: that is how data leaves in DNS labels.
  const name = question.name.toLowerCase();
  const known = NAMES.includes(name) || name.endsWith('.demo.test');
  const answers =
    known && question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 60, data: address }] : [];
  const flags = packet.RECURSION_AVAILABLE | (known ? 0 : 3);
  dns.send(
    packet.encode({ type: 'response', id: query.id, flags, questions: query.questions, answers }),
    from.port,
    from.address,
  );
});

const web = createServer((request, response) => {
  const host = (request.headers.host ?? '').split(':')[0];
  tell(`http ${host} ${request.method} ${request.url}`);
  response.end(host === 'packages.demo.test' ? 'measure twice, cut once\n' : 'collected\n');
});

// Nothing speaks TLS here: a connection that arrives is proof enough.
const tls = createTcpServer((socket) => {
  tell(`tcp 443 from ${socket.remoteAddress}`);
  socket.on('error', () => {});
  socket.end();
});

dns.bind(53, () => web.listen(80, () => tls.listen(443, () => tell(`ready ${address}`))));
process.on('SIGTERM', () => process.exit());
