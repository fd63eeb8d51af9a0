import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readGitIgnoreRules } from '../../../src/changes/git-ignored.js';
import { systemProcesses } from '../../../src/core/process.js';
import { bash, makePlace, ports } from './run-files.js';

const name = fc.constantFrom(
  'a',
  'b',
  'ab',
  'x.log',
  'y.log',
  '[a]',
  'sp ce',
  'c#',
  '!d',
  'node_modules',
  'z*',
);
const rule = fc
  .tuple(
    fc.constantFrom('', '', '', '!'),
    fc.constantFrom('', '', '/', '**/', 'a/', 'b/**/'),
    fc.constantFrom(
      'a',
      'b',
      '*.log',
      'x.*',
      '?',
      'a*',
      '\\[a\\]',
      '[ab]',
      'sp ce',
      'node_modules',
      '*',
      '\\!d',
      'c\\#',
      'b/a',
      'z\\*',
    ),
    fc.constantFrom('', '', '/', '/**', '/*'),
  )
  .map((parts) => parts.join(''));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

test('what counts as ignored is what git ignores, with rules at several levels', async () => {
  const place = await makePlace();
  await bash(place.root, 'git init -q');
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 4 }),
      fc.array(fc.tuple(path, fc.array(rule, { minLength: 1, maxLength: 3 })), { maxLength: 3 }),
      fc.array(path, { minLength: 1, maxLength: 15 }),
      async (rootRules, nested, paths) => {
        await bash(place.root, 'find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +');
        await writeFile(join(place.root, '.gitignore'), rootRules.join('\n'));
        for (const [directory, rules] of nested) {
          await mkdir(join(place.root, directory), { recursive: true });
          await writeFile(join(place.root, directory, '.gitignore'), `${rules.join('\n')}\n`);
        }
        const rules = readGitIgnoreRules(place.root);
        const asked = await systemProcesses.run({
          file: 'git',
          args: ['check-ignore', '--no-index', '--stdin', '-z'],
          cwd: place.root,
          env: { ...ports.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
          stdin: paths.map((path) => `${path}\0`).join(''),
        });
        const directories = new Set(nested.flatMap(([directory]) => ancestors(`${directory}/x`)));
        const expected = asked.stdout
          .toString('utf8')
          .split('\0')
          .filter((path) => path !== '');
        const ours = paths.filter((path) => {
          // The walk stops at an ignored directory and reads the rules of those that it enters.
          for (const directory of ancestors(path)) {
            rules?.enter(dirname(directory) === '.' ? '' : dirname(directory));
            if (rules?.ignores(directory, true)) return true;
          }
          rules?.enter(dirname(path) === '.' ? '' : dirname(path));
          return rules?.ignores(path, directories.has(path)) === true;
        });
        expect(ours).toEqual(expected);
      },
    ),
    { numRuns: 100 },
  );
  await rm(place.base, { recursive: true, force: true });
});

function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

test('a workspace that is no repository ignores nothing', async () => {
  const place = await makePlace();
  await bash(place.root, 'echo "*" > .gitignore');
  expect(readGitIgnoreRules(place.root)).toBeUndefined();
  await rm(place.base, { recursive: true, force: true });
});

test('a hostile rule of the repository cannot hold up the capture', async () => {
  const place = await makePlace();
  await bash(place.root, 'git init -q');
  await writeFile(
    join(place.root, '.gitignore'),
    `${'*a'.repeat(20)}b\n**/${'*a'.repeat(20)}/b\n${'a/**/'.repeat(20)}x\n`,
  );
  const rules = readGitIgnoreRules(place.root);
  rules?.enter('');
  // With backtracking this would not end in a lifetime.
  expect(rules?.ignores('a'.repeat(250), false)).toBe(false);
  expect(rules?.ignores(`${'a'.repeat(250)}/${'a'.repeat(250)}`, false)).toBe(false);
  expect(rules?.ignores(`${'a/'.repeat(120)}b`, false)).toBe(false);
  expect(rules?.ignores(`${'a'.repeat(250)}b`, false)).toBe(true);
  expect(rules?.ignores(`${'a/'.repeat(120)}x`, false)).toBe(true);
  await rm(place.base, { recursive: true, force: true });
});
