import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayEvent, type GatewayStart, LINK_ADDRESSES } from '../../../src/gateway/protocol.js';
import { docker, LABEL } from '../../fixtures/internet/docker.js';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  GATEWAY_OPTIONS,
  type Internet,
  LINK_COMMAND,
  LINK_OPTIONS,
  type Sandbox,
  startInternet,
  startSandbox,
  until,
  withoutNetwork,
} from '../../fixtures/internet/topology.js';
import { DEAD, SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
const running: Sandbox[] = [];

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
});
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.stop();
});
afterAll(() => internet?.stop());

async function sandboxFor(...allow: string[]): Promise<Sandbox> {
  const sandbox = await startSandbox(internet, { allow });
  running.push(sandbox);
  return sandbox;
}

/** Starts a gateway without anything around it and waits for its end. */
async function gatewayAlone(
  start: Partial<GatewayStart> | string,
  end: 'keep' | 'close' = 'keep',
): Promise<{ code: number | null; events: GatewayEvent[] }> {
  const child = spawn('docker', [
    'run',
    '-i',
    '--rm',
    '--label',
    LABEL,
    '--network',
    internet.network,
    ...GATEWAY_OPTIONS,
    internet.image,
  ]);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const policy = { mode: 'block', rules: [], warnings: [] };
  const line =
    typeof start === 'string'
      ? start
      : JSON.stringify({ policy, link: LINK_ADDRESSES, resolvers: [], ...start });
  child.stdin.write(`${line}\n`);
  if (end === 'close') child.stdin.end();
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.destroy();
  const [first, ...events] = output
    .split('\n')
    .filter(Boolean)
    .map((each) => JSON.parse(each) as GatewayEvent);
  expect(first).toEqual({ event: 'started' });
  return { code, events };
}

describe('the gateway', () => {
  test('ends with its lifeline, and the agent has no network from then on', async () => {
    const sandbox = await sandboxFor('api.allowed.test');
    expect(await sandbox.agentDoes((tools) => tools.http('http://api.allowed.test/'))).toMatchObject({
      status: 200,
    });
    await docker('kill', sandbox.gateway);
    await withoutNetwork(sandbox);
  });

  test('frozen, it lets nothing pass, and records what was tried once it can', async () => {
    const sandbox = await sandboxFor('api.allowed.test');
    const address = await sandbox.agentDoes((tools) => tools.addressOf('api.allowed.test'));
    await docker('pause', sandbox.gateway);
    const answer = await sandbox.agentDoes(async (tools, at) => {
      const http = await tools.http('https://api.allowed.test/', { patienceMs: tools.SILENCE_MS });
      await tools.tcp(at, 8_080, 'x', 'latin1', undefined, tools.SILENCE_MS);
      return http;
    }, address);
    await docker('unpause', sandbox.gateway);
    expect(answer.status).toBeUndefined();
    await sandbox.recorded({ verdict: 'blocked', host: 'api.allowed.test', port: 8_080 });
  });

  test('without its process, the floor still refuses', async () => {
    const sandbox = await sandboxFor('api.allowed.test');
    await docker('pause', sandbox.gateway);
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 443), SERVER);
    await docker('unpause', sandbox.gateway);
    expect(answer.error).toBe('ECONNREFUSED');
    await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: SERVER, port: 443 });
  });

  test('ends when its standard input ends', async () => {
    const { events } = await gatewayAlone({}, 'close');
    expect(events.some(({ event }) => event === 'ready')).toBe(false);
  });

  test('a resolver that was named and does not answer is fatal, with its address', async () => {
    const child = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--name',
      'cagent-test-resolver',
      '--network',
      internet.network,
      ...GATEWAY_OPTIONS,
      internet.image,
    ]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.write(
      `${JSON.stringify({ policy: { mode: 'block', rules: [], warnings: [] }, link: LINK_ADDRESSES, resolvers: [DEAD] })}\n`,
    );
    await until('the floor', () => output.includes('"floor"'));
    const link = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--pid',
      'container:cagent-test-resolver',
      ...LINK_OPTIONS,
      internet.image,
      ...LINK_COMMAND,
    ]);
    link.stdin.write('go\0');
    const code = await new Promise((resolve) => child.once('close', resolve));
    link.stdin.destroy();
    expect(code).toBe(1);
    expect(output).toContain('"code":"gateway.resolver"');
    expect(output).toContain(DEAD);
    expect(output).not.toContain('"ready"');
  });

  test('a start message that cannot be read is fatal', async () => {
    const { code, events } = await gatewayAlone('no json');
    expect(code).toBe(1);
    expect(events).toMatchObject([{ event: 'fatal', code: 'gateway.failed' }]);
  });

  test('a packet filter that fails half-way is fatal: the agent never gets a link', async () => {
    const target = { kind: 'cidr', address: '198.51.100.7', prefix: 32 } as const;
    const port = { protocol: 'tcp', port: 70_000 } as const;
    const rule = { text: 'broken', target, ports: [port], private: false, http: [] };
    const { code, events } = await gatewayAlone({ policy: { mode: 'block', rules: [rule], warnings: [] } });
    expect(code).toBe(1);
    expect(events).toMatchObject([
      { event: 'fatal', code: 'gateway.failed', message: expect.stringContaining('iptables-restore') },
    ]);
  });

  test('without the right to set up a packet filter there is no gateway', async () => {
    const child = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--network',
      internet.network,
      '--read-only',
      '--tmpfs',
      '/run',
      '--cap-drop',
      'ALL',
      internet.image,
    ]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stdin.write(
      `${JSON.stringify({ policy: { mode: 'block', rules: [], warnings: [] }, link: LINK_ADDRESSES, resolvers: [] })}\n`,
    );
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(code).toBe(1);
    expect(output).toContain('"fatal"');
    expect(output).not.toContain('"floor"');
  });

  test('two sandboxes on one uplink do not reach each other', async () => {
    const [one, two] = [await sandboxFor('api.allowed.test'), await sandboxFor('api.allowed.test')];
    const address = await docker(
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      two.gateway,
    );
    for (const port of [53, 80, 443]) {
      const answer = await one.agentDoes((tools, at, p) => tools.tcp(at, p), address, port);
      expect(answer.error).toBe('ECONNREFUSED');
    }
  });
});

describe('the link', () => {
  test('sees hidden paths for what they are: absent, visible or unknown', async () => {
    const child = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--network',
      'none',
      '--cap-drop',
      'ALL',
      '--cap-add',
      'SETUID',
      '--cap-add',
      'SETGID',
      '--read-only',
      '--entrypoint',
      'perl',
      internet.image,
      '/opt/cagent/link.pl',
      '--probe',
      '/',
      '1000:1000',
    ]);
    expect(await outputOf(child, 'etc/passwd\0nothing here\nreally\0etc/passwd/below\0opt/cagent\0\0')).toBe(
      'visible etc/passwd\nvisible opt/cagent\nprobed\n',
    );
  });

  test('tells what it cannot look into', async () => {
    const child = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--network',
      'none',
      '--cap-drop',
      'ALL',
      '--user',
      '1000:1000',
      '--entrypoint',
      'perl',
      internet.image,
      '/opt/cagent/link.pl',
      '--probe',
      '/',
    ]);
    expect(await outputOf(child, 'root/secret\nfile \xff\0\0')).toBe(
      'unknown root/secret%0Afile%20%C3%BF\nprobed\n',
    );
  });

  test('a list that breaks off is a failure, not a clean bill', async () => {
    const child = spawn('docker', [
      'run',
      '-i',
      '--rm',
      '--label',
      LABEL,
      '--network',
      'none',
      '--entrypoint',
      'perl',
      internet.image,
      '/opt/cagent/link.pl',
      '--probe',
      '/',
    ]);
    expect(await outputOf(child, 'nothing\0half')).not.toContain('probed');
    expect(child.exitCode).not.toBe(0);
  });

  test('without the word that the floor is loaded there is no link', async () => {
    const child = spawn('docker', [
      ...[
        'run',
        '-i',
        '--rm',
        '--label',
        LABEL,
        '--network',
        'none',
        '--cap-drop',
        'ALL',
        '--cap-add',
        'NET_ADMIN',
      ],
      ...['--entrypoint', 'perl', internet.image, '/opt/cagent/link.pl'],
      ...['/', '100.64.7.2/30', '100.64.7.1', '100.127.255.254:9'],
    ]);
    const output = await outputOf(child, 'etc/passwd\0\0');
    expect(output).toContain("expected the word 'go' first");
    expect(output).not.toContain('ready');
    expect(child.exitCode).not.toBe(0);
  });

  test('ends with its lifeline', async () => {
    const sandbox = await sandboxFor('api.allowed.test');
    await docker('kill', sandbox.link);
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 443), SERVER);
    expect(answer.data).toBe('');
  });
});

async function outputOf(child: ReturnType<typeof spawn>, input: string): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  child.stdin?.end(input);
  await new Promise((resolve) => child.once('close', resolve));
  return output;
}
