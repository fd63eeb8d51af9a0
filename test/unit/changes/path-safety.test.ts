import { expect, test } from 'vitest';
import { isGitModulesName, isGitName, isUnsafePath } from '../../../src/changes/path-safety.js';

test.each([
  '.git',
  '.GIT',
  '.Git',
  'git~1',
  'GIT~1',
  'git~2',
  '.git ',
  '.git...',
  '.git. .',
  '.git::$INDEX_ALLOCATION',
  '.git:x',
  '.g\u200cit',
  '\ufeff.git',
  '.git\\hooks',
  'a\\.git\\b',
])('a component %j is taken for .git', (name) => expect(isGitName(name)).toBe(true));

test.each([
  '.github',
  '.gitignore',
  '.gitattributes',
  'git',
  'git~',
  '.git2',
  'x.git',
  '.gi',
  'a.git ',
  'digit~1',
])('a component %j is an ordinary name', (name) => expect(isGitName(name)).toBe(false));

test.each([
  ['a//b', true],
  ['../a', true],
  ['a/./b', true],
  ['a/.GIT/b', true],
  ['/a', true],
  ['a/..b', false],
  ['.github/x', false],
])('the path %j is unsafe: %s', (path, unsafe) => expect(isUnsafePath(path)).toBe(unsafe));

test.each(['.gitmodules', '.GITMODULES', 'gitmod~1', '.gitmodules '])('%j is taken for .gitmodules', (name) =>
  expect(isGitModulesName(name)).toBe(true),
);
