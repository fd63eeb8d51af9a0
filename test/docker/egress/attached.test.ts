import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftOf, makeWorkspace, type RunResult, runIdIn, until, type Workspace } from '../../fixtures/cli.js';
import { createNetwork, docker, LABEL } from '../../fixtures/internet/docker.js';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import { type Internet, startInternet, startSandbox } from '../../fixtures/internet/topology.js';
import { SERVER } from '../../fixtures/internet/zone.js';

/** Two services in a network of their own, like those of a workflow's job; both say where they are. */
const SERVICES = { db: '172.31.88.10', cache: '172.31.88.11' } as const;
const ROUTER = '172.31.88.1';
const SERVICE = `require('net').createServer((s) => { console.log('visited'); s.end('service\\n'); }).listen(5432, () => console.log('up'))`;

/** Prints `NAME: got TEXT`, or what went wrong. */
const TRY = `
try() { python3 - "$@" <<'END'
import socket, sys
name, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
try:
    s = socket.create_connection((host, port), 30)
    print(name + ': got', s.recv(100).decode().strip() or 'the end')
except OSError as error:
    print(name + ':', type(error).__name__)
END
}
`;

let internet: Internet;
let workspace: Workspace;
/** Its name comes before the uplink's, so that Docker would take its router as the way out. */
let services: string;
/** A service of the host on every one of its addresses, the bridges' among them. */
let host: Server;
let hostPort: number;
let visitors = 0;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  workspace = makeWorkspace({ 'a.txt': 'a\n' });
  services = `cagent-services-${randomBytes(3).toString('hex')}`;
  await createNetwork(services, '172.31.88.0/24');
  for (const [name, address] of Object.entries(SERVICES)) {
    const place = ['--network', services, '--network-alias', name, '--ip', address];
    const named = ['--label', LABEL, '--name', `${services}-${name}`];
    await docker('run', '-d', ...named, ...place, '--entrypoint', 'node', internet.image, '-e', SERVICE);
    await until(async () => (await docker('logs', `${services}-${name}`)) === 'up');
  }
  host = createServer((socket) => {
    visitors += 1;
    socket.end('host\n');
  });
  hostPort = await new Promise((resolve) => {
    host.listen(0, '0.0.0.0', () => resolve((host.address() as { port: number }).port));
  });
});

afterAll(async () => {
  host?.close();
  for (const name of Object.keys(SERVICES)) await docker('rm', '-f', `${services}-${name}`);
  if (services !== undefined) await docker('network', 'rm', services);
  workspace?.remove();
  await internet?.stop();
});

function config(): string {
  return `version: 1
network:
  uplink: ${internet.network}
  attach: [${services}]
  allow:
    - { dest: db, ports: [5432], private: true }
    - { dest: cache, ports: [5432] }
`;
}

describe('a network that is attached', () => {
  let run: RunResult;
  beforeAll(async () => {
    workspace.write({ 'cagent.yml': config() });
    const tries = [
      'try allowed db 5432',
      'try not-private cache 5432',
      `try unlisted ${services}-db 5432`,
      `try address ${SERVICES.db} 5432`,
      `try router ${ROUTER} ${hostPort}`,
    ];
    run = await workspace.run([], ['bash', '-c', `${TRY}\n${tries.join('\n')}`]);
  });

  test('has services that rules with private: true open by name, and nothing else of it can be reached', async () => {
    expect([run.exitCode, run.stdout.toString().trim().split('\n')]).toEqual([
      0,
      [
        'allowed: got service',
        'not-private: ConnectionResetError',
        'unlisted: gaierror',
        'address: ConnectionRefusedError',
        'router: ConnectionRefusedError',
      ],
    ]);
    expect(await docker('logs', `${services}-db`)).toBe('up\nvisited');
    expect(await docker('logs', `${services}-cache`)).toBe('up');
    expect(visitors).toBe(0);
  });

  test.each([
    [{ host: 'db', ip: SERVICES.db, port: 5432, verdict: 'allowed', protocol: 'tcp' }],
    [{ host: 'cache', ip: SERVICES.cache, port: 5432, verdict: 'blocked', reason: 'private-address' }],
    [{ protocol: 'dns', verdict: 'blocked', reason: 'dns-no-rule' }],
    [{ ip: SERVICES.db, protocol: 'tcp', verdict: 'blocked', reason: 'private-address' }],
    [{ ip: ROUTER, protocol: 'tcp', verdict: 'blocked', reason: 'private-address' }],
  ])('and every attempt is on record: %j', (record) => {
    expect(run.egress).toContainEqual(expect.objectContaining(record));
  });

  test('is left as it was', async () => {
    expect(leftOf(runIdIn(run.stderr))).toEqual([]);
    const format = '{{range .Containers}}{{.Name}} {{end}}';
    const members = (await docker('network', 'inspect', '--format', format, services)).split(' ');
    expect(members.sort()).toEqual([`${services}-cache`, `${services}-db`]);
  });

  test('is not the way to the outside', async () => {
    const running = workspace.start([], ['bash', '-c', 'echo started; read -r _ || sleep 60']);
    await until(() => running.stdout().includes('started'));
    const gateway = `cagent-${runIdIn(running.stderr())}-gateway`;
    const route = await docker('exec', gateway, 'ip', 'route', 'show', 'default');
    running.kill('SIGTERM');
    await running.ended;
    expect(route).toMatch(/^default via 198\.51\.100\.1 /);
  });
});

test('a network that is not there ends the run before anything starts, with its name', async () => {
  workspace.write({ 'cagent.yml': config().replace(services, 'no-such-network') });
  const failed = await workspace.run([], ['true']);
  expect(failed.exitCode).toBe(125);
  expect(failed.report).toMatchObject({ conclusion: 'error', error: { code: 'docker.network' } });
  const lines = failed.stderr.split('\n').filter((line) => line.startsWith('cagent: docker.network'));
  expect(lines).toEqual([expect.stringContaining('no network "no-such-network"')]);
  expect(leftOf(runIdIn(failed.stderr))).toEqual([]);
});

test('with an uplink that has no way out, what is tried is refused at once and on record, as everywhere', async () => {
  const closed = `${services}-closed`;
  await docker('network', 'create', '--internal', '--label', LABEL, '--subnet', '172.31.89.0/24', closed);
  try {
    workspace.write({ 'cagent.yml': config().replace(internet.network, closed) });
    const run = await workspace.run(
      [],
      ['bash', '-c', `${TRY}\ntry allowed db 5432\ntry address ${SERVER} 443`],
    );
    expect(run.stdout.toString()).toBe('allowed: got service\naddress: ConnectionRefusedError\n');
    expect(run.egress).toContainEqual(
      expect.objectContaining({ ip: SERVER, port: 443, verdict: 'blocked', reason: 'direct-address' }),
    );
  } finally {
    await docker('network', 'rm', closed);
  }
});

test('on a network with a resolver of its own, names from outside are found too', async () => {
  const sandbox = await startSandbox(internet, {
    allow: [{ dest: 'api.allowed.test', ports: [5432] }],
    resolvers: [],
    gatewayOptions: ['--dns', SERVER],
  });
  try {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('api.allowed.test'), 5432, 'x'),
    );
    expect(answer.data).toBe('x');
  } finally {
    await sandbox.stop();
  }
});
