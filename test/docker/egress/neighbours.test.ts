import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BrokerStart } from '../../../src/gateway/protocol.js';
import { docker } from '../../fixtures/internet/docker.js';
import { buildGatewayImage, REPOSITORY } from '../../fixtures/internet/gateway-image.js';
import { openPorts } from '../../fixtures/internet/open-ports.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
} from '../../fixtures/internet/topology.js';
import { PRIVATE_SERVER, SERVER } from '../../fixtures/internet/zone.js';

/** Holds a key, so nobody but its own agent may reach it. */
const BROKER: BrokerStart = {
  provider: 'anthropic',
  port: 8101,
  upstream: { scheme: 'https', host: 'api.allowed.test', port: 443, path: '' },
  private: false,
  credential: { 'x-api-key': 'placeholder' },
  budget: {},
};

let internet: Internet;
let sandbox: Sandbox;
let second: Sandbox;
/** A service of the host on every one of its addresses. */
let service: Server;
let servicePort: number;
let visitors = 0;

beforeAll(async () => {
  service = createServer((socket) => {
    visitors += 1;
    socket.end('host\n');
  });
  servicePort = await new Promise((resolve) => {
    service.listen(0, '0.0.0.0', () => resolve((service.address() as { port: number }).port));
  });
  internet = await startInternet(buildGatewayImage());
  const options = { allow: ['api.allowed.test', { dest: 'api.allowed.test', ports: [5432, '9000/udp'] }] };
  sandbox = await startSandbox(internet, { ...options, privateNetwork: true, brokers: [BROKER] });
  second = await startSandbox(internet, options);
});

afterAll(async () => {
  await sandbox?.stop();
  await second?.stop();
  await internet?.stop();
  service.close();
});

/** Every IPv4 address of the host, the bridges of docker networks among them. */
function hostAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The TCP ports on which something listens in the gateway. */
async function listening(): Promise<readonly number[]> {
  const table = await docker('exec', sandbox.gateway, 'cat', '/proc/net/tcp');
  const ports = [...table.matchAll(/^ *\d+: [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F:]+ 0A /gm)];
  return ports.map(([, port]) => Number.parseInt(port as string, 16));
}

async function addressesOf(container: string): Promise<readonly string[]> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}';
  return (await docker('inspect', '-f', format, container)).trim().split(' ');
}

describe('from the sandbox', () => {
  test('a service of the host is refused at once on every address of every bridge, and on record', async () => {
    const addresses = hostAddresses();
    expect(addresses.length).toBeGreaterThanOrEqual(2);
    for (const address of addresses) {
      const answer = await sandbox.agentDoes((tools, at, port) => tools.tcp(at, port), address, servicePort);
      expect(answer).toMatchObject({ error: 'ECONNREFUSED', data: '' });
      await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: address, port: servicePort });
    }
    expect(visitors).toBe(0);
  });

  test('other containers are refused by their addresses, on the uplink and on an attached network', async () => {
    for (const address of [SERVER, PRIVATE_SERVER]) {
      const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 5432, 'secret'), address);
      expect(answer).toMatchObject({ error: 'ECONNREFUSED', data: '' });
      await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: address, port: 5432 });
    }
    expect((await internet.seen()).filter(({ service: kind }) => kind === 'tcp')).toEqual([]);
  });

  test('neither its own gateway nor that of a second run can be reached by their outer addresses', async () => {
    const outer = [...(await addressesOf(sandbox.gateway)), ...(await addressesOf(second.gateway))];
    for (const address of outer) {
      for (const port of [53, 80, 443, 5432, BROKER.port]) {
        const answer = await sandbox.agentDoes((tools, at, p) => tools.tcp(at, p, 'x'), address, port);
        expect([address, port, answer.error, answer.data]).toEqual([address, port, 'ECONNREFUSED', '']);
        await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: address, port });
      }
    }
  });
});

describe('to the gateway', () => {
  test('the host finds no open port', async () => {
    const ports = await listening();
    expect(ports).toEqual(expect.arrayContaining([53, 80, 443, 5432, BROKER.port]));
    for (const address of await addressesOf(sandbox.gateway))
      expect(await openPorts(address, ports)).toEqual([]);
  });

  test('nor does an unrelated container, by either of its networks', async () => {
    const ports = JSON.stringify(await listening());
    const [onUplink, onPrivate] = await addressesOf(sandbox.gateway);
    for (const [network, address] of [
      [internet.network, onUplink],
      [internet.privateNetwork, onPrivate],
    ] as const) {
      const call = `import('/repo/test/fixtures/internet/open-ports.ts').then(async (m) => console.log(JSON.stringify(await m.openPorts('${address}', ${ports}))))`;
      const mount = ['-v', `${REPOSITORY}:/repo:ro`, '--entrypoint', 'node'];
      const out = await docker('run', '--rm', '--network', network, ...mount, internet.image, '-e', call);
      expect([network, out]).toEqual([network, '[]']);
    }
  });

  test('a neighbour that routes through the gateway gets nothing through, to the agent or to the outside', async () => {
    const [address] = await addressesOf(sandbox.gateway);
    const script = [
      `ip route replace default via ${address}`,
      `ip route add 198.18.0.0/15 via ${address}`,
      `ip route add 100.64.7.0/30 via ${address}`,
      `exec node -e "import('/repo/test/fixtures/internet/open-ports.ts').then(async (m) => { const open = []; for (const at of ['100.64.7.1', '100.64.7.2', '198.18.0.1', '${PRIVATE_SERVER}']) open.push(...await m.openPorts(at, [22, 53, 80, 443, 5432, 8080, 8101])); console.log(JSON.stringify(open)); })"`,
    ].join('; ');
    const options = ['--cap-add', 'NET_ADMIN', '-v', `${REPOSITORY}:/repo:ro`, '--entrypoint', 'sh'];
    const out = await docker(
      'run',
      '--rm',
      '--network',
      internet.network,
      ...options,
      internet.image,
      '-c',
      script,
    );
    expect(out).toBe('[]');
  });
});
