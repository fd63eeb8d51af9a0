import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../fixtures/internet/docker.js';
import { buildGatewayImage } from '../../fixtures/internet/gateway-image.js';
import {
  type Internet,
  type Sandbox,
  startInternet,
  startSandbox,
} from '../../fixtures/internet/topology.js';
import { SERVER } from '../../fixtures/internet/zone.js';

let internet: Internet;
let sandbox: Sandbox;

beforeAll(async () => {
  internet = await startInternet(buildGatewayImage());
  sandbox = await startSandbox(internet, { allow: ['api.allowed.test'] });
});

afterAll(async () => {
  await sandbox?.stop();
  await internet?.stop();
});

describe('the floor', () => {
  test.each([
    ['an outside address', SERVER, 443, 'direct-address'],
    ['an outside address on an odd port', SERVER, 31_337, 'direct-address'],
    ['DNS over TLS', '1.1.1.1', 853, 'direct-address'],
    ['DNS over HTTPS', '1.1.1.1', 443, 'direct-address'],
    ['a metadata service', '169.254.169.254', 80, 'metadata-address'],
    ['Azure’s metadata service', '168.63.129.16', 80, 'metadata-address'],
    ['a private address', '10.0.0.1', 443, 'private-address'],
    ['the host on the default bridge', '172.17.0.1', 22, 'private-address'],
    ['an own port of the gateway', '100.64.7.1', 443, 'gateway-port'],
    ['another port of the gateway', '100.64.7.1', 8080, 'gateway-port'],
    ['a synthetic address of no name', '198.19.255.1', 9_999, 'own-address'],
  ])('%s (%s:%i) is refused at once, and on record', async (_what, address, port, reason) => {
    const answer = await sandbox.agentDoes((tools, at, p) => tools.tcp(at, p), address, port);
    expect(answer).toMatchObject({ error: 'ECONNREFUSED', data: '' });
    const record = await sandbox.recorded({ protocol: 'tcp', ip: address, port });
    expect(record).toMatchObject({ verdict: 'blocked', reason, rule: 'floor' });
  });

  test('an allowed name through its real address is refused: names decide, not addresses', async () => {
    const answer = await sandbox.agentDoes(
      (tools, address) => tools.http('https://api.allowed.test/', { address }),
      SERVER,
    );
    expect(answer.error).toContain('ECONNREFUSED');
    await sandbox.recorded({ protocol: 'tcp', verdict: 'blocked', ip: SERVER, port: 443 });
  });

  test('ICMP of an ordinary user is refused at once, and on record', async () => {
    // A socket for echo requests, which many kernels let everybody make.
    const script = `socket(S, 2, 2, 1) or exit print "none"; connect(S, pack('SnC4x8', 2, 0, 198, 51, 100, 11)) or exit print "$!";
      send(S, pack('C2n3a6', 8, 0, 0, 1, 1, 'secret'), 0); my $r = ''; vec($r, fileno(S), 1) = 1;
      select($r, undef, undef, 5) or exit print 'silence'; recv(S, my $answer, 99, 0); print $! || 'an answer'`;
    const answer = await docker('exec', sandbox.agent, 'perl', '-e', script);
    expect(answer).toMatch(/^(none|No route to host|Permission denied)/);
    if (!answer.startsWith('none'))
      await sandbox.recorded({ protocol: 'icmp', verdict: 'blocked', ip: '198.51.100.11' });
  });

  test.each([
    ['UDP', 9000],
    ['NTP', 123],
    ['QUIC', 443],
    ['multicast DNS', 5353],
  ])('%s to an address (port %i) is refused with an ICMP error, and on record', async (_what, port) => {
    const answer = await sandbox.agentDoes((tools, at, p) => tools.udp(at, p, 'secret'), SERVER, port);
    expect(answer).toMatch(/^E(HOSTUNREACH|CONNREFUSED|ACCES|NETUNREACH)$/);
    await sandbox.recorded({
      protocol: 'udp',
      verdict: 'blocked',
      ip: SERVER,
      port,
      reason: 'direct-address',
    });
    expect((await internet.seen()).filter(({ service }) => service === 'udp')).toEqual([]);
  });

  test('QUIC to an allowed name is refused and on record with the name', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.udp(await tools.addressOf('api.allowed.test'), 443, 'quic'),
    );
    expect(answer).toMatch(/^E/);
    await sandbox.recorded({
      protocol: 'udp',
      verdict: 'blocked',
      host: 'api.allowed.test',
      port: 443,
      reason: 'port-not-allowed',
    });
  });

  test('a port that no rule opens is refused on an allowed name', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('api.allowed.test'), 5432, 'x'),
    );
    expect(answer.error).toBe('ECONNREFUSED');
    await sandbox.recorded({
      protocol: 'tcp',
      verdict: 'blocked',
      host: 'api.allowed.test',
      port: 5432,
      reason: 'port-not-allowed',
    });
  });

  test('DNS over TLS to an allowed name is refused, and on record with the name', async () => {
    const answer = await sandbox.agentDoes(async (tools) =>
      tools.tcp(await tools.addressOf('api.allowed.test'), 853, 'x'),
    );
    expect(answer.error).toBe('ECONNREFUSED');
    await sandbox.recorded({ verdict: 'blocked', host: 'api.allowed.test', port: 853 });
  });

  test('a hundred datagrams in a row are each refused, none hangs', async () => {
    const answers = await sandbox.agentDoes(async (tools, at) => {
      const all: string[] = [];
      for (let round = 0; round < 4; round++)
        all.push(...(await Promise.all(Array.from({ length: 25 }, () => tools.udp(at, 9_001, 'x')))));
      return all;
    }, SERVER);
    expect(answers.filter((answer) => answer === 'silence')).toEqual([]);
  });

  test('multicast goes nowhere, and is on record', async () => {
    await sandbox.agentDoes((tools) => tools.udp('224.0.0.251', 5_353, 'secret', tools.SILENCE_MS));
    await sandbox.recorded({
      protocol: 'udp',
      verdict: 'blocked',
      ip: '224.0.0.251',
      port: 5_353,
      reason: 'multicast-address',
    });
  });

  test.each(['AF_INET, SOCK_RAW, 1', 'AF_INET, SOCK_RAW, 255', 'AF_PACKET, SOCK_RAW, 768'])(
    'a raw socket (%s) cannot be made without capabilities',
    async (kind) => {
      const names = { AF_INET: 2, AF_PACKET: 17, SOCK_RAW: 3 } as const;
      const numbers = kind.split(', ').map((word) => names[word as keyof typeof names] ?? word);
      const script = `socket(S, ${numbers.join(', ')}) and print "made"; print $!`;
      expect(await docker('exec', sandbox.agent, 'perl', '-e', script)).toBe('Operation not permitted');
    },
  );

  test.each(['2606:4700:4700::1111', 'fd00::1', 'ff02::1'])(
    'IPv6 (%s) is blocked at once by the agent’s own kernel, over TCP and UDP',
    async (address) => {
      const atOnce = /^E(NETUNREACH|ADDRNOTAVAIL|AFNOSUPPORT|HOSTUNREACH)$/;
      const answer = await sandbox.agentDoes((tools, at) => tools.tcp(at, 443), address);
      expect(answer.error).toMatch(atOnce);
      const script = `const s = require('dgram').createSocket('udp6'); s.on('error', (e) => console.log(e.code));
        s.send('x', 443, '${address}', (e) => { console.log(e?.code ?? 'sent'); s.close(); });`;
      expect(await docker('exec', sandbox.agent, 'node', '-e', script)).toMatch(atOnce);
    },
  );

  test('there is no IPv6 address inside, not even on the loopback interface', async () => {
    const addresses = await docker(
      'exec',
      sandbox.agent,
      'sh',
      '-c',
      'cat /proc/net/if_inet6 2>/dev/null || true',
    );
    expect(addresses).toBe('');
  });

  test('an IPv4-mapped address is judged like the address in it', async () => {
    const answer = await sandbox.agentDoes((tools, at) => tools.tcp(`::ffff:${at}`, 4_443), SERVER);
    expect(answer.error).toMatch(/^E(CONNREFUSED|NETUNREACH|ADDRNOTAVAIL)$/);
    if (answer.error === 'ECONNREFUSED')
      await sandbox.recorded({ verdict: 'blocked', ip: SERVER, port: 4_443 });
  });

  test('another container of the uplink network finds no open port of the gateway', async () => {
    const address = await docker(
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      sandbox.gateway,
    );
    const script = `const n=require('net');const r=[];let left=4;for(const p of [53,80,443,100]){const s=n.connect({host:'${address}',port:p,timeout:700});const d=(w)=>{if(s.d)return;s.d=1;r.push(p+w);s.destroy();if(!--left){console.log(r.join(' '))}};s.on('connect',()=>d('open'));s.on('error',()=>d('closed'));s.on('timeout',()=>d('silent'))}`;
    const out = await docker(
      'run',
      '--rm',
      '--network',
      internet.network,
      '--entrypoint',
      'node',
      internet.image,
      '-e',
      script,
    );
    expect(out).not.toContain('open');
  });

  test('the processes of the sandbox’s network hold no capability', async () => {
    const status = await docker('exec', sandbox.gateway, 'sh', '-c', 'cat /proc/[0-9]*/status');
    const effective = [
      ...status.matchAll(/^Name:\s*(\S+)[\s\S]*?^Uid:\s*(\d+)[\s\S]*?^CapPrm:\s*(\S+)\nCapEff:\s*(\S+)/gm),
    ];
    const serving = effective.filter(([, name]) =>
      ['node', 'MainThread', 'ulogd', 'perl', 'link.pl'].includes(name as string),
    );
    expect(serving.length).toBeGreaterThanOrEqual(3);
    for (const [, name, , permitted, held] of serving)
      expect([name, permitted, held]).toEqual([name, '0000000000000000', '0000000000000000']);
    const node = serving.find(([, name]) => name === 'node' || name === 'MainThread');
    expect(node?.[2]).toBe('65532');
  });
});

describe('an agent that is root with NET_ADMIN and NET_RAW', () => {
  let strong: Sandbox;

  beforeAll(async () => {
    strong = await startSandbox(internet, {
      allow: ['api.allowed.test'],
      agentOptions: ['--user', '0:0', '--cap-add', 'NET_ADMIN', '--cap-add', 'NET_RAW'],
    });
  });
  afterAll(() => strong?.stop());

  test('reaches nothing by forging its source address, and the try is on record', async () => {
    await docker('exec', strong.agent, 'ip', 'addr', 'add', '100.64.9.77/32', 'dev', 'eth0');
    const answer = await strong.agentDoes(
      (tools, at) => tools.tcp(at, 443, 'x', 'latin1', '100.64.9.77', tools.SILENCE_MS),
      SERVER,
    );
    expect(answer).toMatchObject({ data: '', error: 'silence' });
    await strong.recorded({
      protocol: 'tcp',
      verdict: 'blocked',
      ip: SERVER,
      port: 443,
      reason: 'spoofed-source',
    });
  });

  test('reaches nothing by ICMP, and the try is on record', async () => {
    await docker(
      'exec',
      strong.agent,
      'perl',
      '-e',
      `socket(S,2,3,1); my $p=pack('CCnnn',8,0,0xf7fe,0,1); send(S,$p,0,pack('SnC4x8',2,0,198,51,100,10)) or die $!`,
    );
    await strong.recorded({ protocol: 'icmp', verdict: 'blocked', ip: SERVER });
  });

  test('cannot end the gateway with a question from port 0, and the try is on record', async () => {
    const packet = `my $q = pack('n6', 7, 256, 1, 0, 0, 0) . "\\3api\\7allowed\\4test\\0" . pack('n2', 1, 1);
      socket(S, 2, 3, 17) or die $!; send(S, pack('n4', 0, 53, 8 + length $q, 0) . $q, 0, pack('SnC4x8', 2, 0, 100, 64, 7, 1)) or die $!`;
    await docker('exec', strong.agent, 'perl', '-e', packet);
    await strong.recorded({ protocol: 'udp', verdict: 'blocked', port: 53, reason: 'gateway-port' });
    expect(await strong.agentDoes((tools) => tools.lookup('api.allowed.test'))).toHaveLength(1);
  });

  test('reaches nothing by IPv6 frames of its own making, and the try is on record', async () => {
    const frame = `my ($mac) = \`ip neigh show 100.64.7.1\` =~ /lladdr (\\S+)/; my $to = pack 'H*', $mac =~ s/://gr;
      my ($index) = \`ip -o link show eth0\` =~ /^(\\d+)/; my $ip = pack('NnCC', 6 << 28, 20, 6, 64) . pack('H*', 'fd000000000000000000000000000002' . '26064700470000000000000000001111');
      my $tcp = pack('nnNNnnnn', 40000, 443, 1, 0, 0x5002, 1000, 0, 0);
      socket(S, 17, 3, 0xdd86) or die $!; send(S, $to . "\\2\\0\\0\\0\\0\\1" . "\\x86\\xdd" . $ip . $tcp, 0, pack('Snlsccx0a8', 17, 0x86dd, $index, 0, 0, 6, $to)) or die $!`;
    await docker('exec', strong.agent, 'ping', '-c1', '100.64.7.1').catch(() => {});
    await strong.agentDoes((tools) => tools.lookup('api.allowed.test'));
    await docker('exec', strong.agent, 'perl', '-e', frame);
    await strong.recorded({
      protocol: 'tcp',
      verdict: 'blocked',
      ip: '2606:4700:4700::1111',
      port: 443,
      reason: 'ipv6-address',
    });
  });

  test('cannot change the rules of the gateway: they live in another namespace', async () => {
    await docker(
      'exec',
      strong.agent,
      'sh',
      '-c',
      'iptables -P FORWARD ACCEPT; iptables -P OUTPUT ACCEPT; ip route replace default via 100.64.7.1',
    ).catch(() => {});
    const answer = await strong.agentDoes((tools, at) => tools.tcp(at, 443), SERVER);
    expect(answer.error).toBe('ECONNREFUSED');
  });
});
