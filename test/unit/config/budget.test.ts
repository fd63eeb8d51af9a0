import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveRunSpec } from '../../../src/config/resolve.js';

const cwd = mkdtempSync(join(tmpdir(), 'budget-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function resolveWith(values: Readonly<Record<string, string>>, command?: readonly string[]) {
  const agent = command === undefined ? { agent: 'claude', prompt: 'x' } : {};
  return resolveRunSpec({
    flags: { origin: 'option', values: { ...agent, ...values }, command },
    cwd,
    environment: {},
    purpose: 'run',
  });
}

describe('the budget', () => {
  it('comes from flags and from the file, flags first', async () => {
    writeFileSync(join(cwd, 'cagent.yml'), 'version: 1\nbudget: { max-requests: 5, max-tokens: 1000 }\n');
    const { agent } = await resolveWith({
      'max-requests': '7',
      'max-cost-usd': '2.5',
      'input-price': '3',
      'output-price': '15',
    });
    expect(agent.budget).toEqual({
      maxRequests: 7,
      maxTokens: 1000,
      maxCostUsd: 2.5,
      price: { input: 3, output: 15 },
    });
    rmSync(join(cwd, 'cagent.yml'));
  });

  it('is absent without bounds', async () => {
    expect((await resolveWith({})).agent).not.toHaveProperty('budget');
  });

  it.each([
    ['a cost without prices', { 'max-cost-usd': '5' }, /--max-cost-usd: a bound without prices/],
    ['one price alone', { 'input-price': '5' }, /--input-price: one price alone/],
    ['no number', { 'max-tokens': 'many' }, /--max-tokens: found "many", allowed: a whole number/],
    [
      'nothing at all',
      { 'max-requests': '0' },
      /--max-requests: found "?0"?, allowed: a whole number from 1/,
    ],
  ] as const)('with %s is refused', async (_, values, message) => {
    await expect(resolveWith(values)).rejects.toThrow(message);
  });

  it('is refused for a command, whose model cagent does not see', async () => {
    await expect(resolveWith({ 'max-requests': '5' }, ['true'])).rejects.toThrow(
      /--max-requests: a budget for a command/,
    );
  });
});
