import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
} from '../../fixtures/internet/topology.js';
import { PRIVATE_SERVER, SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: ['api.allowed.test'],
    mode: 'audit',
    privateNetwork: true,
  });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

describe('audit mode', () => {
  test('an allowed name is on record as allowed', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://api.allowed.test/'))).toMatchObject({
      status: 200,
    });
    await sandbox.recorded({ protocol: 'tls', verdict: 'allowed', host: 'api.allowed.test' });
  });

  test('a name without a rule is forwarded and on record as audited, with the reason', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://forbidden.test/'))).toMatchObject({
      status: 200,
    });
    expect(await sandbox.agentDoes((tools) => tools.http('http://forbidden.test/x'))).toMatchObject({
      status: 200,
    });
    await sandbox.recorded({ protocol: 'dns', verdict: 'audited', host: 'forbidden.test' });
    await sandbox.recorded({
      protocol: 'tls',
      verdict: 'audited',
      host: 'forbidden.test',
      reason: 'no-rule',
      ip: SERVER,
    });
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'audited',
      host: 'forbidden.test',
      method: 'GET',
      path: '/x',
    });
  });

  test('another port of a name is forwarded and audited', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('forbidden.test'), 22),
    );
    expect(answer.data).toContain('SSH-2.0');
    await sandbox.recorded({ protocol: 'tcp', verdict: 'audited', host: 'forbidden.test', port: 22 });
  });

  test('a request with another Host goes to the host that was looked up, and is audited', async () => {
    const { status, body } = await sandbox.agentDoes((tools) =>
      tools.http('http://api.allowed.test/fronted', { headers: { host: 'forbidden.test' } }),
    );
    expect({ status, body }).toMatchObject({ status: 200, body: expect.stringContaining('forbidden.test') });
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'audited',
      host: 'api.allowed.test',
      path: '/fronted',
      reason: 'host-mismatch',
    });
  });

  test.each([8_443, 7_777])('TCP to any other port of a name (%i) too', async (port) => {
    await sandbox.agentDoes(
      async (tools, p) =>
        tools.tcp(await tools.addressOf('forbidden.test'), p, 'x', 'latin1', undefined, tools.SILENCE_MS),
      port,
    );
    await sandbox.recorded({ protocol: 'tcp', verdict: 'audited', host: 'forbidden.test', port, ip: SERVER });
  });

  test('UDP to any port of a name is forwarded, and answered by that name', async () => {
    const answers = await sandbox.agentDoes(async (tools) => [
      await tools.udp(await tools.addressOf('forbidden.test'), 9_000, 'one'),
      await tools.udp(await tools.addressOf('api.allowed.test'), 5_353, 'two'),
      await tools.udp(await tools.addressOf('api.allowed.test'), 443, 'quic'),
    ]);
    expect(answers).toEqual(['reply one', 'reply two', 'reply quic']);
  });

  test('the ports behind which these are gathered are not open by themselves', async () => {
    const answer = await sandbox.agentDoes((tools) => tools.tcp('100.64.7.1', 61_000, 'x'));
    expect(answer.error).toBe('ECONNREFUSED');
  });

  test('a public address is forwarded and audited, TCP and UDP', async () => {
    const [tcp, udp] = await sandbox.agentDoes(
      async (tools, at) => [(await tools.tcp(at, 5432, 'direct')).data, await tools.udp(at, 9000, 'direct')],
      SERVER,
    );
    expect([tcp, udp]).toEqual(['direct', 'reply direct']);
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'audited',
      ip: SERVER,
      port: 5432,
      reason: 'direct-address',
    });
  });

  test.each([
    [PRIVATE_SERVER, 'private-address'],
    ['169.254.169.254', 'metadata-address'],
    ['172.17.0.1', 'private-address'],
  ])('%s stays closed', async (address, reason) => {
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 22), address);
    expect(answer.error).toBe('ECONNREFUSED');
    await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: address, reason });
  });

  test('a name that leads to a private address stays closed', async () => {
    const answer = await sandbox.agentDoes((tools) => tools.http('http://private.allowed.test/'));
    expect(answer).toMatchObject({ status: 403 });
    await sandbox.recorded({ verdict: 'blocked', host: 'private.allowed.test', reason: 'private-address' });
  });
});

test('when the run ends, the datagrams of names and addresses are on record with their bytes', async () => {
  const records = await sandbox.finish();
  const audited = (match: object): object =>
    expect.objectContaining({ protocol: 'udp', verdict: 'audited', ip: SERVER, ...match });
  for (const [host, port, bytes] of [
    ['forbidden.test', 9_000, 3],
    ['api.allowed.test', 5_353, 3],
    ['api.allowed.test', 443, 4],
  ] as const)
    expect(records).toContainEqual(audited({ host, port, bytesOut: bytes, bytesIn: bytes }));
  const direct = audited({ port: 9_000, reason: 'direct-address', bytesIn: expect.any(Number) });
  expect(records.filter(({ host }) => host === undefined)).toContainEqual(direct);
});
