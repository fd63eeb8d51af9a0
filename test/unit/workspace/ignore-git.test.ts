import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadIgnoreRules } from '../../../src/workspace/ignore-rules.js';
import type { RuleLevel } from '../../../src/workspace/rule-level.js';

const scratch = mkdtempSync(join(tmpdir(), 'cagent-ignore-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
};

/** A repository with these ignore files; `files` maps a path to its bytes. */
function repository(files: Readonly<Record<string, Buffer>>): string {
  const root = mkdtempSync(join(scratch, 'r'));
  execFileSync('git', ['init', '-q', '--template=', root], { env: GIT_ENV });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}

/** Git's verdict for each path (bytes as latin1), asked without an index. */
function gitVerdicts(root: string, paths: readonly string[]): Map<string, boolean> {
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
  let output: Buffer;
  try {
    output = execFileSync('git', ['check-ignore', '--no-index', '--stdin', '-z'], {
      cwd: root,
      env: GIT_ENV,
      input,
    });
  } catch (error) {
    const failed = error as { status: number; stdout: Buffer };
    if (failed.status !== 1) throw error;
    output = failed.stdout;
  }
  const ignored = new Set(output.toString('latin1').split('\0'));
  return new Map(paths.map((path) => [path, ignored.has(path)]));
}

/** Our verdict as the walk gives it: hidden when the path or a directory above it is hidden. */
function ourVerdict(root: string, path: string, directories: ReadonlySet<string>): boolean {
  const rules = loadIgnoreRules({ root, ignoreFile: '.gitignore', patterns: [], credentials: [] });
  let level: RuleLevel = rules.root;
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth++) {
    const current = parts.slice(0, depth).join('/');
    const isDirectory = depth < parts.length || directories.has(current);
    const verdict = rules.decide(level, current, parts[depth - 1] as string, isDirectory);
    if (verdict.kind === 'hidden') return true;
    if (isDirectory) level = rules.enter(level, `${current}/`);
  }
  return false;
}

const letter = fc.constantFrom(
  'a',
  'b',
  'A',
  '.',
  '-',
  '#',
  '!',
  ' ',
  '\\',
  '[',
  ']',
  '*',
  '?',
  '\xc3',
  '\xa9',
  'é',
);
const nameText = fc
  .array(letter, { minLength: 1, maxLength: 4 })
  .map((letters) =>
    Buffer.from(letters.map((l) => (l === 'é' ? '\xc3\xa9' : l)).join(''), 'latin1').toString('latin1'),
  )
  .filter((name) => name !== '.' && name !== '..');
const plainName = fc.constantFrom(
  'a',
  'b',
  'ab',
  'aa',
  'a.b',
  'ba',
  'a b',
  'A',
  '.a',
  'x-y',
  'aXb',
  '1',
  '#',
  '!a',
);
const component = fc.oneof({ weight: 3, arbitrary: plainName }, { weight: 1, arbitrary: nameText });
const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

const globPiece = fc.oneof(
  { weight: 4, arbitrary: plainName },
  fc.constantFrom(
    '*',
    '**',
    '***',
    '?',
    '/',
    '/',
    '/**/',
    '**/',
    '/**',
    '/*',
    '*.',
    '\\',
    '\\ ',
    '\\*',
    '\\#',
    '\\!',
    '\\/',
    ' ',
    '\t',
  ),
  fc.constantFrom(
    '[ab]',
    '[!a]',
    '[^a-]',
    '[a-c]',
    '[c-a]',
    '[]a]',
    '[[:alpha:]]',
    '[[:space:]x]',
    '[[:nope:]]',
    '[[:a]',
    '[a',
    '[\\]]',
    '[a\\-c]',
    '[--0]',
    '[!-a]',
    '[a-\\c]',
    '[]-a]',
    '[[-]',
    '[\xc3]',
    '[!/]',
    '[^x]',
    '[]',
    '[[:upper:]-z]',
  ),
  { weight: 1, arbitrary: nameText },
);
const glob = fc.array(globPiece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
const line = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '/', '!/', '#'),
    glob,
    fc.constantFrom('', '', '/', ' ', '  ', '\\ ', '\t', '\r'),
  )
  .map((parts) => parts.join(''));
const file = fc
  .tuple(
    fc.constantFrom('', '', '\xef\xbb\xbf'),
    fc.array(line, { minLength: 1, maxLength: 8 }),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n'),
  )
  .map(([bom, lines, ending, last]) => Buffer.from(bom + lines.join(ending) + last, 'latin1'));

describe('ignore rules', () => {
  it('give the same verdict as git for generated rules, files and directories', () => {
    let pairs = 0;
    let ignored = 0;
    fc.assert(
      fc.property(
        file,
        file,
        fc.constantFrom('a', 'ab', 'a/b'),
        fc.array(path, { minLength: 20, maxLength: 40 }),
        (rootRules, nested, nestedAt, found) => {
          const root = repository({ '.gitignore': rootRules, [`${nestedAt}/.gitignore`]: nested });
          const { files, directories } = consistentTree(found, nestedAt);
          for (const directory of directories) mkdirSync(bytes(root, directory), { recursive: true });
          for (const name of files) writeFileSync(bytes(root, name), '');
          const paths = [...files, ...directories].filter((name) => name !== '');
          pairs += paths.length * (rootRules.toString('latin1').split('\n').length + 1);
          const theirs = gitVerdicts(root, paths);
          const ours = new Map(paths.map((name) => [name, ourVerdict(root, name, directories)]));
          rmSync(root, { recursive: true, force: true });
          ignored += [...theirs.values()].filter(Boolean).length;
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: Number(process.env.CAGENT_IGNORE_RUNS ?? 250) },
    );
    expect(pairs).toBeGreaterThan(20_000);
    // Rules that never match would agree as well.
    expect(ignored).toBeGreaterThan(300);
  }, 600_000);
});

function bytes(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** Splits random paths into files and directories so that no path is both. */
function consistentTree(
  paths: readonly string[],
  extra: string,
): { files: Set<string>; directories: Set<string> } {
  const directories = new Set<string>();
  for (const name of [...paths, `${extra}/x`]) {
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) directories.add(parts.slice(0, depth).join('/'));
  }
  return { files: new Set(paths.filter((name) => !directories.has(name))), directories };
}
