import { describe, expect, it } from 'vitest';
import { blockedHostLines } from '../../../src/publish/blocked-hosts.js';
import type { HostSummary } from '../../../src/report/report.js';

function row(fields: Partial<HostSummary>): HostSummary {
  return {
    host: 'collector.example',
    verdict: 'blocked',
    rule: 'default',
    count: 1,
    bytesOut: 0,
    bytesIn: 0,
    protocols: ['tls'],
    reasons: [],
    ...fields,
  };
}

describe('annotations for blocked hosts', () => {
  it('say host, port, attempts and why', () => {
    expect(blockedHostLines([row({ port: 443, count: 3, reasons: ['no-rule'] })])).toEqual([
      'Blocked: collector.example port 443, 3 attempts (no-rule)',
    ]);
  });

  it('are one for each host, whatever its ports and rules', () => {
    const rows = [
      row({ reasons: ['dns-no-rule'], count: 2 }),
      row({ port: 443, reasons: ['sni-mismatch'] }),
      row({ port: 80 }),
    ];
    expect(blockedHostLines(rows)).toEqual([
      'Blocked: collector.example ports 80, 443, 4 attempts (dns-no-rule, sni-mismatch)',
    ]);
  });

  it('leave out what was allowed, only audited, or blocked as expected', () => {
    const rows = [row({ verdict: 'allowed' }), row({ verdict: 'audited' }), row({ expected: true })];
    expect(blockedHostLines(rows)).toEqual([]);
  });

  it('are at most ten, most attempts first, and the last counts the rest', () => {
    const rows = Array.from({ length: 25 }, (_, index) =>
      row({ host: `h${index}.example`, count: index + 1 }),
    );
    const lines = blockedHostLines(rows);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toContain('h24.example');
    expect(lines.at(-1)).toBe('Blocked: 16 more hosts, 136 attempts; see egress.jsonl');
  });

  it('ten hosts need no line that counts', () => {
    const rows = Array.from({ length: 10 }, (_, index) => row({ host: `h${index}.example` }));
    expect(blockedHostLines(rows).join()).not.toContain('more hosts');
  });

  it('a host name cannot start a line of its own', () => {
    const lines = blockedHostLines([row({ host: 'a\n::error::x\u202e' })]);
    expect(lines[0]).toBe('Blocked: a\\n::error::x\\u202e, 1 attempt');
  });

  it('a long host name is cut', () => {
    expect((blockedHostLines([row({ host: 'x'.repeat(5_000) })])[0] as string).length).toBeLessThan(200);
  });
});
