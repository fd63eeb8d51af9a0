import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { createFloodMerger } from '../../../src/egress/flood.js';

function attempt(more: Partial<EgressRecord> = {}): EgressRecord {
  return {
    schema: 'cagent.egress/1',
    time: '2026-11-22T10:00:00.000Z',
    verdict: 'blocked',
    reason: 'dns-no-rule',
    rule: 'default',
    protocol: 'dns',
    host: 'evil.example',
    ...more,
  };
}

function merger() {
  const time = { now: 0 };
  return { time, flood: createFloodMerger({ monotonic: () => time.now }) };
}

function total(lines: readonly EgressRecord[]): number {
  return lines.reduce((sum, line) => sum + (line.count ?? 1), 0);
}

describe('a flood of identical attempts', () => {
  test('is written line by line up to twenty a second', () => {
    const { flood } = merger();
    for (let i = 0; i < 20; i++) expect(flood.offer(attempt())).toEqual([attempt()]);
    expect(flood.flush()).toEqual([]);
  });

  test('becomes one line with a count beyond that', () => {
    const { flood, time } = merger();
    const lines = Array.from({ length: 1_000 }, () =>
      flood.offer(attempt({ bytesOut: 3, durationMs: 1 })),
    ).flat();
    expect(lines).toHaveLength(20);
    expect(flood.due()).toEqual([]);
    time.now = 1_000;
    expect(flood.due()).toEqual([attempt({ bytesOut: 2_940, count: 980 })]);
    expect(flood.due()).toEqual([]);
  });

  test('that goes on costs one line a second', () => {
    const { flood, time } = merger();
    const lines: EgressRecord[] = [];
    for (let second = 0; second < 60; second++) {
      time.now = second * 1_000;
      lines.push(...flood.due());
      for (let i = 0; i < 100; i++) lines.push(...flood.offer(attempt()));
    }
    lines.push(...flood.flush());
    expect(total(lines)).toBe(6_000);
    expect(lines.length).toBeLessThanOrEqual(20 + 60);
  });

  test('that ends is told line by line again', () => {
    const { flood, time } = merger();
    for (let i = 0; i < 30; i++) flood.offer(attempt());
    time.now = 1_000;
    expect(flood.due()).toHaveLength(1);
    time.now = 2_000;
    expect(flood.due()).toEqual([]);
    expect(flood.offer(attempt())).toEqual([attempt()]);
  });

  test('does not hide a different attempt', () => {
    const { flood } = merger();
    for (let i = 0; i < 500; i++) flood.offer(attempt());
    for (const other of [
      { host: 'other.example' },
      { verdict: 'allowed' as const },
      { port: 1 },
      { method: 'GET' },
    ]) {
      expect(flood.offer(attempt(other))).toEqual([attempt(other)]);
    }
  });
});

test('a flood of ever new names is counted without the names, and takes bounded memory', () => {
  const { flood, time } = merger();
  const lines: EgressRecord[] = [];
  for (let i = 0; i < 50_000; i++) lines.push(...flood.offer(attempt({ host: `n${i}.example` })));
  time.now = 1_000;
  lines.push(...flood.due());
  expect(total(lines)).toBe(50_000);
  expect(lines.length).toBeLessThan(2_100);
  expect(lines.at(-1)).toMatchObject({ reason: 'flood', verdict: 'blocked', protocol: 'dns' });
  expect(lines.at(-1)).not.toHaveProperty('host');
});

test('a flood of ever new names does not hide where a connection went', () => {
  const { flood } = merger();
  for (let i = 0; i < 3_000; i++) flood.offer(attempt({ host: `n${i}.example` }));
  const connection = attempt({
    protocol: 'tcp',
    reason: 'direct-address',
    rule: 'floor',
    host: '198.51.100.7',
  });
  expect(flood.offer(connection)).toEqual([connection]);
});

test('an allowed host stays named in any flood', () => {
  const { flood } = merger();
  for (let i = 0; i < 3_000; i++)
    flood.offer(attempt({ host: `n${i}.example`, protocol: 'http', reason: 'host-mismatch' }));
  const web = attempt({
    verdict: 'allowed',
    reason: 'rule',
    rule: 'a.example',
    protocol: 'http',
    host: 'a.example',
  });
  for (let i = 0; i < 10; i++) flood.offer({ ...web, path: `/${i}` });
  expect(flood.flush()).toContainEqual({ ...web, count: 10 });
});

test('counts of all lines add up to the attempts, whatever comes when', () => {
  const step = fc.record({
    wait: fc.nat(700),
    times: fc.nat(60),
    host: fc.constantFrom('a.example', 'b.example'),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { flood, time } = merger();
      const lines: EgressRecord[] = [];
      for (const { wait, times, host } of steps) {
        time.now += wait;
        lines.push(...flood.due());
        for (let i = 0; i < times; i++) lines.push(...flood.offer(attempt({ host })));
      }
      lines.push(...flood.flush());
      expect(total(lines)).toBe(steps.reduce((sum, { times }) => sum + times, 0));
    }),
  );
});
