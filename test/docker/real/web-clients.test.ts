import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { makeWorkspace, REPOSITORY, type RunResult, type Workspace } from '../../fixtures/cli.js';
import { largeContentHash } from '../../fixtures/web/large-content.js';
import { FORBIDDEN, ZONES, type Zone } from '../../fixtures/web/names.js';
import { startWeb, type Web } from '../../fixtures/web/start-web.js';
import { attempt, recordsOf, TRY } from './attempts.js';
import { buildGoClient, buildJavaClient } from './host-clients.js';

const LARGE_MEBIBYTES = 200;
const DESTINATION = 'https://files.inspected.test/';
const CONFIG = `version: 1
network:
  allow:
    - files.plain.test
    - dest: ${DESTINATION}
      http:
        - { methods: [GET], paths: [/public/] }
        - { methods: [PUT, POST], paths: [/upload] }
`;

/** Every program of the sandbox that speaks HTTPS, once for each zone. None gets an option about certificates. */
const CLIENTS = (zone: Zone): string => `
U=https://files.${zone}.test/public UPLOAD=https://files.${zone}.test/upload
head -c 100000 /dev/urandom > /tmp/upload
zoned() { name=$1; shift; try ${zone}-$name "$@"; }
zoned curl-1 curl -sS --http1.1 $U/curl
zoned curl-2 curl -sS --http2 -w '%{http_version}' $U/curl
zoned curl-head curl -sSI $U/curl
zoned curl-expect curl -sS --http1.1 -H 'Expect: 100-continue' -T /tmp/upload $UPLOAD
zoned curl-chunked bash -c "head -c 3000000 /dev/zero | curl -sS --http1.1 -T - $UPLOAD"
zoned curl-upload-2 bash -c "head -c 3000000 /dev/zero | curl -sS --http2 -T - $UPLOAD"
zoned curl-large bash -c "curl -sS --http1.1 '$U/large?mebibytes=${LARGE_MEBIBYTES}' | sha256sum"
zoned curl-large-2 bash -c "curl -sS --http2 '$U/large?mebibytes=20' | sha256sum"
zoned curl-keep-alive curl -sS --http1.1 $U/one $U/two $U/three
zoned openssl bash -c "printf 'GET /public/openssl HTTP/1.1\\r\\nHost: files.${zone}.test\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -quiet -verify_return_error -ign_eof -connect files.${zone}.test:443 -servername files.${zone}.test"
zoned urllib python3 -c "import urllib.request as r; print(r.urlopen('$U/urllib').read().decode())"
zoned requests python3 -c "
from pip._vendor import requests
with requests.Session() as session:
    for path in ['one', 'two']: print(session.get('$U/' + path).text)"
zoned requests-chunked python3 -c "
from pip._vendor import requests
print(requests.post('$UPLOAD', data=(b'x' * 1000 for _ in range(500))).text)"
zoned node-fetch node -e "fetch('$U/fetch').then((r) => r.text()).then(console.log)"
zoned node-https node -e "
const https = require('node:https');
const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
for (const path of ['one', 'two', 'three']) https.get('$U/' + path, { agent }, (r) => r.pipe(process.stdout));"
zoned node-http2 node -e "
const session = require('node:http2').connect('https://files.${zone}.test');
let left = 20;
for (let i = 0; i < 20; i += 1) session.request({ ':path': '/public/stream/' + i }).on('end', () => { left -= 1; if (left === 0) session.close(); }).pipe(process.stdout, { end: false });"
zoned undici node -e "
const { request, Agent, setGlobalDispatcher } = require('./undici');
setGlobalDispatcher(new Agent({ allowH2: true }));
request('$U/undici').then(async (r) => console.log(r.statusCode, await r.body.text()));"
zoned web-socket node -e "
const socket = new WebSocket('wss://files.${zone}.test/public/socket');
socket.onopen = () => socket.send('hello');
socket.onmessage = ({ data }) => { console.log(data); if (data === 'HELLO') socket.send('again'); else socket.close(); };
socket.onerror = (event) => { console.log(String(event.error ?? event.message)); process.exitCode = 1; };"
zoned events node -e "
fetch('$U/events').then(async (response) => {
  for await (const chunk of response.body) {
    const text = Buffer.from(chunk).toString();
    console.log(text.trim());
    if (text.includes('one')) await fetch('$U/events/seen');
  }
});"
zoned go tools/go-get $U/go
zoned java tools/java/bin/java -Xshare:auto -Xmx128m -cp tools Get $U/java
`;

/** What a client gets when it tries what no rule allows. */
const FORBIDDEN_ATTEMPTS = (address: string): string => `
try no-name curl -sS https://${FORBIDDEN}/
try resolve-to-real curl -sS --max-time 10 --resolve files.plain.test:443:${address} https://files.plain.test/
try resolve-to-other curl -sS --insecure --resolve ${FORBIDDEN}:443:$(getent hosts files.plain.test | cut -d' ' -f1) https://${FORBIDDEN}/fronted
try fronted-host curl -sS --http1.1 -H 'Host: ${FORBIDDEN}' https://files.inspected.test/fronted
try fronted-host-2 curl -sS --http2 -H 'Host: ${FORBIDDEN}' https://files.inspected.test/fronted
try method curl -sS -w ' %{http_code}' -X DELETE https://files.inspected.test/public/curl-delete
try method-2 curl -sS --http2 -w ' %{http_code}' -X PATCH https://files.inspected.test/public/curl-patch
try path curl -sS -w ' %{http_code}' -d x https://files.inspected.test/elsewhere
try requests python3 -c "
from pip._vendor import requests
r = requests.delete('https://files.inspected.test/public/requests-delete'); print(r.status_code, r.text)"
try fetch node -e "fetch('https://files.inspected.test/public/fetch-delete', { method: 'DELETE' }).then(async (r) => console.log(r.status, await r.text()))"
try large-upload bash -c "head -c 5000000 /dev/zero | curl -sS --http1.1 -w ' %{http_code}' -T - https://files.inspected.test/elsewhere"
try in-between curl -sS --http1.1 https://files.inspected.test/public/before --next -sS --http1.1 -X DELETE https://files.inspected.test/public/between --next -sS --http1.1 https://files.inspected.test/public/after
`;

let web: Web;
let workspace: Workspace;
let result: RunResult;
let hasGo = false;
let hasJava = false;

beforeAll(async () => {
  web = await startWeb();
  workspace = makeWorkspace({ 'cagent.yml': CONFIG }, { git: false });
  hasGo = buildGoClient(join(workspace.directory, 'tools'));
  hasJava = buildJavaClient(join(workspace.directory, 'tools'));
  cpSync(join(REPOSITORY, 'node_modules/undici'), join(workspace.directory, 'undici'), { recursive: true });
  const script = [TRY, ...ZONES.map(CLIENTS), FORBIDDEN_ATTEMPTS(web.address)].join('\n');
  result = await workspace.run(web.options, ['bash', '-c', script]);
});
afterAll(async () => {
  workspace?.remove();
  await web?.stop();
});

describe.each(ZONES)('a client of a %s host', (zone) => {
  const of = (name: string): string => attempt(result, `${zone}-${name}`);

  it.each([
    ['curl-1', /"path":"\/public\/curl"/],
    ['curl-2', /"path":"\/public\/curl".*\n2$/s],
    ['openssl', /"path":"\/public\/openssl"/],
    ['urllib', /"path":"\/public\/urllib"/],
    ['requests', /"path":"\/public\/two"/],
    ['node-fetch', /"path":"\/public\/fetch"/],
    ['node-https', /"path":"\/public\/three"/],
    ['node-http2', /"path":"\/public\/stream\/19"/],
    ['undici', /"path":"\/public\/undici"/],
  ])('%s trusts what it is shown, and gets its answer', (name, expected) => {
    expect(of(name)).toMatch(/^0 /);
    expect(of(name)).toMatch(expected);
  });
  it('a Go program does too', ({ skip }) => {
    if (!hasGo) skip('no Go on this machine');
    expect(of('go')).toMatch(/^0 200 .*"path":"\/public\/go"/s);
  });
  it('a Java program does too', ({ skip }) => {
    if (!hasJava) skip('no Java development kit on this machine');
    expect(of('java')).toMatch(/^0 .*200 .*"path":"\/public\/java"/s);
  });
  it('HEAD is answered', () => expect(of('curl-head')).toMatch(/^0 HTTP\/2 200/));

  it.each([
    ['curl-chunked', 3_000_000],
    ['curl-upload-2', 3_000_000],
    ['requests-chunked', 500_000],
  ])('%s uploads without a length, whole', (name, bytes) => {
    expect(of(name)).toMatch(/^0 /);
    expect(of(name)).toContain(`"bytes":${bytes}`);
  });
  it('an upload that waits for 100 Continue goes through', () =>
    expect(of('curl-expect')).toMatch(/^0 .*"method":"PUT"/s));
  it('200 MiB arrive byte for byte', () => {
    expect(of('curl-large')).toContain(largeContentHash(LARGE_MEBIBYTES));
    expect(of('curl-large-2')).toContain(largeContentHash(20));
  });
  it.each(['curl-keep-alive', 'requests', 'node-https', 'node-http2'])(
    '%s sends all its requests over one connection',
    (name) => {
      const used = [...of(name).matchAll(/"connection":(\d+)/g)].map(([, number]) => number);
      expect(used.length).toBeGreaterThan(1);
      if (zone === 'plain') expect(new Set(used).size).toBe(1);
    },
  );
  it('a WebSocket opens and talks', () => expect(of('web-socket')).toBe('0 HELLO\nAGAIN'));
  it('an event arrives before the next one is sent', () =>
    expect(of('events')).toMatch(/^0 data: one\s+data: two$/));
});

describe('what is forbidden', () => {
  it.each([
    ['no-name', /^6 /],
    ['resolve-to-real', /^7 /],
    ['resolve-to-other', /^35 .*unrecognized name/],
    ['fronted-host', /^0 cagent: host-mismatch/],
    ['fronted-host-2', /^(0 cagent: host-mismatch|92 )/],
  ])('%s is refused', (name, expected) => expect(attempt(result, name)).toMatch(expected));

  it.each(['method', 'method-2', 'path', 'requests', 'fetch', 'large-upload'])(
    '%s gets 403 and the rule by name',
    (name) => {
      expect(attempt(result, name)).toMatch(/^0 /);
      expect(attempt(result, name)).toContain('403');
      expect(attempt(result, name)).toContain(DESTINATION);
    },
  );
  it('a client that is refused once goes on with what it may', () => {
    expect(attempt(result, 'in-between')).toMatch(
      /^0 .*"\/public\/before".*cagent: method-not-allowed.*"\/public\/after"/s,
    );
  });
  it('nothing of it has left', async () => {
    const seen = (await web.seen()).map(({ host, path, dns }) => `${host} ${path} ${dns}`);
    expect(seen.filter((line) => /fronted|delete|patch|elsewhere|between|forbidden/.test(line))).toEqual([]);
  });

  it.each<[string, Partial<EgressRecord>]>([
    ['the name', { protocol: 'dns', host: FORBIDDEN, reason: 'dns-no-rule', rule: 'default' }],
    ['the other name behind an allowed address', { protocol: 'tls', reason: 'sni-mismatch' }],
    ['the other host', { protocol: 'http', reason: 'host-mismatch', status: 403 }],
    [
      'a method',
      { method: 'DELETE', path: '/public/curl-delete', reason: 'method-not-allowed', status: 403 },
    ],
    ['a method over HTTP/2', { method: 'PATCH', path: '/public/curl-patch', reason: 'method-not-allowed' }],
    ['a path', { method: 'POST', path: '/elsewhere', reason: 'path-not-allowed', status: 403 }],
    ['an upload', { method: 'PUT', path: '/elsewhere', reason: 'path-not-allowed', status: 403 }],
    ['what Python tried', { method: 'DELETE', path: '/public/requests-delete', status: 403 }],
    ['what Node tried', { method: 'DELETE', path: '/public/fetch-delete', status: 403 }],
  ])('%s is on record as blocked', (_, match) =>
    expect(recordsOf(result, { verdict: 'blocked', ...match })).not.toEqual([]),
  );
  it('and so is the address without a name', () =>
    expect(
      recordsOf(result, { verdict: 'blocked', protocol: 'tcp', ip: web.address, port: 443 })[0],
    ).toMatchObject({ reason: 'direct-address', rule: 'floor' }));
});

describe('the record of what is allowed', () => {
  const large = LARGE_MEBIBYTES * 2 ** 20;

  it('has a line for every connection to a passthrough host, with its bytes both ways', () => {
    const connections = recordsOf(result, { verdict: 'allowed', protocol: 'tls', host: 'files.plain.test' });
    expect(connections.length).toBeGreaterThan(15);
    expect(connections.every(({ rule }) => rule === 'files.plain.test')).toBe(true);
    expect(Math.max(...connections.map(({ bytesIn = 0 }) => bytesIn))).toBeGreaterThan(large);
    expect(Math.max(...connections.map(({ bytesOut = 0 }) => bytesOut))).toBeGreaterThan(3_000_000);
  });
  it('has a line for every request to an inspected host, with its bytes both ways', () => {
    const [download] = recordsOf(result, { path: `/public/large?mebibytes=${LARGE_MEBIBYTES}` });
    expect(download).toMatchObject({ verdict: 'allowed', method: 'GET', status: 200 });
    expect(download?.rule).toContain(DESTINATION);
    expect(download?.bytesIn).toBeGreaterThanOrEqual(large);
    expect(download?.bytesIn).toBeLessThan(large * 1.05);
    const uploads = recordsOf(result, { path: '/upload', verdict: 'allowed', protocol: 'http' });
    const sent = uploads.map(({ bytesOut = 0 }) => bytesOut).filter((bytes) => bytes > 3_000_000);
    expect(sent).toHaveLength(2);
    expect(recordsOf(result, { path: '/public/socket', verdict: 'allowed', status: 101 })).toHaveLength(1);
    expect(recordsOf(result, { path: '/public/stream/7', verdict: 'allowed', status: 200 })).toHaveLength(1);
  });
  it('is summed up in the report', () => {
    const sum = (field: 'bytesIn' | 'bytesOut') =>
      result.egress.reduce((total, record) => total + (record[field] ?? 0), 0);
    expect(result.report.egress.bytesIn).toBe(sum('bytesIn'));
    expect(result.report.egress.bytesOut).toBe(sum('bytesOut'));
    expect(result.report.egress.bytesIn).toBeGreaterThan(2 * large);
  });
  it('the run itself succeeds', () =>
    expect(result.report).toMatchObject({ conclusion: 'success', exitCode: 0 }));
});
