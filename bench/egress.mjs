// What the gateway costs: latency, a 1 GiB download, 1,000 held connections, memory and start-up, over plain NAT in
// the same topology, as ratios of one interleaved run. Reads lib/, so run `tsc` first.
// Usage: node bench/egress.mjs [--rounds N] [--image REF] [--peers]
//   --image REF  the gateway image; default: what `cagent build` gives
//   --only TEXT  only plain NAT and the variants with this in their name
//   --peers      also squid and mitmproxy from Debian, which are installed into an image of their own
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  docker,
  gatewayStart,
  NAME,
  removeAll,
  startServer,
  startVariant,
  withLink,
} from './egress/topology.mjs';
import { median, print, summarise } from './paired.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    image: { type: 'string' },
    peers: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const CONNECTIONS = 1_000;
const REQUESTS = 200;
const GIB = 2 ** 30;

const OWN = { dest: NAME, private: true };
const variants = {
  'plain NAT': {
    script: withLink('iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE', 'echo ready; exec cat'),
  },
  'cagent, TLS unread': { start: gatewayStart([OWN]) },
  'cagent, TLS ended': { start: gatewayStart([{ ...OWN, http: [{ methods: ['GET'] }] }]) },
  ...(values.peers ? peers() : {}),
};

function peers() {
  const squid = [
    'http_port 3128',
    `acl good dstdomain ${NAME}`,
    'acl tls port 443',
    'http_access deny CONNECT !tls',
    'http_access allow good',
    'http_access deny all',
    'cache deny all',
    'memory_pools off',
    'max_filedescriptors 16384',
    'pid_filename none',
    'access_log stdio:/dev/null',
    'cache_log /dev/null',
    'coredump_dir /tmp',
    'shutdown_lifetime 0 seconds',
  ];
  const listening = (port) => `until ss -Hltn | grep -q :${port}; do sleep 0.02; done; echo ready; exec cat`;
  const config = `printf '%s\\n' ${squid.map((line) => `'${line}'`).join(' ')} > /tmp/squid.conf`;
  const mitm =
    'mitmdump --quiet --set confdir=/tmp/mitm --set stream_large_bodies=64k --set ssl_verify_upstream_trusted_ca=/certs/server-ca.crt -p 3128 &';
  return {
    'squid, CONNECT, TLS unread': {
      script: withLink(config, `squid -N -f /tmp/squid.conf & ${listening(3128)}`),
      proxy: 3128,
      peer: true,
    },
    'mitmproxy, CONNECT, TLS ended': {
      script: withLink('true', `${mitm} ${listening(3128)}`),
      proxy: 3128,
      peer: true,
    },
  };
}

/** Squid and mitmproxy beside the gateway's own tools. */
function peerImage(base) {
  const name = 'cagent-bench-peers';
  const lines = [
    `FROM ${base}`,
    'RUN apt-get update && apt-get install -y --no-install-recommends squid mitmproxy',
  ];
  execFileSync('docker', ['build', '-q', '--network=host', '-t', name, '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  return name;
}

function ownImage() {
  if (values.image !== undefined) return values.image;
  const cli = fileURLToPath(new URL('../dist/cli/index.js', import.meta.url));
  return execFileSync(process.execPath, [cli, 'build'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1)
    .split(' ')[0];
}

const figures = {};
function note(measure, name, figure) {
  figures[measure] ??= {};
  figures[measure][name] ??= [];
  figures[measure][name].push(figure);
}

async function measure(name, sandbox) {
  note('startup', name, sandbox.startup);
  await sandbox.order({ do: 'latency', count: 20 });
  note('idle', name, sandbox.memory());
  const { connects, requests } = await sandbox.order({ do: 'latency', count: REQUESTS });
  note('connect', name, median(connects));
  note('request', name, median(requests));
  const before = sandbox.cpuSeconds();
  note('download', name, (await sandbox.order({ do: 'download', bytes: GIB })).rate);
  // Of plain NAT the kernel alone has any, so the ratios are to the first gateway.
  if (name !== 'plain NAT') note('cpu', name, sandbox.cpuSeconds() - before);
  const { held, failures } = await sandbox.order({ do: 'hold', count: CONNECTIONS });
  note('held', name, held);
  if (failures.length > 0)
    console.log(`${name}: ${CONNECTIONS - held} connections failed: ${failures.join('; ')}`);
  note('loaded', name, sandbox.memory());
  await sandbox.order({ do: 'release' });
}

const image = ownImage();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    removeAll();
    process.exit(130);
  });
let certificates;
try {
  const withPeers = values.peers ? peerImage(image) : image;
  certificates = await startServer(image);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, variant] of Object.entries(variants)) {
      if (values.only !== undefined && name !== 'plain NAT' && !name.includes(values.only)) continue;
      const sandbox = await startVariant(variant.peer ? withPeers : image, certificates, variant);
      try {
        await measure(name, sandbox);
      } finally {
        await sandbox.stop();
      }
    }
  }
} finally {
  removeAll();
  if (certificates !== undefined) rmSync(certificates, { recursive: true, force: true });
}

const TITLES = [
  ['connect', 'New connection until TLS stands, p50 (budget: unread <= 1.7x)', 'ms', 2],
  ['request', 'New connection and one request, p50 (budget: ended <= 4x)', 'ms', 2],
  ['download', 'Download of 1 GiB (budget: unread >= 0.9x, ended >= 0.4x)', 'MB/s', 0],
  ['cpu', 'Processor time of the gateway for that download', 's', 2],
  ['idle', 'Memory of the gateway, idle (budget: unread <= 55 MiB)', 'MiB', 0],
  [
    'loaded',
    `Memory with ${CONNECTIONS} connections (budget: unread <= 100 MiB, ended <= 180 MiB)`,
    'MiB',
    0,
  ],
  ['held', `Of ${CONNECTIONS} connections made at once, held`, '', 0],
  ['startup', 'Start-up, from docker run to ready', 'ms', 0],
];
for (const [key, title, unit, digits] of TITLES) print(title, summarise(figures[key]), unit, digits);
console.log(
  `\n  ${values.rounds} rounds on ${docker('info', '--format', '{{.NCPU}} CPUs, {{.KernelVersion}}')}`,
);
