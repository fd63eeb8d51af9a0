import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminalReporter } from '../../../src/cli/terminal-reporter.js';
import type { EgressRecord } from '../../../src/core/egress-record.js';

const record: EgressRecord = {
  schema: 'cagent.egress/1',
  time: '2026-11-22T10:00:00.000Z',
  verdict: 'blocked',
  reason: 'dns-no-rule',
  rule: 'default',
  protocol: 'dns',
  host: 'stats.example',
};

test('a blocked host is a line on the terminal once, and one that is known to be blocked is none', () => {
  const stderr = new PassThrough();
  const reporter = createTerminalReporter(stderr, { color: false });
  reporter.event({ type: 'egress', record, expected: true });
  expect(stderr.read()).toBeNull();
  for (const _ of [1, 2]) reporter.event({ type: 'egress', record, expected: false });
  expect(String(stderr.read())).toBe('cagent: blocked dns stats.example (dns-no-rule)\n');
});
