import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../../src/config/config-schema.js';
import { INPUT_NAMES } from '../../../src/config/inputs.js';
import { OPTION_NAMES, optionSpec } from '../../../src/config/options.js';
import { OUTPUTS } from '../../../src/config/outputs.js';
import { mergeSettings } from '../../../src/config/settings.js';

test('every default is a value that a user might have written', () => {
  const merged = mergeSettings({}, {});
  for (const name of OPTION_NAMES) {
    const { default: fallback, type } = optionSpec(name);
    if (fallback === undefined) expect(merged[name], name).toBeUndefined();
    else if (type.kind === 'list') expect(merged[name], name).toHaveLength(fallback.length);
    else expect(merged[name], name).toBeDefined();
  }
});

test('names are kebab-case; keys and short names are used once', () => {
  const keys = OPTION_NAMES.flatMap((name) => optionSpec(name).key ?? []);
  const shorts = OPTION_NAMES.flatMap((name) => optionSpec(name).short ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(shorts).size).toBe(shorts.length);
  for (const name of OPTION_NAMES) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('what has a value on the command line has a placeholder', () => {
  for (const name of OPTION_NAMES.filter((each) => optionSpec(each).onCommandLine)) {
    const { placeholder, type } = optionSpec(name);
    expect(placeholder === undefined, name).toBe(type.kind === 'switch');
  }
});

test('action.yml and the published schema are made from the table as it is', () => {
  const action = parse(readFileSync('action.yml', 'utf8'));
  expect(Object.keys(action.inputs)).toEqual(INPUT_NAMES);
  expect(Object.keys(action.outputs)).toEqual(Object.keys(OUTPUTS));
  const published = JSON.parse(readFileSync('docs/schemas/cagent.config.schema.json', 'utf8'));
  expect(published).toEqual(configJsonSchema());
});

test('no option has a default in action.yml, where it would win over cagent.yml', () => {
  const { inputs } = parse(readFileSync('action.yml', 'utf8'));
  for (const name of OPTION_NAMES) expect(inputs[name]?.default, name).toBeUndefined();
});
