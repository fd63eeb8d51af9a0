import { expect, it } from 'vitest';
import { CagentError } from '../../../src/core/errors.js';
import { createDocker, type Docker } from '../../../src/docker/client.js';
import { attachNetworks, isAttached, routerOf } from '../../../src/sandbox/attach-networks.js';
import { planContainers } from '../../../src/sandbox/plan-containers.js';
import { containerInput, runSpec, sandboxPlan } from './spec-fixture.js';

const spec = runSpec({
  network: {
    ...runSpec().network,
    uplink: 'corp',
    attach: ['services', 'corp', 'services', 'cache'],
  },
});

it('the gateway is in each network before it starts, and is not created before all have been found', () => {
  const name = 'cagent-20261122-101530-abcdef-gateway';
  const commands = sandboxPlan(spec).commands.map((words) => words.join(' '));
  expect(commands.filter((words) => words.includes(name) || words.includes(' network '))).toEqual([
    'docker network inspect --format {{json .}} corp services cache',
    expect.stringMatching(new RegExp(`^docker create --rm --name ${name} .*--network corp `)),
    `docker network connect services ${name}`,
    `docker network connect cache ${name}`,
    `docker start --attach --interactive ${name}`,
    expect.stringContaining(`--pid container:${name}`),
  ]);
});

it('a resolver that does not know the names of containers is pointed out', () => {
  const network = { ...spec.network, resolvers: ['1.1.1.1'] };
  expect(sandboxPlan({ ...spec, network }).notices.join()).toContain('network.resolver is set');
  expect(sandboxPlan(spec).notices.join()).not.toContain('network.resolver');
});

it('a network that cannot be joined leaves no container', async () => {
  const { gateway } = planContainers(containerInput(spec));
  if (gateway === undefined || !isAttached(gateway)) throw new Error('not attached');
  const calls: string[] = [];
  const refusing: Docker = {
    run: async (args) => {
      calls.push(args.slice(0, 2).join(' '));
      if (args[1] === 'connect') throw new CagentError('docker.failed', 'no');
      return '{}';
    },
    try: async (args) => {
      calls.push(args.join(' '));
      return { exitCode: 0, signal: null, stdout: Buffer.of(), stderr: Buffer.of() };
    },
    start: () => {
      throw new Error('nothing starts');
    },
  };
  await expect(attachNetworks(refusing, gateway)).rejects.toThrow('no');
  expect(calls).toEqual([
    'network inspect',
    'create --rm',
    'network connect',
    `rm --force --volumes ${gateway.name}`,
  ]);
});

it.each([
  'Error: No such network: services',
  'Error response from daemon: network services not found',
  "docker: Error response from daemon: network services not found.\nSee 'docker run --help'.",
])('a network that is not there is named: %s', async (stderr) => {
  const result = { exitCode: 1, signal: null, stdout: Buffer.of(), stderr: Buffer.from(stderr) };
  const docker = createDocker({ run: async () => result } as never, {});
  await expect(docker.run(['network', 'inspect'])).rejects.toMatchObject({
    code: 'docker.network',
    message: 'The engine has no network "services".',
  });
});

it.each([
  [
    'as the engine says',
    { IPAM: { Config: [{ Subnet: '172.31.5.0/24', Gateway: '172.31.5.9' }] } },
    '172.31.5.9',
  ],
  ['at the first address', { IPAM: { Config: [{ Subnet: '172.31.5.0/24' }] } }, '172.31.5.1'],
  [
    'of the range',
    { IPAM: { Config: [{ Subnet: '172.31.0.0/16', IPRange: '172.31.5.0/24' }] } },
    '172.31.5.1',
  ],
  [
    'as its daemon was told',
    {
      IPAM: {
        Config: [
          {
            ...{ Subnet: '172.31.5.0/24', Gateway: '172.31.5.1' },
            AuxiliaryAddresses: { DefaultGatewayIPv4: '172.31.5.254' },
          },
        ],
      },
    },
    '172.31.5.254',
  ],
  [
    'of its IPv4 part',
    { IPAM: { Config: [{ Subnet: 'fd00::/64' }, { Subnet: '172.31.5.0/24' }] } },
    '172.31.5.1',
  ],
  ['none, when it is internal', { Internal: true, IPAM: { Config: [{ Subnet: '172.31.5.0/24' }] } }, 'none'],
  ['none, when it has no addresses', { IPAM: { Config: null } }, 'none'],
])('the way out is the router of the uplink: %s', (_, network, router) => {
  expect(routerOf(network)).toBe(router);
});
