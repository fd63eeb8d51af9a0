import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { EgressRecord } from '../../../src/core/egress-record.js';
import { knownHosts } from '../../../src/egress/known-blocked.js';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { buildReport } from '../../../src/report/build-report.js';
import { createEgressCounter } from '../../../src/report/egress-summary.js';
import { renderHtml } from '../../../src/report/html-report.js';
import type { Report } from '../../../src/report/report.js';
import { renderSummary } from '../../../src/report/summary-markdown.js';
import { renderTerminalSummary } from '../../../src/report/terminal.js';
import { changes, plan, sampleInput } from './samples.js';

const egress = planEgress(
  { mode: 'audit', allow: ['go'], knownBlocked: ['stats.example'] },
  { agentHosts: [] },
);

function seen(host: string, more: Partial<EgressRecord> = {}): EgressRecord {
  return {
    schema: 'cagent.egress/1',
    time: '2026-11-22T10:00:00.000Z',
    verdict: 'audited',
    reason: 'no-rule',
    rule: 'default',
    protocol: 'tls',
    host,
    port: 443,
    ...more,
  };
}

function reportOf(mode: 'block' | 'audit'): Report {
  const counter = createEgressCounter(knownHosts(egress));
  counter.add(seen('proxy.golang.org', { verdict: 'allowed', rule: 'preset:go proxy.golang.org' }));
  counter.add(seen('static.crates.io'));
  counter.add(seen('db.example', { port: 5432, protocol: 'tcp' }));
  counter.add(seen('stats.example', { verdict: 'blocked', reason: 'private-address', count: 77 }));
  counter.add(seen('10.0.0.1', { verdict: 'blocked', reason: 'private-address' }));
  return buildReport(
    sampleInput({ plan: { ...plan, egress: { ...egress, mode } }, egress: counter.summary() }),
  );
}

const LINES = ['network:', '  allow:', '    - rust', '    - go', '    - { dest: db.example, ports: [5432] }'];

describe('after an audit', () => {
  const report = reportOf('audit');
  const terminal = renderTerminalSummary(report, changes, { color: false, width: 80 }).map(
    stripVTControlCharacters,
  );

  test('report.json has the allow list, and keeps to its schema', () => {
    expect(report.egress.suggestion).toEqual(['- rust', '- go', '- { dest: db.example, ports: [5432] }']);
    const schema = readFileSync(
      new URL('../../../docs/schemas/cagent.report.schema.json', import.meta.url),
      'utf8',
    );
    const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(JSON.parse(schema));
    expect(validate(JSON.parse(JSON.stringify(report))) || validate.errors).toBe(true);
  });

  test('the terminal, summary.md and report.html show it ready to be pasted', () => {
    expect(terminal.join('\n')).toContain(LINES.join('\n'));
    expect(renderSummary(report, changes)).toContain(`\`\`\`yaml\n${LINES.join('\n')}\n\`\`\``);
    const html = renderHtml(report, changes, undefined);
    for (const line of LINES) expect(html).toContain(`<span>${line}</span>`);
  });

  test('in block mode there is none', () => {
    const blocking = reportOf('block');
    expect(blocking.egress).not.toHaveProperty('suggestion');
    expect(renderSummary(blocking, changes)).not.toContain('allow:');
  });
});

describe('a host that is known to be blocked', () => {
  const report = reportOf('audit');

  test('is not on the terminal, where another blocked one is', () => {
    const terminal = renderTerminalSummary(report, changes, { color: false, width: 80 }).join('\n');
    expect(terminal).toContain('10.0.0.1:443');
    expect(terminal).not.toContain('stats.example');
  });

  test('is folded away in the summary, with its count', () => {
    const text = renderSummary(report, changes);
    const [open = '', folded = ''] = text.split(
      '<details><summary>1 destination blocked as expected</summary>',
    );
    expect(open).not.toContain('stats.example');
    expect(folded).toContain('stats.example');
    expect(folded).toContain('| 77 |');
  });

  test('counts as blocked all the same', () => {
    expect(report.egress.blocked).toBe(78);
    expect(report.egress.hosts.find(({ host }) => host === 'stats.example')).toMatchObject({
      verdict: 'blocked',
      expected: true,
      count: 77,
    });
  });
});
