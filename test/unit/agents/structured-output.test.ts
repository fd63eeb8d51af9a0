import { describe, expect, it } from 'vitest';
import type { AgentResult } from '../../../src/agents/agent.js';
import { planAgent } from '../../../src/agents/agent-plan.js';
import { promptText } from '../../../src/agents/prompt.js';
import { readAnswer } from '../../../src/agents/structured-output.js';
import { compileJsonSchema } from '../../../src/core/json-schema.js';
import { runSpec } from '../sandbox/spec-fixture.js';

const SCHEMA = {
  type: 'object',
  properties: { risk: { enum: ['low', 'high'] }, files: { type: 'array', items: { $ref: '#/$defs/file' } } },
  required: ['risk'],
  additionalProperties: false,
  $defs: { file: { type: 'string', minLength: 1 } },
};

async function answer(result: Partial<AgentResult>, schema: Readonly<Record<string, unknown>> = SCHEMA) {
  return readAnswer(
    { failure: undefined, usage: {}, notices: [], ...result },
    await compileJsonSchema(schema),
  );
}

describe('the structured output of an agent', () => {
  it.each([
    ['what the agent took for it', { structuredOutput: { risk: 'low' }, finalMessage: 'Done.' }],
    ['its last message', { finalMessage: ' {"risk": "low"}\n' }],
    [
      'the last fenced block of that',
      { finalMessage: 'I found:\n```js\nx\n```\nso:\n```json\n{"risk":"low"}\n```\n' },
    ],
  ])('is %s', async (_, result) => {
    expect(await answer(result)).toEqual({ value: { risk: 'low' } });
  });

  it.each([
    ['nothing', {}, 'it gave no structured output, and no last message'],
    ['words', { finalMessage: 'Done.' }, 'it gave no structured output: its last message is not JSON'],
    ['half of it', { finalMessage: '{"risk": ' }, 'its last message is not JSON'],
    [
      'a wrong value',
      { finalMessage: '{"risk":"some"}' },
      '/risk must be equal to one of the allowed values: ["low","high"]',
    ],
    ['a missing field', { structuredOutput: {} }, "the value must have required property 'risk'"],
    ['one field too many', { structuredOutput: { risk: 'low', more: 1 } }, 'additional properties: "more"'],
    [
      'a wrong item',
      { structuredOutput: { risk: 'low', files: [''] } },
      '/files/0 must NOT have fewer than 1 characters',
    ],
    [
      'a name with control characters',
      { structuredOutput: { risk: 'low', '\u001b[2J\n': 1 } },
      '"\\u001b[2J\\n"',
    ],
    ['two hundred levels', { finalMessage: '['.repeat(200) + ']'.repeat(200) }, 'deeper than 100 levels'],
    [
      'levels that would overflow the stack',
      { finalMessage: '['.repeat(20_000) + ']'.repeat(20_000) },
      'deeper than 100 levels',
    ],
    ['a megabyte', { structuredOutput: 'x'.repeat(2 ** 20) }, 'larger than 1048576 bytes'],
  ])('with %s is a problem in one line', async (_, result, words) => {
    const found = await answer(result);
    expect('problem' in found && found.problem).toContain(words);
    expect('problem' in found && found.problem).not.toMatch(/\n/);
  });
});

describe('a schema', () => {
  it.each([
    [
      'draft 7',
      { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }] },
      ['x'],
      [1],
    ],
    ['draft 2020-12', { prefixItems: [{ type: 'string' }] }, ['x'], [1]],
    ['no draft that it names', { type: 'string', format: 'date' }, 'any text', 1],
  ])('of %s is understood', async (_, schema, good, bad) => {
    const check = await compileJsonSchema(schema);
    expect([check(good), check(bad) === undefined]).toEqual([undefined, false]);
  });

  it.each([
    ['that is none', { type: 'nonsense' }],
    ['that refers to another file', { $ref: 'https://schemas.example/x.json' }],
    ['that refers to nothing', { $ref: '#/$defs/gone' }],
    ['of a draft that nobody knows', { $schema: 'https://json-schema.example/draft-99' }],
  ])('%s is refused before anything starts', async (_, schema) => {
    await expect(compileJsonSchema(schema)).rejects.toThrow();
  });

  it('is in the prompt of an agent that has no option for it', () => {
    const text = promptText('Look.', 'read-only', SCHEMA);
    expect(text).toMatch(/^Look\.\n\n.*\.agent-scratch.*\n\nYour last message must be one JSON value/s);
    expect(text).toContain(JSON.stringify(SCHEMA));
    expect(promptText('Look.', 'overlay')).toBe('Look.');
  });
});

describe('the schema that an agent is given', () => {
  it.each(['claude', 'codex'] as const)('names no dialect, which %s would refuse', (name) => {
    const agent = { name, command: [], prompt: 'Do it.', model: undefined, args: [] };
    const spec = runSpec({
      agent: {
        ...agent,
        outputSchema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...SCHEMA },
      },
    });
    const environment = { ANTHROPIC_API_KEY: 'key-a', OPENAI_API_KEY: 'key-o' };
    const { command, files } = planAgent(spec, { environment, brokerAddress: '100.64.7.1', git: false });
    const given = [...command, ...files.map(({ content }) => content)].find((text) => text.startsWith('{'));
    expect(JSON.parse(given ?? '')).toEqual(SCHEMA);
  });
});
