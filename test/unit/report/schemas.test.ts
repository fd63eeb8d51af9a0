import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../../src/report/build-report.js';
import type { Report } from '../../../src/report/report.js';
import { outcome, plan, records, sampleInput, sampleReport } from './samples.js';

function validator(name: string) {
  const schema = JSON.parse(readFileSync(new URL(`../../../docs/schemas/${name}`, import.meta.url), 'utf8'));
  return new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(schema);
}

const report = validator('cagent.report.schema.json');
const egress = validator('cagent.egress.schema.json');
const planSchema = validator('cagent.plan.schema.json');

/** What a reader of the file gets. */
function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function problems(validate: typeof report, value: unknown): unknown {
  return validate(written(value)) ? [] : validate.errors;
}

describe('cagent.report/1', () => {
  test('holds for a report with every optional field', () => {
    const full: Report = buildReport(sampleInput());
    const masked: Report = { ...full, changes: { ...full.changes, patchMasked: true } };
    expect(full.error?.hint).toBeDefined();
    expect(problems(report, masked)).toEqual([]);
  });

  test('holds for a run that failed before there was a plan', () => {
    const early = {
      ...outcome,
      conclusion: 'error',
      exitCode: 125,
      phases: {},
      resources: {},
      usage: undefined,
    } as const;
    expect(
      problems(report, buildReport(sampleInput({ plan: undefined, changes: undefined, outcome: early }))),
    ).toEqual([]);
  });

  test.each(['success', 'failure', 'timeout', 'cancelled', 'limit', 'error'] as const)(
    'knows %s',
    (conclusion) => {
      expect(problems(report, sampleReport({ conclusion }))).toEqual([]);
    },
  );

  const required = Object.keys(sampleReport()) as (keyof Report)[];
  test.each(required)('refuses a report without %s', (field) => {
    const { [field]: _, ...rest } = sampleReport();
    expect(problems(report, rest)).not.toEqual([]);
  });

  test.each([
    ['an unknown conclusion', { conclusion: 'fine' }],
    ['a null', { image: { ref: 'x', digest: null } }],
    ['an unknown field', { surprise: 1 }],
    ['a negative duration', { durationMs: -1 }],
    ['a fraction of a millisecond', { durationMs: 0.5 }],
    ['another schema', { schema: 'cagent.report/2' }],
    ['a run id of another form', { runId: '../../etc' }],
  ])('refuses %s', (_, broken) => {
    expect(problems(report, { ...sampleReport(), ...broken })).not.toEqual([]);
  });
});

describe('cagent.egress/1', () => {
  test.each(records.map((record) => [record.protocol, record] as const))(
    'holds for a record of %s',
    (_, record) => {
      expect(problems(egress, record)).toEqual([]);
    },
  );

  test.each(['schema', 'time', 'verdict', 'reason', 'rule', 'protocol'] as const)(
    'refuses a record without %s',
    (field) => {
      const { [field]: _, ...rest } = records[1] as (typeof records)[number];
      expect(problems(egress, rest)).not.toEqual([]);
    },
  );

  test.each([
    { ip: null },
    { verdict: 'denied' },
    { protocol: 'quic' },
    { port: 70_000 },
    { count: 1 },
    { user: 'x' },
    { time: 'now' },
  ])('refuses %j', (broken) => {
    expect(problems(egress, { ...records[1], ...broken })).not.toEqual([]);
  });
});

describe('cagent.plan/1', () => {
  test('holds for a plan with every optional field', () => {
    expect(problems(planSchema, plan)).toEqual([]);
  });

  test('holds for a plan without network and without git', () => {
    const { agent, probe } = plan.containers;
    const git = { kind: 'none', reason: 'not a repository' } as const;
    const small = { ...plan, containers: { agent, probe }, workspace: { ...plan.workspace, git } };
    expect(problems(planSchema, small)).toEqual([]);
  });

  test.each([
    ['without commands', { commands: undefined }],
    ['with an unknown field', { password: 'x' }],
    [
      'with a writable root',
      { containers: { ...plan.containers, agent: { ...plan.containers.agent, readOnly: false } } },
    ],
    ['with a secret value', { env: [{ name: 'A', secret: true, value: 'x' }] }],
  ])('refuses a plan %s', (_, broken) => {
    expect(problems(planSchema, { ...plan, ...broken })).not.toEqual([]);
  });
});
