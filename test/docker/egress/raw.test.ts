import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
  until,
} from '../../fixtures/internet/topology.js';
import { PRIVATE_SERVER, SECOND, SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: [
      { dest: 'api.allowed.test', ports: [22, 5432, 7777, '9000/udp', '123/udp'] },
      { dest: 'other.allowed.test', ports: ['53/udp', 53] },
      { dest: 'private.allowed.test', ports: ['9000/udp'] },
      { dest: 'dead.allowed.test', ports: [5433] },
      { dest: 'db.internal', private: true },
      { dest: 'db.internal', ports: [5432], private: true },
      { dest: SECOND, ports: [5432, '9000/udp'] },
      { dest: `${PRIVATE_SERVER}/32`, ports: [22] },
    ],
    privateNetwork: true,
  });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

describe('raw TCP by name', () => {
  test('a server that speaks first is heard at once', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('api.allowed.test'), 22),
    );
    expect(answer.data).toBe('SSH-2.0-internet\r\n');
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'allowed',
      host: 'api.allowed.test',
      port: 22,
      ip: SERVER,
    });
  });

  test('a client that speaks first gets its echo, to the last byte after half-close', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.echo(await tools.addressOf('api.allowed.test'), 5432, 3_000_000),
    );
    expect(answer).toBe(3_000_000);
    const record = await sandbox.recorded({
      protocol: 'tcp',
      host: 'api.allowed.test',
      port: 5432,
      bytesOut: 3_000_000,
    });
    expect(record.bytesIn).toBe(3_000_000);
  });

  test('a reset of the destination is a reset for the agent', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('api.allowed.test'), 7777),
    );
    expect(answer.error ?? (answer.ended ? 'ended' : 'open')).toMatch(/ECONNRESET|ended/);
    await sandbox.recorded({ protocol: 'tcp', host: 'api.allowed.test', port: 7777 });
  });

  test('a destination that does not listen gives a reset, and is on record as its failure', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('db.internal'), 443, 'x'),
    );
    expect(answer.data).toBe('');
  });

  test('a private address is reached when the rule says so', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('db.internal'), 5432, 'select 1'),
    );
    expect(answer.data).toBe('select 1');
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'allowed',
      host: 'db.internal',
      port: 5432,
      ip: PRIVATE_SERVER,
    });
  });

  test('a port that another name has is refused', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('other.allowed.test'), 5432, 'x'),
    );
    expect(answer).toMatchObject({ data: '', error: 'ECONNRESET' });
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'blocked',
      host: 'other.allowed.test',
      port: 5432,
      reason: 'port-not-allowed',
    });
  });

  test('DNS over TCP to an allowed name goes to that name, not to the gateway’s resolver', async () => {
    expect(
      await sandbox.agentDoes(async (tools) =>
        tools.askOverTcp(await tools.addressOf('other.allowed.test'), 'second.allowed.test'),
      ),
    ).toBe('rcode 0');
    await until('the question', async () =>
      (await internet.seen()).some(
        (line) => line.service === 'dns' && line.transport === 'tcp' && line.name === 'second.allowed.test',
      ),
    );
    await sandbox.recorded({ protocol: 'tcp', verdict: 'allowed', host: 'other.allowed.test', port: 53 });
  });
});

describe('UDP by name', () => {
  test('goes there and back, and is on record when the exchange is over', async () => {
    expect(
      await sandbox.agentDoes(async (tools) =>
        tools.udp(await tools.addressOf('api.allowed.test'), 9000, 'ping'),
      ),
    ).toBe('reply ping');
    expect(
      await sandbox.agentDoes(async (tools) =>
        tools.udp(await tools.addressOf('api.allowed.test'), 123, 'time'),
      ),
    ).toBe('reply time');
  });

  test('works on port 53 beside the gateway’s own resolver', async () => {
    expect(
      await sandbox.agentDoes(async (tools) =>
        tools.ask(await tools.addressOf('other.allowed.test'), tools.question('second.allowed.test')),
      ),
    ).toBe('rcode 0');
  });

  test('a port that another name has is refused, and on record', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.udp(await tools.addressOf('other.allowed.test'), 9000, 'x'),
    );
    expect(answer).toMatch(/^E/);
    await sandbox.recorded({
      protocol: 'udp',
      verdict: 'blocked',
      host: 'other.allowed.test',
      port: 9000,
      reason: 'port-not-allowed',
    });
  });

  test('a name that leads to a private address gets nothing through, and is on record', async () => {
    await sandbox.agentDoes(async (tools) =>
      tools.udp(await tools.addressOf('private.allowed.test'), 9000, 'private-secret', tools.SILENCE_MS),
    );
    await sandbox.recorded({
      protocol: 'udp',
      verdict: 'blocked',
      host: 'private.allowed.test',
      reason: 'private-address',
    });
    expect((await internet.seen()).some((line) => line.text === 'private-secret')).toBe(false);
  });
});

describe('addresses with a rule', () => {
  test('TCP and UDP pass, and each connection is one line with its bytes', async () => {
    const [tcp, udp] = await sandbox.agentDoes(
      async (tools, at) => [(await tools.tcp(at, 5432, 'direct')).data, await tools.udp(at, 9000, 'direct')],
      SECOND,
    );
    expect([tcp, udp]).toEqual(['direct', 'reply direct']);
    const record = await sandbox.recorded({ protocol: 'tcp', verdict: 'allowed', ip: SECOND, port: 5432 });
    expect(record.rule).toContain(SECOND);
    expect(record.bytesOut).toBeGreaterThan('direct'.length);
    expect(record.bytesIn).toBeGreaterThan('direct'.length);
    expect(record.durationMs).toEqual(expect.any(Number));
    expect(sandbox.records({ protocol: 'tcp', ip: SECOND, port: 5432 })).toHaveLength(1);
  });

  test('a private address that is written out passes', async () => {
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 22), PRIVATE_SERVER);
    expect(answer.data).toContain('SSH-2.0');
  });

  test('another port of the same address is refused', async () => {
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 443), SECOND);
    expect(answer.error).toBe('ECONNREFUSED');
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'blocked',
      ip: SECOND,
      port: 443,
      reason: 'port-not-allowed',
    });
  });
});

test('finishing closes every connection and exchange, and records each', async () => {
  // The word of each server is the sign that the gateway carries the connection.
  const open = await sandbox.agentDoes(async (tools) =>
    tools.openMany(await tools.addressOf('api.allowed.test'), 22, 5, 'data'),
  );
  expect(open).toBe(5);
  const before = sandbox.records({ protocol: 'tcp', host: 'api.allowed.test', port: 22 }).length;
  const records = await sandbox.finish();
  expect(
    records.filter(
      (record) => record.protocol === 'tcp' && record.host === 'api.allowed.test' && record.port === 22,
    ),
  ).toHaveLength(before + 5);
  const exchange = records.find(
    (record) => record.protocol === 'udp' && record.host === 'api.allowed.test' && record.port === 9000,
  );
  expect(exchange).toMatchObject({ verdict: 'allowed', ip: SERVER });
  expect(exchange?.rule).toContain('api.allowed.test');
  expect(exchange?.bytesOut).toBeGreaterThanOrEqual(4);
  expect(exchange?.bytesIn).toBeGreaterThanOrEqual(4);
  const direct = records.find(
    ({ protocol, ip, host }) => protocol === 'udp' && ip === SECOND && host === undefined,
  );
  expect(direct).toMatchObject({ verdict: 'allowed', port: 9000, bytesIn: expect.any(Number) });
});
