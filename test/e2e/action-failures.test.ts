import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { type ActRig, startActRig } from './rig/act.js';
import { leftOf, runIdIn } from './rig/run-objects.js';
import { CHECKOUT, cagentStep, KEEP_RESULTS } from './rig/steps.js';

let rig: ActRig;

beforeAll(async () => {
  rig = await startActRig();
});
afterAll(() => rig.close());

const OFFLINE = { network: 'none', 'upload-artifacts': 'false' };

describe('a step that fails', () => {
  it('because of the agent: has its code, says so, and hands over the results', async () => {
    const job = await rig.runJob([
      CHECKOUT,
      cagentStep({ ...OFFLINE, run: `bash -c 'echo half > done.txt; exit 3'` }),
      KEEP_RESULTS,
    ]);
    expect(job.exitCode).not.toBe(0);
    expect(job.log.result('cagent')).toBe('failure');
    expect(job.log.outputs('cagent')).toMatchObject({
      conclusion: 'failure',
      'exit-code': '3',
      'changed-files': '1',
    });
    const errors = job.log.commands('cagent', 'error').map(({ argument }) => argument);
    expect(errors).toEqual(['The agent failed with exit code 3.']);
    expect(readFileSync(join(job.results, 'run/changes.patch'), 'utf8')).toContain('+half');
    expect(job.log.summary('cagent')).toContain('cagent: failure');
    expect(await leftOf(runIdIn(job.log.outputs('cagent')['run-directory'] ?? ''))).toEqual([]);
  });

  it('because of the time limit of the run: says so', async () => {
    const job = await rig.runJob([CHECKOUT, cagentStep({ ...OFFLINE, run: 'sleep 600', timeout: '1s' })]);
    expect(job.log.outputs('cagent')).toMatchObject({ conclusion: 'timeout', 'exit-code': '124' });
    expect(job.log.result('cagent')).toBe('failure');
  });

  it.each([
    ['a misspelt input', { run: 'true', alow: 'node' }, /input alow: unknown input.*nearest: allow/],
    ['a value that is not allowed', { run: 'true', mode: 'write' }, /config\.invalid: .*input mode.*"write"/],
    ['no agent', {}, /config\.invalid: .*no agent and no command/],
    [
      'a token of the runner for the agent',
      { run: 'true', env: 'GITHUB_TOKEN' },
      /input env: GITHUB_TOKEN belongs to the runner/,
    ],
  ])('because of %s: nothing starts, and one annotation says what to do', async (_, inputs, message) => {
    const job = await rig.runJob([CHECKOUT, cagentStep(inputs, { env: { GITHUB_TOKEN: 'ghs_e2e' } })]);
    expect(job.log.result('cagent')).toBe('failure');
    expect(job.log.outputs('cagent')).toEqual({ conclusion: 'error', 'exit-code': '125' });
    const errors = job.log.commands('cagent', 'error').map(({ argument }) => argument);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
  });

  it('because cagent itself fails: 125, the error as annotation, and a report', async () => {
    const job = await rig.runJob([
      CHECKOUT,
      cagentStep({ ...OFFLINE, run: 'true', image: 'localhost:1/no/such:image' }),
      KEEP_RESULTS,
    ]);
    expect(job.log.outputs('cagent')).toMatchObject({ conclusion: 'error', 'exit-code': '125' });
    expect(job.log.commands('cagent', 'error')[0]?.argument).toMatch(
      /image\.unavailable: .*localhost:1\/no\/such/,
    );
    const report = JSON.parse(readFileSync(join(job.results, 'run/report.json'), 'utf8')) as Report;
    expect(report.error?.code).toBe('image.unavailable');
  });
});

describe('what does not fail a step', () => {
  it('a runner without artifact and cache service', async () => {
    const job = await rig.runJob([CHECKOUT, cagentStep({ network: 'none', run: 'true' })], {
      services: false,
    });
    expect(job.log.result('cagent'), job.log.tail).toBe('success');
    expect(job.log.outputs('cagent')['artifact-url']).toBeUndefined();
    expect(job.log.commands('cagent', 'warning')).toEqual([]);
  });

  it('an artifact service that is broken: a warning says so', async () => {
    const job = await rig.runJob([CHECKOUT, cagentStep({ network: 'none', run: 'true' })], {
      artifactUrl: 'http://127.0.0.1:9/',
    });
    expect(job.log.result('cagent'), job.log.tail).toBe('success');
    const warnings = job.log.commands('cagent', 'warning').map(({ argument }) => argument);
    expect(warnings.join('\n')).toMatch(/publish\.failed: The run directory could not be uploaded/);
  });
});

describe('a step that the runner cuts off', () => {
  it('at its time limit: the post step removes what was left and uploads what there is', async () => {
    const job = await rig.runJob([
      CHECKOUT,
      cagentStep(
        { run: `bash -c 'trap "" TERM INT; while :; do sleep 1; done'`, 'artifact-name': 'cut-off' },
        { 'timeout-minutes': 1 },
      ),
      {
        if: 'always()',
        run: 'docker ps --all --filter label=cagent.run --filter label=cagent.role=agent --format "{{.Label \\"cagent.run\\"}}" > "$RESULTS/running"',
      },
    ]);
    const runId = runIdIn(job.log.output('cagent'));
    expect(job.log.result('cagent')).toBe('failure');
    // Only then does the test show that it was the post step that cleaned up.
    expect(readFileSync(join(job.results, 'running'), 'utf8')).toContain(runId);
    expect(job.log.result('cagent', 'Post')).toBe('success');
    expect(job.log.output('cagent', 'Post')).toContain('Removed container');
    expect(job.log.output('cagent', 'Post')).toContain('Artifact cut-off successfully finalized');
    expect(await leftOf(runId)).toEqual([]);
  });
});
