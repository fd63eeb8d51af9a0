import { describe, expect, test } from 'vitest';
import { CagentError } from '../../../src/core/errors.js';
import { buildReport } from '../../../src/report/build-report.js';
import { changes, outcome, plan, sampleInput, spec } from './samples.js';

describe('the report', () => {
  test('has a value for every field of the contract', () => {
    const report = buildReport(sampleInput());
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(
        'schema runId conclusion exitCode startedAt durationMs phases agent image workspace egress changes limits resources'.split(
          ' ',
        ),
      ),
    );
    expect(report).toMatchObject({
      startedAt: '2026-11-22T10:15:30.000Z',
      durationMs: 252_340,
      agent: { name: 'claude', version: '2.1.0', model: 'claude-opus-5-5' },
      image: { ref: 'ghcr.io/acme/agent:1' },
      workspace: { mode: 'overlay', files: 1_284, secretsFound: 1 },
      changes: { files: changes.files.length, added: 146, deleted: 216 },
      secretsPassed: ['ANTHROPIC_API_KEY'],
    });
    expect(report.workspace.hidden[0]).toEqual({ path: '.env', reason: 'built-in: environment file' });
  });

  test('holds no value of any variable', () => {
    expect(JSON.stringify(buildReport(sampleInput()))).not.toContain('sk-ant-0123456789');
  });

  test('of a run that failed early says what was asked for and where it failed', () => {
    const error = new CagentError('image.unavailable', 'The image x is gone', { hint: 'Name another one.' });
    const early = {
      ...outcome,
      conclusion: 'error',
      exitCode: 125,
      phases: { plan: 3 },
      limitsHit: [],
      error,
    } as const;
    const image = { kind: 'reference', reference: 'x' } as const;
    const report = buildReport(
      sampleInput({ plan: undefined, changes: undefined, outcome: early, spec: { ...spec, image } }),
    );
    expect(report).toMatchObject({
      conclusion: 'error',
      image: { ref: 'x' },
      phases: { plan: 3 },
      workspace: { files: 0, hidden: [] },
      changes: { files: 0, patchBytes: 0 },
      error: { code: 'image.unavailable', message: 'The image x is gone', hint: 'Name another one.' },
    });
  });

  test('leaves out what is not known instead of writing null', () => {
    const unknown = {
      ...outcome,
      agentVersion: undefined,
      model: undefined,
      agent: undefined,
      usage: undefined,
      imageDigest: undefined,
      error: undefined,
    };
    const { model: _, ...agent } = plan.agent;
    const input = sampleInput({
      plan: { ...plan, agent },
      outcome: unknown,
      spec: { ...spec, agent: { ...spec.agent, model: undefined } },
    });
    const report = buildReport(input);
    expect(report.agent).toEqual({ name: 'claude', usage: {} });
    expect('digest' in report.image || 'error' in report).toBe(false);
  });

  test('says when the agent ran as uid 0, once', () => {
    const owned = { ...plan, workspace: { ...plan.workspace, owner: { uid: 0, gid: 0 } } };
    const own = buildReport(sampleInput({ plan: owned })).notices.filter((notice) =>
      notice.includes('uid 0'),
    );
    expect(own).toHaveLength(1);
    const told = { ...owned, notices: ['It runs as uid 0.'] };
    expect(
      buildReport(sampleInput({ plan: told })).notices.filter((notice) => notice.includes('uid 0')),
    ).toEqual(['It runs as uid 0.']);
    expect(buildReport(sampleInput()).notices.join()).not.toContain('uid 0');
  });

  test('tells each notice once', () => {
    const twice = { ...outcome, notices: [...plan.notices, ...plan.workspace.notices] };
    expect(buildReport(sampleInput({ outcome: twice })).notices).toHaveLength(2);
  });
});
