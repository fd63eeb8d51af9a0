import { describe, expect, it } from 'vitest';
import { uselessKeys } from '../../../src/action/model-keys.js';
import type { RunSpec } from '../../../src/config/run-spec.js';

const INPUTS = { 'anthropic-api-key': 'sk-ant-1', 'openai-api-key': ' ', run: 'claude -p x' };
const spec = (agent: string, ...env: readonly string[]): Pick<RunSpec, 'agent' | 'env'> => ({
  agent: { name: agent } as RunSpec['agent'],
  env: env.map((name) => ({ name, value: 'sk-ant-1', secret: true })),
});

describe('a key of an input', () => {
  it('that a command never gets is told, without the key', () => {
    expect(uselessKeys(INPUTS, spec('command'))).toEqual([
      'input anthropic-api-key: a command gets no key, allowed: a known agent, or env with ANTHROPIC_API_KEY, which the command then sees',
    ]);
  });

  it('is nothing to tell where env hands it over, or an agent has a broker', () => {
    expect(uselessKeys(INPUTS, spec('command', 'ANTHROPIC_API_KEY'))).toEqual([]);
    expect(uselessKeys(INPUTS, spec('claude'))).toEqual([]);
  });
});
