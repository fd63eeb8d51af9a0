import { describe, expect, test } from 'vitest';
import { ACTION_INPUTS } from '../../../src/config/action-inputs.js';
import { flagsFromInputs, INPUT_NAMES, withoutAliases } from '../../../src/config/inputs.js';
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

describe('names that other actions use', () => {
  test('are taken, and each is told', () => {
    expect(withoutAliases({ prompt_file: 'p.md', 'agent-args': '-v', anthropic_api_key: 'k' })).toEqual({
      inputs: { 'prompt-file': 'p.md', 'agent-args': '-v', 'anthropic-api-key': 'k' },
      notices: [
        'The input prompt_file is taken as prompt-file, which is its name here.',
        'The input anthropic_api_key is taken as anthropic-api-key, which is its name here.',
      ],
    });
  });

  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
    [
      'win over a default of the action',
      { github_token: 'mine', 'github-token': 'default' },
      { 'github-token': 'mine' },
    ],
    [
      'win over a fixed default',
      { sticky_comment: 'false', 'sticky-comment': 'true' },
      { 'sticky-comment': 'false' },
    ],
    ['may say the same twice', { prompt_file: 'a', 'prompt-file': 'a' }, { 'prompt-file': 'a' }],
    ['are not given when empty', { prompt_file: '', 'prompt-file': 'a' }, { 'prompt-file': 'a' }],
    ['of nothing stay unknown', { prompt_fiel: 'a' }, { prompt_fiel: 'a' }],
  ])('%s', (_name, given, inputs) => {
    expect(withoutAliases(given).inputs).toEqual(inputs);
  });

  test('that say something else are refused', () => {
    expect(() => withoutAliases({ prompt_file: 'a', 'prompt-file': 'b' })).toThrow(
      'input prompt_file and input prompt-file are both given and differ',
    );
  });

  test.each(['base-branch', 'branch_prefix'])('%s is sent to the action that it belongs to', (name) => {
    expect(failure(withoutAliases({ [name]: 'main' }).inputs)).toContain('belongs to org/cagent/apply');
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
