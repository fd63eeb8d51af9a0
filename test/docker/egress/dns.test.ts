import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
  until,
} from '../../fixtures/internet/topology.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, { allow: ['api.allowed.test', '*.wild.test'] });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

const GATEWAY = '100.64.7.1';

/** Names that have reached the outside resolver. */
async function askedOutside(): Promise<readonly string[]> {
  return (await internet.seen()).filter(({ service }) => service === 'dns').map(({ name }) => String(name));
}

describe('the agent’s resolver', () => {
  test('an allowed name has one synthetic address for the whole run', async () => {
    const [first, second] = await sandbox.agentDoes(async (tools) => [
      await tools.lookup('api.allowed.test'),
      await tools.lookup('API.allowed.test.'),
    ]);
    expect(first).toEqual(second);
    expect(first?.[0]).toMatch(/^198\.1[89]\./);
    await sandbox.recorded({
      protocol: 'dns',
      verdict: 'allowed',
      host: 'api.allowed.test',
      port: 53,
      reason: 'rule',
    });
  });

  test.each(['AAAA', 'HTTPS'])(
    'a %s question for an allowed name is empty, so that clients go on with A',
    async (type) => {
      const answer = await sandbox.agentDoes(
        (tools, t) => tools.ask('100.64.7.1', tools.question('api.allowed.test', t)),
        type,
      );
      expect(answer).toBe('rcode 0');
    },
  );

  test('a name without a rule does not exist, and the question is on record', async () => {
    expect(await sandbox.agentDoes((tools) => tools.lookup('forbidden.test'))).toBe('ENOTFOUND');
    await sandbox.recorded({
      protocol: 'dns',
      verdict: 'blocked',
      host: 'forbidden.test',
      reason: 'dns-no-rule',
      rule: 'default',
    });
    expect(await askedOutside()).not.toContain('forbidden.test');
  });

  test('a sub-domain of an exactly allowed name does not exist', async () => {
    expect(await sandbox.agentDoes((tools) => tools.lookup('secret.api.allowed.test'))).toBe('ENOTFOUND');
    await sandbox.recorded({ protocol: 'dns', verdict: 'blocked', host: 'secret.api.allowed.test' });
  });

  test('no label of a question reaches the outside resolver, not even under a wildcard', async () => {
    await sandbox.agentDoes(async (tools) => {
      for (const type of ['A', 'AAAA', 'TXT', 'MX', 'NULL']) {
        for (const name of [
          'c2VjcmV0',
          'c2VjcmV0.api.allowed.test',
          'c2VjcmV0.wild.test',
          'c2VjcmV0.x.wild.test',
        ]) {
          await tools.ask('100.64.7.1', tools.question(name, type));
        }
      }
    });
    await sandbox.recorded({ protocol: 'dns', verdict: 'blocked', host: 'c2vjcmv0.x.wild.test' });
    expect((await askedOutside()).filter((name) => name.toLowerCase().includes('c2vjcmv0'))).toEqual([]);
  });

  test('TXT of an allowed name is empty and on record as blocked', async () => {
    expect(
      await sandbox.agentDoes((tools) => tools.ask('100.64.7.1', tools.question('api.allowed.test', 'TXT'))),
    ).toBe('rcode 0');
    await sandbox.recorded({
      protocol: 'dns',
      verdict: 'blocked',
      host: 'api.allowed.test',
      reason: 'dns-type',
    });
  });

  test('works over TCP too, with the same verdicts', async () => {
    const answers = await sandbox.agentDoes(
      async (tools, gateway) => [
        await tools.askOverTcp(gateway, 'api.allowed.test'),
        await tools.askOverTcp(gateway, 'tcp.forbidden.test'),
      ],
      GATEWAY,
    );
    expect(answers).toEqual(['rcode 0', 'rcode 3']);
    await sandbox.recorded({ protocol: 'dns', verdict: 'blocked', host: 'tcp.forbidden.test' });
  });

  test('two questions in one message are refused and recorded', async () => {
    const answer = await sandbox.agentDoes((tools) =>
      tools.ask('100.64.7.1', tools.question('api.allowed.test', 'A', ['two.forbidden.test'])),
    );
    expect(answer).toBe('rcode 1');
    await sandbox.recorded({ protocol: 'dns', verdict: 'blocked', reason: 'dns-malformed' });
  });

  test('garbage and oversized messages do not stop it', async () => {
    const before = sandbox.records({ reason: 'dns-malformed' }).length;
    const answers = await sandbox.agentDoes(async (tools) => [
      await tools.ask(
        '100.64.7.1',
        Array.from({ length: 40 }, (_, at) => (at * 37) % 251),
      ),
      await tools.ask(
        '100.64.7.1',
        Array.from({ length: 9_000 }, () => 0),
      ),
      await tools.ask('100.64.7.1', tools.question('api.allowed.test')),
    ]);
    expect(answers).toEqual(['rcode 1', 'rcode 1', 'rcode 0']);
    await until('the records', () => sandbox.records({ reason: 'dns-malformed' }).length >= before + 2);
  });

  test.each(['198.51.100.10', '8.8.8.8'])(
    'another DNS server (%s) cannot be asked, by UDP or TCP',
    async (server) => {
      const [udp, tcp] = await sandbox.agentDoes(
        async (tools, at) => [await tools.udp(at, 53, 'x'), await tools.askOverTcp(at, 'api.allowed.test')],
        server,
      );
      expect(udp).not.toMatch(/reply|silence/);
      expect(tcp).toBe('ECONNREFUSED');
      await sandbox.recorded({
        protocol: 'udp',
        verdict: 'blocked',
        ip: server,
        port: 53,
        reason: 'direct-address',
        rule: 'floor',
      });
      await sandbox.recorded({
        protocol: 'tcp',
        verdict: 'blocked',
        ip: server,
        port: 53,
        reason: 'direct-address',
      });
    },
  );

  test('a flood of questions is counted, not lost', async () => {
    const before = total('flood.forbidden.test');
    await sandbox.agentDoes(async (tools) => {
      const ask = () => tools.ask('100.64.7.1', tools.question('flood.forbidden.test'));
      for (let at = 0; at < 300; at += 30) await Promise.all(Array.from({ length: 30 }, ask));
    });
    await until('the last count', () => total('flood.forbidden.test') - before >= 300);
    expect(total('flood.forbidden.test') - before).toBe(300);
    expect(sandbox.records({ host: 'flood.forbidden.test' }).length).toBeLessThan(200);
  });

  function total(host: string): number {
    return sandbox.records({ host }).reduce((sum, record) => sum + (record.count ?? 1), 0);
  }

  test('the canary is never on record', () => {
    expect(
      sandbox
        .records()
        .filter((record) => record.host?.includes('canary') || record.ip === '100.127.255.254'),
    ).toEqual([]);
  });
});
