import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import { type Internet, type Sandbox, startInternet, startSandbox } from '../../fixtures/internet/topology.js';
import { SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: [{ dest: 'api.allowed.test', ports: [5432] }],
    resolvers: [],
    gatewayOptions: ['--dns', SERVER],
  });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

test('names outside of it are found through the resolver of a user-defined network', async () => {
  const answer = await sandbox.agentDoes(async (tools) =>
    tools.tcp(await tools.addressOf('api.allowed.test'), 5432, 'x'),
  );
  expect(answer.data).toBe('x');
});
