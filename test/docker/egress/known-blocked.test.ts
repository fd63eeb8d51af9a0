import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeWorkspace, type RunResult, type Workspace } from '../../fixtures/cli.js';

const CONFIG = `version: 1
network:
  allow: []
  known-blocked: [stats.allowed.test, "*.metrics.test"]
`;

let workspace: Workspace;
let run: RunResult;

beforeAll(async () => {
  workspace = makeWorkspace({ 'cagent.yml': CONFIG });
  const names = ['stats.allowed.test', 'x.metrics.test', 'statsig.anthropic.com', 'collector.test'];
  run = await workspace.run([], ['sh', '-c', names.map((name) => `getent hosts ${name}`).join('; ')]);
});
afterAll(() => workspace?.remove());

it.each(['stats.allowed.test', 'x.metrics.test', 'statsig.anthropic.com'])(
  '%s is known to be blocked: on record, counted, and not announced',
  (host) => {
    expect(run.egress).toContainEqual(
      expect.objectContaining({ host, verdict: 'blocked', reason: 'dns-no-rule' }),
    );
    expect(run.stderr).not.toContain(host);
  },
);

it('what nobody expected is announced', () => {
  expect(run.stderr).toContain('blocked dns collector.test:53 (dns-no-rule)');
  expect(run.report.egress.blocked).toBe(
    run.egress.reduce((sum, { verdict, count = 1 }) => sum + (verdict === 'blocked' ? count : 0), 0),
  );
});
