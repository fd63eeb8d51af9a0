import { describe, expect, test } from 'vitest';
import { ACTION_INPUTS } from '../../../src/config/action-inputs.js';
import { flagsFromInputs, INPUT_NAMES } from '../../../src/config/inputs.js';
import { OPTION_NAMES, optionSpec } from '../../../src/config/options.js';
import { splitWords } from '../../../src/config/words.js';
import { CagentError } from '../../../src/core/errors.js';

function failure(inputs: Readonly<Record<string, string>>): string {
  try {
    flagsFromInputs(inputs);
  } catch (thrown) {
    if (thrown instanceof CagentError && thrown.code === 'config.invalid') return thrown.message;
    throw thrown;
  }
  return 'was accepted';
}

test('every option of the command line but --json is an input of the same name', () => {
  const options = OPTION_NAMES.filter((name) => optionSpec(name).onCommandLine && name !== 'json');
  expect(INPUT_NAMES).toEqual([...options, ...Object.keys(ACTION_INPUTS)]);
  expect(new Set(INPUT_NAMES).size).toBe(INPUT_NAMES.length);
});

describe('inputs become flags', () => {
  test.each<[string, Readonly<Record<string, string>>, unknown]>([
    ['an empty one is not given', { memory: '', allow: '\n \n', prompt: ' ', run: '' }, { values: {} }],
    ['spaces around a value do not count', { memory: ' 1g ' }, { values: { memory: '1g' } }],
    ['a list has one item a line', { allow: 'a\r\n\n  b c\n' }, { values: { allow: ['a', 'b c'] } }],
    ['a prompt keeps its lines', { prompt: 'one\n\ntwo\n' }, { values: { prompt: 'one\n\ntwo\n' } }],
    ['arguments stay one text', { 'agent-args': '--a "b\nc"' }, { values: { 'agent-args': '--a "b\nc"' } }],
    ['working-directory is the workspace', { 'working-directory': 'x' }, { values: { workspace: 'x' } }],
    [
      'both names of the workspace may agree',
      { 'working-directory': 'x', workspace: 'x' },
      { values: { workspace: 'x' } },
    ],
    [
      'a command is split into words',
      { run: `npm run "a b" 'c' d\\ e` },
      { command: ['npm', 'run', 'a b', 'c', 'd e'] },
    ],
    [
      'nothing in a command is expanded',
      { run: 'echo $HOME "$(id)" `id` * | cat > x' },
      { command: ['echo', '$HOME', '$(id)', '`id`', '*', '|', 'cat', '>', 'x'] },
    ],
    [
      'a quoted script may have lines',
      { run: 'bash -c "\na\nb\n"\n' },
      { command: ['bash', '-c', '\na\nb\n'] },
    ],
    [
      'a backslash joins lines',
      { run: 'npm test \\\n  --silent\n' },
      { command: ['npm', 'test', '--silent'] },
    ],
  ])('%s', (_name, inputs, expected) => {
    expect(flagsFromInputs(inputs)).toMatchObject(expected as object);
  });
});

describe('inputs that cannot be right fail', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['an unknown name', { memry: '1g' }, 'input memry: unknown input, allowed: workspace, config'],
    ['an unknown name, with the nearest', { memry: '1g' }, 'nearest: memory'],
    ['an unknown name, even when empty', { memry: '' }, 'nearest: memory'],
    ['an option that is no input', { json: 'true' }, 'input json: is not an input of the action'],
    [
      'two workspaces',
      { workspace: 'a', 'working-directory': 'b' },
      'input workspace and input working-directory are both given',
    ],
    ['an open quote', { run: 'echo "a' }, 'input run: found "echo "a", allowed: one command line'],
    [
      'two commands that would become one',
      { run: 'npm ci\nnpm test' },
      'input run: found "npm ci\\nnpm test", allowed: one command line',
    ],
  ])('%s', (_name, inputs, expected) => {
    expect(failure(inputs)).toContain(expected);
  });
});

describe('words', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['', []],
    [`a "b c" 'd "e"'`, ['a', 'b c', 'd "e"']],
    [`--x="1 2"`, ['--x=1 2']],
    [`'' ""`, ['', '']],
    [`a\\"b`, ['a"b']],
    ['~ $(x) ; && # y', ['~', '$(x)', ';', '&&', '#', 'y']],
    [`it's`, undefined],
    ['"open', undefined],
    ['end\\', undefined],
  ])('%j', (line, expected) => {
    expect(splitWords(line)).toEqual(expected);
  });
});
