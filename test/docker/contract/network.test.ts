import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import {
  cagent,
  leftOf,
  makeWorkspace,
  OFFLINE,
  type RunResult,
  runIdIn,
  type Workspace,
} from '../../fixtures/cli.js';
import { type Internet, startInternet } from '../../fixtures/internet/topology.js';
import { PRIVATE_SERVER, RESOLVER, SECOND, SERVER } from '../../fixtures/internet/zone.js';
import { schemaProblems } from './schemas.js';

const CONFIG = `version: 1
network:
  allow:
    - api.allowed.test
    - "*.wild.test"
    - alias.allowed.test
    - private.allowed.test
    - loopback.allowed.test
    - metadata.allowed.test
    - azure.allowed.test
    - dest: second.allowed.test
      ports: [5432]
    - dest: https://other.allowed.test/v1/
      http: [{ methods: [GET], paths: [items/] }]
    - ${SECOND}
    - dest: ${SECOND}
      ports: [9000/udp]
`;

/** Prints \`NAME: CODE OUTPUT\` for each attempt. What is refused is refused at once: no deadline is waited for. */
const TRY = String.raw`
try() { name=$1; shift; out=$("$@" 2>&1); code=$?; printf '%s: %s %s\n' "$name" "$code" "$(printf '%s' "$out" | tr '\n' ' ' | cut -c1-300)"; }
web() { curl --silent --show-error --max-time 30 -o /tmp/body -w '%{http_code}' "$@"; code=$?; printf ' '; head -c 200 /tmp/body; rm -f /tmp/body; return $code; }
raw() { python3 - "$@" <<'END'
import socket, sys
host, port, text = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
try:
    s = socket.create_connection((host, port), 30)
    s.settimeout(30)
    s.sendall(text)
    print('got', s.recv(100).decode('latin1').strip() or 'end')
except OSError as error:
    print(type(error).__name__, error)
END
}
udp() { python3 - "$@" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(15)
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
    for _ in range(3):
        s.send(b'hello'); time.sleep(0.1)
    print('got', s.recv(100).decode())
except OSError as error:
    print(type(error).__name__, error)
END
}
`;

const AGENT = `${TRY}
try https-allowed web https://api.allowed.test/hello
try http-allowed web http://api.allowed.test/hello
try http-other-port web http://api.allowed.test:8080/
try wildcard web http://x.wild.test/
try wildcard-apex web http://wild.test/
try wildcard-deep web http://a.x.wild.test/
try upper-case web http://API.allowed.TEST./
try alias web http://alias.allowed.test/
try unlisted web http://forbidden.test/
try unlisted-tls web https://forbidden.test/
try unlisted-name getent hosts forbidden.test
try exfiltration getent hosts c2VjcmV0.api.allowed.test
try own-name getent hosts api.allowed.test
try wrong-host web -H 'Host: forbidden.test' http://api.allowed.test/
try wrong-sni web --insecure --connect-to forbidden.test:443:api.allowed.test:443 https://forbidden.test/
try to-private web http://private.allowed.test/
try to-loopback web http://loopback.allowed.test/
try to-metadata web http://metadata.allowed.test/
try to-azure web http://azure.allowed.test/
try raw-port raw second.allowed.test 5432 ping
try raw-closed raw second.allowed.test 22 ping
try inspected-allowed web https://other.allowed.test/v1/items/1
try inspected-head web -I https://other.allowed.test/v1/items/1
try inspected-method web -X POST -d x https://other.allowed.test/v1/items/1
try inspected-path web https://other.allowed.test/v1/secrets
try inspected-dots web --path-as-is https://other.allowed.test/v1/items/../secrets
try inspected-encoded web --path-as-is https://other.allowed.test/v1/items/%2e%2e%2fsecrets
try inspected-backslash web --path-as-is 'https://other.allowed.test/v1/items/..\\secrets'
try inspected-http web http://other.allowed.test/v1/items/1
try address-allowed web http://${SECOND}/
try address-port raw ${SECOND} 5432 x
try address-udp udp ${SECOND} 9000
try address-unlisted raw ${SERVER} 80 x
try address-private raw ${PRIVATE_SERVER} 80 x
try metadata web http://169.254.169.254/latest/meta-data/
try docker-dns udp 127.0.0.11 53
try udp-unlisted udp ${SERVER} 9000
try quic udp ${SERVER} 443
try dns-elsewhere udp ${SERVER} 53
try ping ping -c 1 -W 3 ${SERVER}
try icmp python3 -c "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP); s.settimeout(3); s.sendto(bytes([8, 0, 0, 0, 0, 1, 0, 1]), ('${SERVER}', 0)); print(s.recv(100))"
try ipv6 raw 2001:db8::1 80 x
try interfaces ls /sys/class/net
try resolver cat /etc/resolv.conf
try node node -e "fetch('https://other.allowed.test/v1/items/n').then((r) => console.log(r.status), (e) => console.log(e.cause))"
try python python3 -c "import urllib.request; print(urllib.request.urlopen('https://other.allowed.test/v1/items/p').status)"
for i in $(seq 60); do getent hosts flood.test; done
for port in 1 22 53 80 443 3000 8080 9000; do try gateway-$port raw $(ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p') $port x; done
`;

let internet: Internet;
let workspace: Workspace;
let result: RunResult;

beforeAll(async () => {
  const build = await cagent(['build']);
  const gateway = build.stdout.toString().trim().split('\n')[1]?.split(' ')[0] ?? '';
  internet = await startInternet(gateway);
  workspace = makeWorkspace({ 'cagent.yml': CONFIG });
  result = await workspace.run(
    [
      '--uplink',
      internet.network,
      '--resolver',
      RESOLVER,
      '--ca-file',
      join(internet.certificates, 'ca.crt'),
    ],
    ['bash', '-c', AGENT],
  );
});
afterAll(async () => {
  workspace.remove();
  await internet.stop();
});

function outcome(name: string): string {
  const line = result.stdout
    .toString()
    .split('\n')
    .find((each) => each.startsWith(`${name}: `));
  return line?.slice(name.length + 2) ?? 'missing';
}

function records(match: Partial<EgressRecord>): readonly EgressRecord[] {
  return result.egress.filter((record) =>
    Object.entries(match).every(([key, value]) => record[key as keyof EgressRecord] === value),
  );
}

describe('what the rules allow works', () => {
  it('the run succeeds', () => expect(result.exitCode, result.stderr).toBe(0));
  it.each([
    ['https-allowed', /^0 200 /],
    ['http-allowed', /^0 200 /],
    ['wildcard', /^0 200 /],
    ['upper-case', /^0 200 /],
    ['alias', /^0 200 /],
    ['raw-port', /^0 got ping/],
    ['inspected-allowed', /^0 200 /],
    ['inspected-head', /^0 200/],
    ['address-allowed', /^0 200 /],
    ['address-udp', /^0 got hello/],
    ['own-name', /^0 198\.1[89]\./],
    ['node', /^0 200/],
    ['python', /^0 200/],
  ])('%s', (name, expected) => expect(outcome(name)).toMatch(expected));
});

describe('what they do not is refused at once', () => {
  it.each([
    ['http-other-port', /^7 |^56 /],
    ['wildcard-apex', /^6 /],
    ['wildcard-deep', /^6 /],
    ['unlisted', /^6 /],
    ['unlisted-tls', /^6 /],
    ['unlisted-name', /^2 /],
    ['exfiltration', /^2 /],
    ['wrong-host', /^0 403 .+/],
    ['wrong-sni', /^35 .*unrecognized name/i],
    ['to-private', /^(0 (403|502) |7 |52 |56 )/],
    ['to-loopback', /^(0 (403|502) |7 |52 |56 )/],
    ['to-metadata', /^(0 (403|502) |7 |52 |56 )/],
    ['to-azure', /^(0 (403|502) |7 |52 |56 )/],
    ['raw-closed', /refused|reset/i],
    ['inspected-method', /^0 403 .+/],
    ['inspected-path', /^0 403 .+/],
    ['inspected-dots', /^0 40[03] /],
    ['inspected-encoded', /^0 40[03] /],
    ['inspected-backslash', /^0 40[03] /],
    ['inspected-http', /^(0 403 |7 |56 )/],
    ['address-port', /refused|reset/i],
    ['address-unlisted', /refused|reset/i],
    ['address-private', /refused|reset|prohibited|unreachable|permitted/i],
    ['metadata', /^7 /],
    ['udp-unlisted', /refused|prohibited|unreachable|No route|Permission/i],
    ['quic', /refused|prohibited|unreachable|No route|Permission/i],
    ['docker-dns', /Error|refused|timed out/i],
    ['dns-elsewhere', /refused|prohibited|unreachable|No route|Permission/i],
    ['ping', /^[12] /],
    ['icmp', /^1 .*(Error|timed out)/],
    ['ipv6', /Error|unreachable|not available|Cannot assign/i],
  ])('%s', (name, expected) => expect(outcome(name)).toMatch(expected));
  it.each([1, 22, 3000, 8080, 9000])("the gateway's own port %i is closed to the agent", (port) => {
    expect(outcome(`gateway-${port}`)).toMatch(/refused|reset/i);
  });
  it('a refused request is told which rule, or that there is none', () => {
    expect(outcome('inspected-method')).toMatch(/rule|other\.allowed\.test/i);
    expect(outcome('wrong-host')).toMatch(/no rule|rule|forbidden\.test/i);
  });
  it('nothing of it reached the internet', async () => {
    const seen = JSON.stringify(await internet.seen());
    expect(seen).not.toMatch(
      /c2VjcmV0|secrets|"forbidden\.test"[^}]*"bytes"|"port":9000[^}]*hello.*"port":9000[^}]*hello.*"port":9000[^}]*hello.*"port":9000/,
    );
    expect(
      (await internet.seen()).filter((each) => each.service === 'dns' && each.name === 'flood.test'),
    ).toEqual([]);
  });
});

describe('the agent’s network', () => {
  it('has one neighbour and no other interface', () => {
    expect(outcome('interfaces')).toMatch(/^0 (\w+ lo|lo \w+)$/);
  });
  it('knows the gateway as its only resolver', () =>
    expect(outcome('resolver').match(/nameserver/g)).toHaveLength(1));
});

describe('egress.jsonl', () => {
  it('holds to its schema on every line', () => {
    expect(result.egress.length).toBeGreaterThan(20);
    for (const record of result.egress) expect(schemaProblems('egress', record)).toEqual([]);
  });
  it('has the fields that are always there, and never null', () => {
    for (const record of result.egress) {
      expect(record).toMatchObject({
        schema: 'cagent.egress/1',
        verdict: expect.any(String),
        reason: expect.any(String),
        rule: expect.any(String),
        protocol: expect.any(String),
      });
      expect(Date.parse(record.time)).toBeGreaterThan(Date.now() - 3_600_000);
      expect(Object.values(record)).not.toContain(null);
    }
  });
  it.each<[string, Partial<EgressRecord>]>([
    [
      'an allowed TLS connection',
      { verdict: 'allowed', protocol: 'tls', host: 'api.allowed.test', port: 443 },
    ],
    [
      'an allowed request',
      {
        verdict: 'allowed',
        protocol: 'http',
        host: 'api.allowed.test',
        port: 80,
        method: 'GET',
        path: '/hello',
        status: 200,
      },
    ],
    ['a refused name', { verdict: 'blocked', protocol: 'dns', host: 'forbidden.test' }],
    ['a name that smuggles', { verdict: 'blocked', protocol: 'dns', host: 'c2vjcmv0.api.allowed.test' }],
    ['a refused server name', { verdict: 'blocked', protocol: 'tls', port: 443 }],
    [
      'a refused method',
      { verdict: 'blocked', protocol: 'http', host: 'other.allowed.test', method: 'POST', status: 403 },
    ],
    [
      'an allowed inspected request',
      {
        verdict: 'allowed',
        protocol: 'http',
        host: 'other.allowed.test',
        method: 'GET',
        path: '/v1/items/1',
        status: 200,
      },
    ],
    ['a raw connection', { verdict: 'allowed', protocol: 'tcp', host: 'second.allowed.test', port: 5432 }],
    ['a refused address', { verdict: 'blocked', protocol: 'tcp', ip: SERVER, port: 80 }],
    ['an allowed address', { verdict: 'allowed', ip: SECOND, port: 80 }],
    ['metadata', { verdict: 'blocked', protocol: 'tcp', ip: '169.254.169.254', port: 80 }],
    ['refused UDP', { verdict: 'blocked', protocol: 'udp', ip: SERVER, port: 9000 }],
    ['QUIC', { verdict: 'blocked', protocol: 'udp', ip: SERVER, port: 443 }],
    ['allowed UDP', { verdict: 'allowed', protocol: 'udp', ip: SECOND, port: 9000 }],
    ['a ping', { verdict: 'blocked', protocol: 'icmp', ip: SERVER }],
    [
      'a name that leads to a private address',
      { verdict: 'blocked', host: 'private.allowed.test', port: 80, ip: PRIVATE_SERVER, status: 403 },
    ],
    [
      'a name that leads to the metadata service',
      { verdict: 'blocked', host: 'metadata.allowed.test', port: 80, ip: '169.254.169.254', status: 403 },
    ],
  ])('%s is on record', (_, match) => expect(records(match).length).toBeGreaterThan(0));
  it('a flood is merged into lines with a count', () => {
    const flood = records({ host: 'flood.test' });
    expect(flood.length).toBeLessThan(60);
    expect(flood.reduce((sum, record) => sum + (record.count ?? 1), 0)).toBeGreaterThanOrEqual(60);
  });
  it('is summed up in the report', () => {
    const sum = (verdict: string): number =>
      result.egress
        .filter((record) => record.verdict === verdict)
        .reduce((total, record) => total + (record.count ?? 1), 0);
    expect(result.report.egress).toMatchObject({
      mode: 'block',
      allowed: sum('allowed'),
      blocked: sum('blocked'),
      audited: 0,
    });
    expect(result.report.egress.bytesIn).toBe(
      result.egress.reduce((total, record) => total + (record.bytesIn ?? 0), 0),
    );
    expect(result.report.egress.bytesOut).toBe(
      result.egress.reduce((total, record) => total + (record.bytesOut ?? 0), 0),
    );
    expect(result.report.egress.hosts).toContainEqual(
      expect.objectContaining({ host: 'forbidden.test', verdict: 'blocked' }),
    );
  });
  it('names the rule in the words of the configuration', () => {
    expect(records({ host: 'x.wild.test', protocol: 'http' })[0]?.rule).toContain('*.wild.test');
    expect(records({ host: 'other.allowed.test', protocol: 'http', verdict: 'allowed' })[0]?.rule).toContain(
      'https://other.allowed.test/v1/',
    );
  });
});

describe('audit mode', () => {
  let audited: RunResult;
  beforeAll(async () => {
    const plain = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const run = await plain.run(
        [
          '--network',
          'audit',
          '--allow',
          'api.allowed.test',
          '--uplink',
          internet.network,
          '--resolver',
          RESOLVER,
        ],
        [
          'bash',
          '-c',
          `${TRY}
try listed web http://api.allowed.test/
try unlisted web http://forbidden.test/
try address raw ${SERVER} 5432 ping
try metadata web http://169.254.169.254/
try private raw ${PRIVATE_SERVER} 80 x
try to-metadata web http://metadata.allowed.test/`,
        ],
      );
      const { report, egress } = run;
      const summary = run.read('summary.md');
      audited = { ...run, report, egress, read: () => summary };
    } finally {
      plain.remove();
    }
  });
  const line = (name: string): string =>
    audited.stdout
      .toString()
      .split('\n')
      .find((each) => each.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? 'missing';

  it('lets through what no rule names', () => {
    expect(line('listed')).toMatch(/^0 200 /);
    expect(line('unlisted')).toMatch(/^0 200 /);
    expect(line('address')).toMatch(/got ping/);
  });
  it('and says so in the record', () => {
    expect(audited.egress).toContainEqual(
      expect.objectContaining({ verdict: 'audited', host: 'forbidden.test' }),
    );
    expect(audited.report.egress.audited).toBeGreaterThan(0);
    expect(audited.report.egress.mode).toBe('audit');
  });
  it('private and metadata addresses stay blocked', () => {
    expect(line('metadata')).not.toMatch(/^0 /);
    expect(line('private')).not.toMatch(/got/);
    expect(line('to-metadata')).not.toMatch(/^0 200/);
  });
  it('ends with a list to paste', () => {
    expect(audited.stderr).toMatch(/^network:\n {2}allow:\n( {4}- .*\n)* {4}- forbidden\.test\n/m);
    expect(audited.stderr).not.toMatch(/^ *- metadata/m);
    expect(audited.read('summary.md')).toContain('- forbidden.test');
  });
});

describe('no network', () => {
  it('is none at all, and nothing of a gateway runs', async () => {
    const result = await workspace.run(
      [...OFFLINE],
      [
        'bash',
        '-c',
        `${TRY}
try name getent hosts api.allowed.test
try address raw ${SERVER} 80 x
try interfaces ls /sys/class/net`,
      ],
    );
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toMatch(/^name: [12] /m);
    expect(result.stdout.toString()).toMatch(/^interfaces: 0 lo *$/m);
    expect(result.plan.containers.gateway).toBeUndefined();
    expect(result.report.egress).toMatchObject({ mode: 'none', allowed: 0, blocked: 0 });
  });
});

describe('a network that cannot be had', () => {
  it.each([
    ['an uplink that is not there', ['--uplink', 'no-such-network'], 'no-such-network'],
    ['a resolver that does not answer', ['--resolver', '198.51.100.98'], '198.51.100.98'],
  ])('%s: 125, named, with a whole report, and nothing left', async (_, options, word) => {
    const all = options[0] === '--uplink' ? options : [...options, '--uplink', internet.network];
    const failed = await workspace.run(all, ['true']);
    expect(failed.exitCode).toBe(125);
    expect(failed.report).toMatchObject({ conclusion: 'error', exitCode: 125 });
    const own = failed.stderr
      .split('\n')
      .filter((each) => each.startsWith(`cagent: ${failed.report.error?.code}`));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(word);
    expect(leftOf(runIdIn(failed.stderr))).toEqual([]);
  });
});
