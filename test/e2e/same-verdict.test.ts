import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../src/core/egress-record.js';
import { type ActRig, startActRig } from './rig/act.js';
import { makeWorkspace } from './rig/cagent.js';
import { type Internet, startInternet } from './rig/internet.js';
import { CHECKOUT, cagentStep, KEEP_RESULTS } from './rig/steps.js';

const RULES = ['web.net.test', '*.wild.net.test', 'http://prefix.net.test/v1/'];

/** What the agent tries, and what an attempt must come to. Hosts that nobody names meet nothing but the gateway. */
const REQUESTS = [
  ['http://web.net.test/', 'allowed'],
  ['http://a.wild.net.test/', 'allowed'],
  ['http://wild.net.test/', 'blocked'],
  ['http://a.b.wild.net.test/', 'blocked'],
  ['http://WEB.net.test./', 'allowed'],
  ['http://web.net.test:8080/', 'blocked'],
  ['http://other.net.test/', 'blocked'],
  ['http://xweb.net.test/', 'blocked'],
  ['https://unlisted.net.test/', 'blocked'],
  ['http://198.51.100.77/', 'blocked'],
  ['http://169.254.169.254/latest/', 'blocked'],
  ['http://127.0.0.11/', 'nothing'],
] as const;

const AGENT = REQUESTS.map(
  ([url]) =>
    `curl --silent --output /dev/null --max-time 30 --write-out '%{http_code} ' '${url}'; echo '${url}'`,
).join('\n');
const FILES = { 'agent.sh': `${AGENT}\ngetent hosts stolen.data.net.test\ntrue\n` };

let internet: Internet;
let rig: ActRig;
let fromAction: readonly EgressRecord[];
let fromCommandLine: readonly EgressRecord[];

beforeAll(async () => {
  internet = await startInternet();
  rig = await startActRig();
  const workspace = await makeWorkspace(FILES);
  try {
    const network = ['--uplink', internet.uplink, '--resolver', internet.address];
    const ended = await workspace.run(
      [...network, ...RULES.flatMap((rule) => ['--allow', rule])],
      ['bash', 'agent.sh'],
    );
    expect(ended.exitCode, ended.stderr.toString()).toBe(0);
    fromCommandLine = recordsOf(workspace.read('egress.jsonl'));
  } finally {
    workspace.remove();
  }
  const inputs = {
    run: 'bash agent.sh',
    allow: RULES.join('\n'),
    uplink: internet.uplink,
    resolver: internet.address,
  };
  const job = await rig.runJob([CHECKOUT, cagentStep(inputs), KEEP_RESULTS], { files: FILES });
  expect(job.exitCode, job.log.tail).toBe(0);
  fromAction = recordsOf(readFileSync(join(job.results, 'run/egress.jsonl'), 'utf8'));
});
afterAll(async () => {
  await rig.close();
  await internet.close();
});

function recordsOf(lines: string): readonly EgressRecord[] {
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EgressRecord);
}

/** A decision without what differs from run to run: time, duration, bytes, synthetic address. */
function decision({
  verdict,
  reason,
  rule,
  protocol,
  host,
  port,
  method,
  path,
  status,
}: EgressRecord): string {
  return JSON.stringify({ verdict, reason, rule, protocol, host, port, method, path, status });
}

describe('command line and action', () => {
  it('decide the same for the same rules and requests', () => {
    const decisions = (records: readonly EgressRecord[]) => [...new Set(records.map(decision))].sort();
    expect(decisions(fromCommandLine).length).toBeGreaterThanOrEqual(REQUESTS.length - 2);
    expect(decisions(fromAction)).toEqual(decisions(fromCommandLine));
  });

  it.each(REQUESTS.filter(([, verdict]) => verdict !== 'nothing'))('%s is %s', (url, verdict) => {
    const { hostname } = new URL(url);
    const host = hostname.replace(/\.$/, '');
    const port = new URL(url).port === '8080' ? 8080 : undefined;
    const ofHost = fromCommandLine.filter(
      (record) =>
        (record.host ?? record.ip) === host &&
        (port === undefined ? record.port !== 8080 : record.port === port),
    );
    const verdicts = new Set(ofHost.map((record) => record.verdict));
    expect([...verdicts]).toEqual([verdict]);
  });

  it('what was blocked never reached the internet', async () => {
    const seen = (await internet.seen()).join('\n');
    expect(seen).toContain('http web.net.test GET /');
    expect(seen).not.toMatch(/other\.net|xweb|unlisted|stolen|b\.wild/);
  });
});
