import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
} from '../../fixtures/internet/topology.js';

const KB = 1_024;

let internet: Internet;
let sandbox: Sandbox;
let ca: string;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, {
    allow: [
      { dest: 'api.allowed.test', ports: [443], 'max-upload': '100k' },
      { dest: 'api.allowed.test', ports: [5432], 'max-upload': '200k' },
      { dest: 'api.allowed.test', ports: ['9000/udp'], 'max-upload': 10 },
      { dest: 'http://other.allowed.test', 'max-requests': 2 },
      { dest: 'https://other.allowed.test', 'max-requests': 2 },
      { dest: 'http://second.allowed.test', 'max-upload': '64k' },
      { dest: 'https://second.allowed.test/', http: [{ methods: ['GET', 'POST'] }], 'max-upload': '64k' },
    ],
    extraRoots: internet.ca,
  });
  ca =
    sandbox.events.flatMap((event) => (event.event === 'ready' ? [event.caCertificate ?? ''] : []))[0] ?? '';
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

async function requestsTo(path: string): Promise<number> {
  return (await internet.seen()).filter((line) => line.service === 'http' && line.path === path).length;
}

/** What left by all connections of these records. */
function sent(match: Partial<EgressRecord>): number {
  return sandbox.records(match).reduce((sum, record) => sum + (record.bytesOut ?? 0), 0);
}

describe('a budget for uploads', () => {
  test('over TLS that is not read: the connection is cut, on record, and no more leaves', async () => {
    const url = 'https://api.allowed.test/tls';
    const small = await sandbox.agentDoes(
      (tools, to) => tools.http(to, { method: 'POST', body: 'x'.repeat(1_000) }),
      url,
    );
    expect(small.status).toBe(200);
    const large = await sandbox.agentDoes(
      (tools, to) => tools.http(to, { method: 'POST', body: 'x'.repeat(1_000_000) }),
      url,
    );
    expect(large.status).toBeUndefined();
    const match = { protocol: 'tls', host: 'api.allowed.test' } as const;
    const record = await sandbox.recorded({ ...match, verdict: 'blocked', reason: 'upload-budget' });
    expect(record.rule).toBe('{ dest: api.allowed.test, ports: [443], max-upload: 100k }');
    expect(sent(match)).toBeLessThanOrEqual(100 * KB);
    expect(await requestsTo('/tls')).toBe(1);
  });

  test('over raw TCP: the connection is reset', async () => {
    const answer = await sandbox.agentDoes(async (tools) => {
      const address = await tools.addressOf('api.allowed.test');
      return tools.echo(address, 5432, 2_000_000).catch((error: Error) => error.message);
    });
    expect(answer).toMatch(/ECONNRESET|EPIPE/);
    const match = { protocol: 'tcp', host: 'api.allowed.test', port: 5432 } as const;
    await sandbox.recorded({ ...match, verdict: 'blocked', reason: 'upload-budget' });
    expect(sent(match)).toBeLessThanOrEqual(200 * KB);
  });

  test('over UDP: the datagram does not leave', async () => {
    const [short] = await sandbox.agentDoes(async (tools) => {
      const address = await tools.addressOf('api.allowed.test');
      return [
        await tools.udp(address, 9000, 'short'),
        await tools.udp(address, 9000, 'long-secret', tools.SILENCE_MS),
      ];
    });
    expect(short).toBe('reply short');
    await sandbox.recorded({ protocol: 'udp', verdict: 'blocked', reason: 'upload-budget', port: 9000 });
    expect((await internet.seen()).some((line) => line.text === 'long-secret')).toBe(false);
  });

  test.each(['http', 'https'])('over %s that is read: 403 names the rule', async (scheme) => {
    const url = `${scheme}://second.allowed.test/${scheme}`;
    const post = (bytes: number) =>
      sandbox.agentDoes(
        (tools, to, size, root) => tools.http(to, { method: 'POST', body: 'x'.repeat(size), ca: root }),
        url,
        bytes,
        ca,
      );
    expect((await post(1_000)).status).toBe(200);
    const refused = await post(80 * KB);
    expect(refused.error ?? refused.body).toMatch(/max-upload: 64k|ECONNRESET|EPIPE/);
    const port = scheme === 'http' ? 80 : 443;
    const match = { protocol: 'http', host: 'second.allowed.test', port } as const;
    const record = await sandbox.recorded({ ...match, verdict: 'blocked', reason: 'upload-budget' });
    expect(record).toMatchObject({ method: 'POST', path: `/${scheme}`, status: 403 });
    expect(await requestsTo(`/${scheme}`)).toBe(1);
    // A path can carry data too.
    const statuses = await sandbox.agentDoes(
      async (tools, to, root) => {
        const seen: (number | undefined)[] = [];
        for (let at = 0; at < 10; at++)
          seen.push((await tools.http(`${to}?${'x'.repeat(8_000)}`, { ca: root })).status);
        return seen;
      },
      url,
      ca,
    );
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(8);
    expect(statuses.at(-1)).toBe(403);
  });
});

describe('a budget for requests', () => {
  test.each(['http', 'https'])('over %s: one too many gets 403 that names the rule', async (scheme) => {
    const url = `${scheme}://other.allowed.test/${scheme}-counted`;
    const answers = await sandbox.agentDoes(
      async (tools, to, root) => [
        await tools.http(to, { ca: root }),
        await tools.http(to, { ca: root }),
        await tools.http(to, { ca: root }),
      ],
      url,
      ca,
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect(answers[2]?.body).toContain('request-budget');
    expect(answers[2]?.body).toContain('max-requests: 2');
    await sandbox.recorded({
      protocol: 'http',
      verdict: 'blocked',
      reason: 'request-budget',
      host: 'other.allowed.test',
      path: `/${scheme}-counted`,
      status: 403,
    });
    expect(await requestsTo(`/${scheme}-counted`)).toBe(2);
  });
});
