import { describe, expect, test } from 'vitest';
import { renderMetrics } from '../../../src/report/metrics.js';
import { HOSTILE, sampleReport } from './samples.js';

const LINE = /^([a-z_]+)(?:\{([a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*\})? -?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** The rules of text format 0.0.4 that a scraper insists on. */
function samples(text: string): ReadonlyMap<string, string> {
  expect(text.endsWith('\n')).toBe(true);
  const found = new Map<string, string>();
  let typed = '';
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# TYPE ')) typed = line.split(' ')[2] as string;
    if (line.startsWith('#')) continue;
    expect(line).toMatch(LINE);
    expect(line.match(LINE)?.[1]).toBe(typed);
    const at = line.lastIndexOf(' ');
    expect(found.has(line.slice(0, at))).toBe(false);
    found.set(line.slice(0, at), line.slice(at + 1));
  }
  return found;
}

describe('metrics.prom', () => {
  test('has the numbers of the report', () => {
    const found = samples(renderMetrics(sampleReport()));
    expect(Object.fromEntries(found)).toMatchObject({
      cagent_run_success: '1',
      cagent_run_exit_code: '0',
      cagent_run_duration_seconds: '252.34',
      'cagent_run_phase_duration_seconds{phase="gateway"}': '0.91',
      'cagent_agent_tokens{kind="cache_read"}': '310400',
      cagent_agent_cost_usd: '0.4213',
      'cagent_egress_attempts{verdict="blocked"}': '45',
      'cagent_egress_bytes{direction="in"}': '18874488',
      'cagent_changes_lines{kind="deleted"}': '216',
      'cagent_limit_hit{limit="pids"}': '1',
      cagent_workspace_hidden_paths: '4',
      cagent_resources_peak_memory_bytes: '1610612736',
    });
  });

  test('leaves out what the run does not know', () => {
    const report = sampleReport({
      resources: {},
      phases: {},
      limits: { hit: [] },
      agent: { name: 'command', usage: {} },
    });
    const text = renderMetrics(report);
    samples(text);
    expect(text).not.toMatch(/cost|turns|cpu|phase|limit_hit|undefined|NaN/);
  });

  test.each(HOSTILE)('a label holds any text: %j', (text) => {
    samples(
      renderMetrics(
        sampleReport({ agent: { name: text, model: text, usage: {} }, limits: { hit: [text, text] } }),
      ),
    );
  });
});
