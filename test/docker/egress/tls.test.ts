import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
  until,
} from '../../fixtures/internet/topology.js';
import { SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: ['*.allowed.test', { dest: 'api.allowed.test', ports: [443, 8443] }],
  });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

const HANDSHAKE = '\x16\x03';
const ALERT = '\x15\x03';

describe('TLS to an allowed name', () => {
  test('passes unread: the client sees the destination’s own certificate', async () => {
    const answer = await sandbox.agentDoes((tools) => tools.http('https://api.allowed.test/path'));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toContain('/path');
    const record = await sandbox.recorded({
      protocol: 'tls',
      verdict: 'allowed',
      host: 'api.allowed.test',
      port: 443,
    });
    expect(record).toMatchObject({
      schema: 'cagent.egress/1',
      reason: 'rule',
      rule: '*.allowed.test',
      ip: SERVER,
    });
    expect(record.bytesOut).toBeGreaterThan(200);
    expect(record.bytesIn).toBeGreaterThan(500);
    expect(record.durationMs).toBeGreaterThanOrEqual(0);
    expect(record.path).toBeUndefined();
  });

  test('speaks HTTP/2', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http2('https://api.allowed.test', {}))).toMatchObject({
      status: 200,
    });
  });

  test('works on another port that a rule opens', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://api.allowed.test:8443/'))).toMatchObject({
      status: 200,
    });
    await sandbox.recorded({ protocol: 'tls', verdict: 'allowed', port: 8443 });
  });

  test('works with a hello cut into segments of seven bytes', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcpInPieces(
        await tools.addressOf('api.allowed.test'),
        443,
        await tools.hello('api.allowed.test'),
        7,
      ),
    );
    expect(answer.data.startsWith(HANDSHAKE)).toBe(true);
  });

  test('works with a hello in two records', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(
        await tools.addressOf('api.allowed.test'),
        443,
        tools.inTwoRecords(await tools.hello('api.allowed.test')),
        'hex',
      ),
    );
    expect(answer.data.startsWith(HANDSHAKE)).toBe(true);
  });

  test('works with a hello of three kilobytes', async () => {
    const answer = await sandbox.agentDoes(async (tools) => {
      const hello = await tools.hello('api.allowed.test', { padding: 3_000 });
      return {
        size: hello.length / 2,
        ...(await tools.tcp(await tools.addressOf('api.allowed.test'), 443, hello, 'hex')),
      };
    });
    expect(answer.size).toBeGreaterThan(3_000);
    // No protocol in common, so the destination's own alert is the proof that the hello arrived.
    expect(answer.data.startsWith(HANDSHAKE) || answer.data.startsWith(ALERT)).toBe(true);
    await sandbox.recorded({ protocol: 'tls', verdict: 'allowed', host: 'api.allowed.test' });
  });

  test('brings a large download whole', async () => {
    const bytes = await sandbox.agentDoes((tools) =>
      tools.download('https://api.allowed.test/large?bytes=50000000'),
    );
    expect(bytes).toBe(50_000_000);
    await until('the record', () =>
      sandbox.records({ protocol: 'tls' }).some((record) => (record.bytesIn ?? 0) > 50_000_000),
    );
  });

  test('a name that is an alias of an unlisted public one works', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://alias.allowed.test/'))).toMatchObject({
      status: 200,
    });
  });

  test('a dead first address does not keep the second from working', async () => {
    expect(await sandbox.agentDoes((tools) => tools.http('https://two.allowed.test/'))).toMatchObject({
      status: 200,
    });
    await sandbox.recorded({ protocol: 'tls', verdict: 'allowed', host: 'two.allowed.test', ip: SERVER });
  });
});

describe('TLS that names something else', () => {
  test.each([
    ['no name', undefined, 'sni-missing'],
    ['a forbidden name', 'forbidden.test', 'sni-mismatch'],
    ['another allowed name', 'other.allowed.test', 'sni-mismatch'],
  ])('%s in the hello gets a TLS alert at once, and is on record', async (_what, servername, reason) => {
    const answer = await sandbox.agentDoes(
      async (tools, name) => tools.tls(await tools.addressOf('api.allowed.test'), 443, name),
      servername as string,
    );
    expect(answer).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME');
    await sandbox.recorded({
      protocol: 'tls',
      verdict: 'blocked',
      host: servername ?? 'api.allowed.test',
      port: 443,
      reason,
    });
    expect((await internet.seen()).filter((line) => line.servername === 'forbidden.test')).toEqual([]);
  });

  test.each([
    ['in segments of seven bytes', 7, false],
    ['in two records', 10_000, true],
  ])('a forbidden name hidden %s is found', async (_how, piece, split) => {
    const before = sandbox.records({ reason: 'sni-mismatch' }).length;
    const answer = await sandbox.agentDoes(
      async (tools, size, two) => {
        const hello = await tools.hello('forbidden.test');
        return tools.tcpInPieces(
          await tools.addressOf('api.allowed.test'),
          443,
          two ? tools.inTwoRecords(hello) : hello,
          size,
        );
      },
      piece,
      split,
    );
    expect(answer.data.startsWith(ALERT)).toBe(true);
    await until('the record', () => sandbox.records({ reason: 'sni-mismatch' }).length === before + 1);
  });

  test('the hello is checked on other ports too', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tls(await tools.addressOf('api.allowed.test'), 8443, 'forbidden.test'),
    );
    expect(answer).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME');
    await sandbox.recorded({ protocol: 'tls', verdict: 'blocked', port: 8443, reason: 'sni-mismatch' });
  });

  test('something that is not TLS on port 443 is reset, and on record', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('other.allowed.test'), 443, 'SSH-2.0-x\r\n'),
    );
    expect(answer).toMatchObject({ data: '', error: 'ECONNRESET' });
    await sandbox.recorded({ verdict: 'blocked', host: 'other.allowed.test', port: 443, reason: 'not-tls' });
  });

  test('HTTP on port 443 is refused', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(
        await tools.addressOf('other.allowed.test'),
        443,
        'GET / HTTP/1.1\r\nHost: other.allowed.test\r\n\r\n',
      ),
    );
    expect(answer.data).not.toContain('200');
    await sandbox.recorded({
      verdict: 'blocked',
      protocol: 'http',
      host: 'other.allowed.test',
      port: 443,
      reason: 'not-tls',
    });
  });

  test('a hello of garbage does not stop the gateway', async () => {
    const answers = await sandbox.agentDoes(async (tools) => {
      const address = await tools.addressOf('api.allowed.test');
      const hello = Buffer.from(await tools.hello('api.allowed.test'), 'hex');
      const broken: Promise<unknown>[] = [];
      for (let at = 5; at < 60; at += 3) {
        const copy = Buffer.from(hello);
        copy[at] = (copy[at] ?? 0) ^ 0xff;
        broken.push(tools.tcp(address, 443, `${copy.toString('hex')}00`, 'hex'));
      }
      await Promise.all(broken);
      return [broken.length, (await tools.http('https://api.allowed.test/')).status];
    });
    expect(answers).toEqual([19, 200]);
  });
});

test('a secret in the name of a refused request goes nowhere, not even to the outside resolver', async () => {
  const secret = 'c2vjcmv0';
  await sandbox.agentDoes(async (tools, word) => {
    const address = await tools.addressOf('api.allowed.test');
    const name = `${word}.forbidden.test`;
    await tools.http('http://api.allowed.test/', { headers: { host: name } });
    await tools.tls(address, 443, name);
    await tools.tls(address, 443, `${word}.api.allowed.test`);
    await tools.tcp(address, 80, `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
    await tools.http2('https://api.allowed.test', { ':authority': name });
    await tools.lookup(name);
    await tools.askOverTcp('100.64.7.1', name);
  }, secret);
  await sandbox.recorded({ protocol: 'http', verdict: 'blocked', host: `${secret}.forbidden.test` });
  await sandbox.recorded({ protocol: 'tls', verdict: 'blocked', host: `${secret}.forbidden.test` });
  await sandbox.recorded({ protocol: 'dns', verdict: 'blocked', host: `${secret}.forbidden.test` });
  expect(JSON.stringify((await internet.seen()).filter(({ service }) => service === 'dns'))).not.toContain(
    secret,
  );
});

describe('names that lead where nobody may go', () => {
  test.each([
    ['private.allowed.test', 'private-address'],
    ['alias-private.allowed.test', 'private-address'],
    ['loopback.allowed.test', 'loopback-address'],
    ['metadata.allowed.test', 'metadata-address'],
    ['azure.allowed.test', 'metadata-address'],
    ['link.allowed.test', 'own-address'],
    ['zero.allowed.test', 'reserved-address'],
  ])('%s is refused over TLS and HTTP, and on record with the reason', async (name, reason) => {
    const [secure, plain] = await sandbox.agentDoes(
      async (tools, host) => [await tools.http(`https://${host}/`), await tools.http(`http://${host}/`)],
      name,
    );
    expect(secure?.error).toContain('alert');
    expect(plain?.status).toBe(403);
    await sandbox.recorded({ protocol: 'tls', verdict: 'blocked', host: name, reason });
    await sandbox.recorded({ protocol: 'http', verdict: 'blocked', host: name, reason });
  });

  test('a name that changes its answer between check and dial gains nothing', async () => {
    const first = await sandbox.agentDoes((tools) => tools.http('https://rebind.allowed.test/'));
    expect(first).toMatchObject({ status: 200 });
    await sandbox.agentDoes(() => new Promise((resolve) => setTimeout(resolve, 1_100)));
    const later = await sandbox.agentDoes((tools) => tools.http('https://rebind.allowed.test/'));
    expect(later.error).toContain('alert');
    await sandbox.recorded({
      protocol: 'tls',
      verdict: 'blocked',
      host: 'rebind.allowed.test',
      reason: 'loopback-address',
    });
  });

  test('a name that exists nowhere outside fails with an alert and a 502, quickly', async () => {
    const [secure, plain] = await sandbox.agentDoes(async (tools) => [
      await tools.http('https://nowhere.allowed.test/'),
      await tools.http('http://nowhere.allowed.test/'),
    ]);
    expect(secure?.error).toContain('alert');
    expect(plain).toMatchObject({ status: 502 });
    await sandbox.recorded({ protocol: 'tls', host: 'nowhere.allowed.test', reason: 'resolve-failed' });
  });
});
