import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDirectFlows } from '../../../src/gateway/floor/direct-flows.js';
import {
  type Flow,
  flowKey,
  openFlowTable,
  parseFlows,
  tableNotice,
} from '../../../src/gateway/floor/flow-table.js';
import { parsePacket } from '../../../src/gateway/floor/packet.js';
import type { NewRecord } from '../../../src/gateway/record/egress-log.js';
import { policyOf } from '../egress/policy-of.js';

const TABLE = `ipv4     2 tcp      6 118 TIME_WAIT src=100.64.7.2 dst=198.51.100.7 sport=41234 dport=443 packets=9 bytes=1200 src=198.51.100.7 dst=172.17.0.2 sport=443 dport=41234 packets=8 bytes=34000 [ASSURED] mark=0 zone=0 use=2
ipv4     2 udp      17 29 src=100.64.7.2 dst=198.51.100.7 sport=5000 dport=53 packets=1 bytes=60 [UNREPLIED] src=198.51.100.7 dst=172.17.0.2 sport=53 dport=5000 packets=0 bytes=0 mark=0 zone=0 use=2
ipv4     2 icmp     1 29 src=100.64.7.2 dst=198.51.100.7 type=8 code=0 id=1 packets=1 bytes=84 src=198.51.100.7 dst=172.17.0.2 type=0 code=0 id=1 packets=1 bytes=84 mark=0 use=2
ipv4     2 tcp      6 431999 ESTABLISHED src=100.64.7.2 dst=198.18.0.1 sport=1 dport=443 src=198.18.0.1 dst=100.64.7.2 sport=443 dport=1 [ASSURED] mark=0 use=1
ipv6     10 tcp     6 1 CLOSE src=fd00::1 dst=fd00::2 sport=1 dport=2 packets=1 bytes=1 src=fd00::2 dst=fd00::1 sport=2 dport=1 packets=1 bytes=1 mark=0 use=1
`;

test('the kernel’s table is read: who, how many bytes, and whether it is over', () => {
  expect(parseFlows(TABLE)).toMatchObject([
    { key: 'tcp 100.64.7.2:41234 198.51.100.7:443', bytesOut: 1200, bytesIn: 34_000, over: true },
    { key: 'udp 100.64.7.2:5000 198.51.100.7:53', bytesOut: 60, bytesIn: 0, over: false },
  ]);
  expect(parseFlows('')).toEqual([]);
});

test('a kernel that does not list its connections is a notice of the runs that need it', () => {
  const table = openFlowTable('/proc/net/no-such-table');
  expect([table.available, table.read(), table.meantBy('tcp', 61_000, 1)]).toEqual([false, [], undefined]);
  expect(tableNotice(policyOf(['198.51.100.7']), table)).toMatch(/without their bytes\.$/);
  expect(tableNotice(policyOf([], 'audit'), table)).toMatch(/refused instead of audited/);
  expect(tableNotice(policyOf(['api.example.com']), table)).toBeUndefined();
  expect(tableNotice(policyOf(['198.51.100.7']), { available: true })).toBeUndefined();
});

test('a logged packet is found in the table by its key', () => {
  const fields = {
    'ip.protocol': 6,
    src_ip: '100.64.7.2',
    src_port: 41_234,
    dest_ip: '198.51.100.7',
    dest_port: 443,
  };
  const packet = (prefix: string) => parsePacket(JSON.stringify({ 'oob.prefix': prefix, ...fields }));
  expect(flowKey(packet('passed') as never)).toBe(parseFlows(TABLE)[0]?.key);
  expect(flowKey(packet('passed*100') as never)).toBeUndefined();
});

describe('a flow that the kernel forwards', () => {
  const KEY = 'tcp 100.64.7.2:41234 198.51.100.7:443';
  const RECORD: NewRecord = { verdict: 'allowed', reason: 'rule', rule: '198.51.100.7', protocol: 'tcp' };
  let flows: Flow[];
  let written: NewRecord[];
  let direct: ReturnType<typeof createDirectFlows>;

  beforeEach(() => {
    vi.useFakeTimers();
    flows = [];
    written = [];
    direct = createDirectFlows(
      { available: true, read: () => flows, meantBy: () => undefined, close: () => {} },
      (record) => written.push(record),
      () => new Date(),
    );
  });
  afterEach(() => {
    direct.close();
    vi.useRealTimers();
  });

  const pass = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1_000);
  const flow = (bytesOut: number, over = false): Flow => ({
    ...(parseFlows(TABLE)[0] as Flow),
    bytesOut,
    bytesIn: 10,
    over,
  });

  test('gets one line when it is over, with its bytes and the time until the last of them', () => {
    direct.follow(KEY, RECORD);
    flows = [flow(100)];
    pass(2);
    expect(written).toEqual([]);
    flows = [flow(300)];
    pass(3);
    flows = [flow(300, true)];
    pass(1);
    expect(written).toMatchObject([{ ...RECORD, bytesOut: 300, bytesIn: 10, durationMs: 2_250 }]);
  });

  test('is one attempt, however often the agent’s kernel tries again before an answer', () => {
    direct.follow(KEY, RECORD);
    direct.follow(KEY, RECORD);
    direct.finish();
    expect(written).toHaveLength(1);
  });

  test('is on record at the end of the run, with what it has moved until then', () => {
    direct.follow(KEY, RECORD);
    flows = [flow(100)];
    direct.finish();
    expect(written).toMatchObject([{ bytesOut: 100 }]);
    direct.finish();
    expect(written).toHaveLength(1);
  });

  test('is on record without bytes where the kernel tells of none', () => {
    direct.follow(KEY, RECORD);
    pass(1);
    expect(written).toEqual([{ ...RECORD, began: expect.any(Date) }]);
  });

  test('a thousand more than can be followed are on record all the same', () => {
    for (let at = 0; at < 5_096; at++) direct.follow(`tcp 100.64.7.2:${at} 198.51.100.7:443`, RECORD);
    direct.finish();
    expect(written).toHaveLength(5_096);
  });
});
