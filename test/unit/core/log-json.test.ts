import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { logJson } from '../../../src/core/log-json.js';
import { yamlScalar } from '../../../src/egress/flow-yaml.js';
import { isRunnerCommand } from './runner-command.js';

it('JSON in the log of a workflow is no command, and means the same', () => {
  const value = { path: 'a ##[set-output name=x]y', '##[error]': ['::error::x', '##'] };
  expect(logJson(value).split('\n').filter(isRunnerCommand)).toEqual([]);
  expect(JSON.parse(logJson(value))).toEqual(value);
});

it('nor is a rule that a run in audit mode suggests', () => {
  const text = '/a##[set-output name=x]y';
  expect(isRunnerCommand(`- ${yamlScalar(text)}`)).toBe(false);
  expect(parse(yamlScalar(text))).toBe(text);
});
