import { describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { createEgressCounter, OTHER_HOSTS, summariseEgress } from '../../../src/report/egress-summary.js';
import { records } from './samples.js';

function record(fields: Partial<EgressRecord>): EgressRecord {
  return {
    schema: 'cagent.egress/1',
    time: '2026-11-22T10:00:00.000Z',
    verdict: 'blocked',
    reason: 'no-rule',
    rule: 'default',
    protocol: 'tls',
    ...fields,
  };
}

describe('the egress summary', () => {
  test('counts every decision by its verdict, merged floods in full', () => {
    const { allowed, blocked, audited } = summariseEgress(records);
    expect({ allowed, blocked, audited }).toEqual({ allowed: 2, blocked: 45, audited: 1 });
  });

  test('the rows add up to the totals', () => {
    const summary = summariseEgress(records);
    for (const verdict of ['allowed', 'blocked', 'audited'] as const) {
      const rows = summary.hosts.filter((row) => row.verdict === verdict);
      expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(summary[verdict]);
    }
    expect(summary.hosts.reduce((sum, row) => sum + row.bytesIn, 0)).toBe(summary.bytesIn);
    expect(summary.hosts.reduce((sum, row) => sum + row.bytesOut, 0)).toBe(summary.bytesOut);
  });

  test('a row is a host, port, verdict and rule; a lookup is at the port of the resolver', () => {
    const rows = summariseEgress(records).hosts.map(({ host, port, verdict, rule }) => [
      host,
      port,
      verdict,
      rule,
    ]);
    expect(rows).toEqual([
      ['evil.example', 53, 'blocked', 'default'],
      ['198.51.100.1', undefined, 'blocked', 'floor'],
      ['api.example.com', 443, 'blocked', 'https://api.example.com/v1/'],
      ['198.51.100.2', 53, 'audited', 'default'],
      ['registry.example', 53, 'allowed', 'preset:node registry.example'],
      ['registry.example', 443, 'allowed', 'preset:node registry.example'],
    ]);
  });

  test('a flood of invented names stays bounded and cannot push out what was allowed', () => {
    const counter = createEgressCounter();
    for (let at = 0; at < 20_000; at++) counter.add(record({ host: `${at}.evil.example`, bytesOut: 1 }));
    counter.add(record({ host: 'api.example.com', port: 443, verdict: 'allowed' }));
    const { hosts, blocked } = counter.summary();
    expect(blocked).toBe(20_000);
    expect(hosts.length).toBeLessThan(1_100);
    expect(hosts.find((row) => row.host === 'api.example.com')?.count).toBe(1);
    const others = hosts.filter((row) => row.host === OTHER_HOSTS);
    expect(others).toHaveLength(1);
    expect(hosts.filter((row) => row.verdict === 'blocked').reduce((sum, row) => sum + row.count, 0)).toBe(
      20_000,
    );
  });

  test('a row keeps a few reasons and requests, not all', () => {
    const counter = createEgressCounter();
    for (let at = 0; at < 100; at++) {
      counter.add(record({ host: 'h', reason: `r${at}`, method: 'GET', path: `/${'x'.repeat(5_000)}${at}` }));
    }
    const [row] = counter.summary().hosts;
    expect(row?.reasons).toHaveLength(5);
    expect(JSON.stringify(row).length).toBeLessThan(1_000);
  });

  test('nothing tried gives zeros and no timeline', () => {
    expect(summariseEgress([])).toEqual({
      allowed: 0,
      blocked: 0,
      audited: 0,
      bytesOut: 0,
      bytesIn: 0,
      hosts: [],
      suggestion: [],
    });
  });
});

describe('the timeline', () => {
  test('keeps every attempt while its buckets widen', () => {
    const counter = createEgressCounter();
    for (let minute = 0; minute < 300; minute++) {
      const time = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
      counter.add(record({ time, verdict: minute % 3 === 0 ? 'allowed' : 'blocked', count: 2 }));
    }
    const timeline = counter.summary().timeline;
    const sum = (counts: readonly number[] = []) => counts.reduce((all, count) => all + count, 0);
    expect(sum(timeline?.allowed)).toBe(200);
    expect(sum(timeline?.blocked)).toBe(400);
    expect(timeline?.allowed.length).toBeLessThanOrEqual(60);
    expect(timeline?.blocked.length).toBe(timeline?.allowed.length);
    expect((timeline?.bucketMs ?? 0) * 60).toBeGreaterThan(299 * 60_000);
  });

  test('a line that began before the first one counts in the first bucket', () => {
    const summary = summariseEgress([
      record({ time: '2026-01-01T00:00:10.000Z' }),
      record({ time: '2026-01-01T00:00:01.000Z' }),
    ]);
    expect(summary.timeline?.blocked).toEqual([2]);
  });
});

describe('what is expected to be blocked', () => {
  const options = {
    isExpected: ({ host, verdict }: EgressRecord) => host === 'telemetry.example' && verdict === 'blocked',
    isUnwanted: ({ host }: EgressRecord) => host === 'telemetry.example',
  };

  test('has rows of its own, counts as blocked, and cannot hide another host', () => {
    const counter = createEgressCounter(options);
    counter.add(record({ host: 'telemetry.example', port: 443, count: 1_000 }));
    counter.add(record({ host: 'evil.example', port: 443 }));
    const { hosts, blocked } = counter.summary();
    expect(blocked).toBe(1_001);
    expect(hosts.map(({ host, expected }) => [host, expected])).toEqual([
      ['evil.example', undefined],
      ['telemetry.example', true],
    ]);
  });

  test('is not suggested after an audit', () => {
    const counter = createEgressCounter(options);
    for (const host of ['telemetry.example', 'api.example'])
      counter.add(record({ host, port: 443, verdict: 'audited' }));
    expect(counter.summary().suggestion).toEqual(['- api.example']);
  });
});
