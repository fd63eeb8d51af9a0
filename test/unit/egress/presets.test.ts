import { describe, expect, test } from 'vitest';
import { planEgress } from '../../../src/egress/plan-egress.js';
import { PRESETS, type Preset } from '../../../src/egress/presets/index.js';
import { policyOf } from './policy-of.js';

describe('presets', () => {
  test('without an allow list the defaults apply: npm, PyPI and the agent', () => {
    const policy = planEgress({ mode: 'block', allow: undefined }, { agentHosts: ['api.anthropic.com'] });
    expect(policy.rules.map(({ text }) => text)).toEqual([
      'preset:defaults registry.npmjs.org',
      'preset:defaults pypi.org',
      'preset:defaults files.pythonhosted.org',
      'preset:defaults api.anthropic.com',
    ]);
    expect(policy.warnings).toEqual([]);
  });

  test('an empty allow list opens nothing', () => {
    expect(policyOf([]).rules).toEqual([]);
  });

  test('no network means no rules', () => {
    expect(planEgress({ mode: 'none', allow: undefined }, { agentHosts: [] })).toEqual({
      mode: 'none',
      rules: [],
      warnings: [],
    });
  });

  test.each(
    'defaults node python go rust java ruby php dotnet linux github containers anthropic openai google copilot'.split(
      ' ',
    ),
  )('there is one for %s', (name) => {
    expect(PRESETS.map((preset) => preset.name)).toContain(name);
  });

  test.each(PRESETS.map(({ name }) => name))('every host in %s is a valid rule with a reason', (name) => {
    const preset = PRESETS.find((known) => known.name === name) as Preset;
    expect(policyOf([name]).rules.map(({ text }) => text)).toEqual(
      preset.hosts.map(({ host }) => `preset:${name} ${host}`),
    );
    expect(preset.hosts.every(({ reason }) => reason.length > 3)).toBe(true);
  });

  test('every preset compiles without a warning, alone and all together', () => {
    for (const { name } of PRESETS) expect(policyOf([name]).warnings).toEqual([]);
    expect(policyOf(PRESETS.map(({ name }) => name)).warnings).toEqual([]);
  });

  test('preset names are unique, have no dot and are no property of an object', () => {
    expect(new Set(PRESETS.map(({ name }) => name)).size).toBe(PRESETS.length);
    expect(PRESETS.every(({ name }) => /^[a-z][a-z-]+$/.test(name))).toBe(true);
    expect(() => policyOf(['constructor'])).toThrow(/no preset/);
  });

  test('a host with a dot is never a preset', () => {
    expect(policyOf(['node.example']).rules).toMatchObject([
      { target: { kind: 'name', name: 'node.example' } },
    ]);
  });

  test('an agent host that no rule allows is pointed out', () => {
    const policy = planEgress({ mode: 'block', allow: ['node'] }, { agentHosts: ['api.anthropic.com'] });
    expect(policy.warnings).toEqual([expect.stringContaining('api.anthropic.com')]);
  });
});
