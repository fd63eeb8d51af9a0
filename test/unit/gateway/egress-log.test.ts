import { describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { createEgressLog } from '../../../src/gateway/record/egress-log.js';

const ATTEMPT = {
  verdict: 'blocked',
  reason: 'path-not-allowed',
  rule: 'default',
  protocol: 'http',
} as const;

function openLog(crowded: () => boolean) {
  const lines: EgressRecord[] = [];
  const clock = { now: () => new Date(0), monotonic: () => 0 };
  const log = createEgressLog(clock as never, (record) => lines.push(record), crowded);
  log.close();
  return { log, lines };
}

describe('the record cannot be made to fill the memory or the disk', () => {
  it('a path of 60 kilobytes is cut, and says so', () => {
    const { log, lines } = openLog(() => false);
    log.add({ ...ATTEMPT, host: `${'h'.repeat(60_000)}.test`, path: `/${'p'.repeat(60_000)}` });

    expect(lines[0]?.path).toHaveLength(2_048);
    expect(lines[0]?.path?.endsWith('…')).toBe(true);
    expect(lines[0]?.host?.length).toBeLessThanOrEqual(512);
  });

  it('attempts that the host is too slow for are counted, not kept', () => {
    const { log, lines } = openLog(() => true);
    for (let at = 0; at < 1_000; at++) log.add({ ...ATTEMPT, host: 'a.test', path: `/${at}` });
    expect(lines).toHaveLength(0);

    log.flush();
    expect(lines).toMatchObject([{ reason: 'flood', count: 1_000 }]);
  });
});
