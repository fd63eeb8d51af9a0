import { describe, expect, it } from 'vitest';
import { restrictRun } from '../../../src/action/restrict-run.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import { spec } from '../report/samples.js';

const BASE = 'b'.repeat(40);
const VIEW = { ...spec.view, base: BASE };
const CLAUDE: RunSpec = { ...spec, view: VIEW, env: [] };
const COMMAND: RunSpec = { ...CLAUDE, agent: { ...spec.agent, name: 'command', command: ['true'] } };
const ENVIRONMENT = { PATH: '/bin', ANTHROPIC_API_KEY: 'sk-ant-key', GEMINI_API_KEY: 'key' };

function restrict(given: RunSpec, network: 'none' | 'as-configured', modelKey = false, trusted = [BASE]) {
  return restrictRun({ spec: given, environment: ENVIRONMENT, trusted }, { network }, modelKey);
}

describe('a run for code from a fork', () => {
  it.each(['none', 'as-configured'] as const)('is read-only and has no key, network %s', (network) => {
    const order = restrict(COMMAND, network);
    if ('reason' in order) expect.unreachable(order.reason);
    expect(order.spec.view.mode).toBe('read-only');
    expect(order.environment).toEqual({ PATH: '/bin' });
    expect(order.spec.network.mode).toBe(network === 'none' ? 'none' : COMMAND.network.mode);
    expect(order.spec.network.allow).toEqual(network === 'none' ? undefined : COMMAND.network.allow);
  });

  it('keeps the key in the gateway only when told so', () => {
    expect(restrict(CLAUDE, 'as-configured', true)).toMatchObject({ environment: ENVIRONMENT });
  });

  it.each<[string, RunSpec, 'none' | 'as-configured', boolean, string]>([
    [
      'wants a value of the runner',
      { ...COMMAND, env: [{ name: 'TOKEN', value: 'x', secret: true }] },
      'none',
      false,
      'env names TOKEN',
    ],
    ['would decide how it is run', { ...COMMAND, view: spec.view }, 'none', false, 'there is no base commit'],
    ['wants a model without a network', CLAUDE, 'none', true, 'claude needs a model'],
    ['wants a model without a key', CLAUDE, 'as-configured', false, 'fork-model-key'],
  ])('that %s is not run', (_, given, network, modelKey, reason) => {
    expect(restrict(given, network, modelKey)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it.each([
    ['another commit than the base', ['c'.repeat(40)]],
    ['a commit that nothing vouches for', []],
  ])('is not its own base: a branch of its clone that leads to %s', (_, trusted) => {
    expect(restrict(COMMAND, 'none', false, trusted)).toEqual({
      reason: expect.stringContaining('the input base leads to bbbbbbbbbbbb'),
    });
  });

  it('may be given values that are written in the workflow', () => {
    const env = [{ name: 'CI', value: '1', secret: false }];
    expect(restrict({ ...COMMAND, env }, 'none')).toMatchObject({ spec: { env } });
  });
});
