import { describe, expect, it } from 'vitest';
import { outputsOf } from '../../../src/action/outputs.js';
import { OUTPUTS } from '../../../src/config/outputs.js';
import type { Report } from '../../../src/report/report.js';

const REPORT: Report = {
  schema: 'cagent.report/1',
  runId: '20261122-101530-k3f9q2',
  conclusion: 'failure',
  exitCode: 3,
  startedAt: '2026-11-22T10:15:30.000Z',
  durationMs: 61_234,
  phases: {},
  agent: { name: 'command', usage: {} },
  image: { ref: 'node:24' },
  workspace: { mode: 'overlay', files: 1, hidden: [], secretsFound: 2, findings: [] },
  egress: { allowed: 4, blocked: 5, audited: 0, bytesOut: 0, bytesIn: 0, hosts: [] },
  changes: { files: 6, added: 0, deleted: 0, patchBytes: 0, rejected: [], sensitive: [] },
  limits: { hit: [] },
  resources: {},
  notices: [],
  secretsPassed: [],
};

describe('outputs', () => {
  const outputs = outputsOf(REPORT, '/run');

  it('say how the run ended and where everything is', () => {
    expect(outputs).toEqual({
      conclusion: 'failure',
      'exit-code': '3',
      'patch-file': '/run/changes.patch',
      'report-file': '/run/report.json',
      'egress-report': '/run/egress.jsonl',
      'egress-allowed-count': '4',
      'egress-blocked-count': '5',
      'changed-files': '6',
      'secrets-detected': '2',
      'run-directory': '/run',
      'execution-time': '61.2',
    });
  });

  it('are those that action.yml promises; the address of the artifact follows after the upload', () => {
    expect([...Object.keys(outputs), 'artifact-url'].sort()).toEqual(Object.keys(OUTPUTS).sort());
  });
});
