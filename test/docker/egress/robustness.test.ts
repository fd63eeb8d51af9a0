import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MOST_CONNECTIONS } from '../../../src/gateway/connection/connections.js';
import { docker } from '../../fixtures/internet/docker.js';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  type SandboxOptions,
  startInternet,
  startSandbox,
  until,
  withoutNetwork,
} from '../../fixtures/internet/topology.js';
import { DEAD, RESOLVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
const running: Sandbox[] = [];

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
});
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
});
afterAll(() => internet?.stop());

async function sandboxFor(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox(internet, options);
  running.push(sandbox);
  return sandbox;
}

test('ten thousand names have an address each, and the last works like the first', async () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `n${at}.x.wild.test`);
  const sandbox = await sandboxFor({ allow: ['**.wild.test', ...names.slice(0, 5_000)] });
  const { distinct, again } = await sandbox.agentDoes(async (tools, all) => {
    const found: string[] = [];
    const each = async (name: string): Promise<string> => String((await tools.lookup(name))[0]);
    for (let at = 0; at < all.length; at += 100)
      found.push(...(await Promise.all(all.slice(at, at + 100).map(each))));
    return { distinct: new Set(found).size, again: (await each(all[0] as string)) === found[0] };
  }, names);
  expect({ distinct, again }).toEqual({ distinct: 10_000, again: true });
  const answer = await sandbox.agentDoes((tools) => tools.http('http://x.wild.test/'));
  expect(answer.status).toBe(200);
});

test('more connections than the cap are reset and on record, and those that stand go on', async () => {
  const sandbox = await sandboxFor({ allow: ['api.allowed.test'] });
  const answers = await sandbox.agentDoes(async (tools, most) => {
    const address = await tools.addressOf('api.allowed.test');
    const first = await tools.openMany(address, 443, most);
    const more = await tools.tcp(address, 443, 'x');
    return { first, more };
  }, MOST_CONNECTIONS);
  expect(answers.first).toBe(MOST_CONNECTIONS);
  expect(answers.more.error).toBe('ECONNRESET');
  await sandbox.recorded({ verdict: 'blocked', reason: 'too-many-connections', host: 'api.allowed.test' });
});

test('clients that never finish what they began are cut off and on record, and hinder nobody', async () => {
  const sandbox = await sandboxFor({ allow: ['api.allowed.test'] });
  const status = await sandbox.agentDoes(async (tools) => {
    const address = await tools.addressOf('api.allowed.test');
    const hello = Buffer.from(await tools.hello('api.allowed.test'), 'hex');
    tools.beginMany(address, 443, 200, hello.subarray(0, 50));
    tools.beginMany(address, 80, 200, Buffer.from('GET / HT'));
    tools.beginMany(address, 443, 200, Buffer.alloc(0));
    return (await tools.http('https://api.allowed.test/')).status;
  });
  expect(status).toBe(200);
  await sandbox.recorded({ verdict: 'blocked', reason: 'timeout', host: 'api.allowed.test', port: 443 });
});

test('a resolver that is down costs time, not the connection', async () => {
  const sandbox = await sandboxFor({ allow: ['api.allowed.test'], resolvers: [DEAD, RESOLVER] });
  const answer = await sandbox.agentDoes((tools) => tools.http('https://api.allowed.test/'));
  expect(answer.status).toBe(200);
});

test('a destination that is down does not hold up the others', async () => {
  const sandbox = await sandboxFor({ allow: ['dead.allowed.test', 'api.allowed.test'] });
  const answers = await sandbox.agentDoes(async (tools) => {
    const dead = Array.from({ length: 50 }, () => tools.http('https://dead.allowed.test/'));
    const alive = await tools.http('https://api.allowed.test/');
    await Promise.all(dead);
    return alive.status;
  });
  expect(answers).toBe(200);
  await sandbox.recorded({ host: 'dead.allowed.test', reason: 'upstream-failed' });
});

describe('a gateway that runs out of memory', () => {
  test('ends, and takes the network with it', async () => {
    const gatewayOptions = ['--memory', '64m', '--memory-swap', '64m'];
    const sandbox = await sandboxFor({ allow: ['api.allowed.test'], gatewayOptions });
    await sandbox.agentDoes(async (tools) => {
      const head = Buffer.from(`GET / HTTP/1.1\r\nx: ${'x'.repeat(60_000)}`);
      tools.beginMany(await tools.addressOf('api.allowed.test'), 80, 4_000, head);
    });
    await until('the end of the gateway', async () => {
      const state = await docker('inspect', '-f', '{{.State.Running}}', sandbox.gateway).catch(() => 'false');
      return state === 'false';
    });
    await withoutNetwork(sandbox);
  });
});
