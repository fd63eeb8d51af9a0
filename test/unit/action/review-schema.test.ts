import { describe, expect, it } from 'vitest';
import { withReviewSchema } from '../../../src/action/review-schema.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import { compileJsonSchema } from '../../../src/core/json-schema.js';
import { spec } from '../report/samples.js';

const { outputSchema: _, ...agent } = spec.agent;
const CLAUDE: RunSpec = { ...spec, agent };

describe('an agent that is to give a review', () => {
  it('is told its form, and an answer of another form is none', async () => {
    const check = await compileJsonSchema(withReviewSchema(CLAUDE).agent.outputSchema ?? {});
    expect(check({ summary: 'Fine.', verdict: 'comment', findings: [] })).toBeUndefined();
    expect(check({ summary: 'Fine.', verdict: 'merge', findings: [] })).toContain('/verdict');
  });

  it('cannot be asked for another form as well', () => {
    const both: RunSpec = { ...CLAUDE, agent: { ...agent, outputSchema: { type: 'object' } } };
    expect(() => withReviewSchema(both)).toThrow('input review is true and output-schema is given');
  });

  it('as a command is left as it is', () => {
    const command: RunSpec = { ...CLAUDE, agent: { ...agent, name: 'command', command: ['true'] } };
    expect(withReviewSchema(command)).toBe(command);
  });
});
