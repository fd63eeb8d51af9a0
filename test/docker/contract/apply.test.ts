import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  type Finished,
  gitIn,
  makeWorkspace,
  manifest,
  type RunResult,
  type Workspace,
} from '../../fixtures/cli.js';

let workspace: Workspace;
let result: RunResult;
let count = 0;

beforeAll(async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
  workspace = makeWorkspace({ 'text.txt': lines, 'b.txt': 'b\n', 'c.txt': 'c\n' });
  result = await workspace.bash(
    'sed -i "s/^line 3$/line three/" text.txt; echo more >> b.txt; rm c.txt; echo new > d.txt; ln -s /etc/passwd out',
  );
});
afterAll(() => workspace.remove());

/** A fresh clone of the commit that the agent started from. */
function checkout(): string {
  count += 1;
  const clone = join(workspace.root, `checkout-${count}`);
  gitIn(workspace.root, 'clone', '--quiet', '--no-local', workspace.directory, clone);
  return clone;
}

const apply = (directory: string, ...more: readonly string[]): Promise<Finished> =>
  cagent(['apply', '--workspace', directory, ...more, result.out]);

function policy(text: string): string {
  const path = join(workspace.root, `policy-${count}.yml`);
  writeFileSync(path, `version: 1\npatch: ${text}\n`);
  return path;
}

async function refused(directory: string, words: RegExp, ...more: readonly string[]): Promise<void> {
  const before = manifest(directory).filter((line) => !line.includes('/.git'));
  const ended = await apply(directory, ...more);
  expect(ended.exitCode).toBe(125);
  expect(ended.stdout.toString()).toBe('');
  expect(ended.stderr).toMatch(/^cagent: changes\.apply: [^\n]+\n$/);
  expect(ended.stderr).toMatch(words);
  expect(manifest(directory).filter((line) => !line.includes('/.git'))).toEqual(before);
}

describe('cagent apply', () => {
  it('changes the index and the working tree and commits nothing', async () => {
    const directory = checkout();
    const head = gitIn(directory, 'rev-parse', 'HEAD');
    const ended = await apply(directory);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(gitIn(directory, 'rev-parse', 'HEAD')).toBe(head);
    expect(gitIn(directory, 'status', '--porcelain').split('\n').sort()).toEqual([
      'A  d.txt',
      'D  c.txt',
      'M  b.txt',
      'M  text.txt',
    ]);
    expect(readFileSync(join(directory, 'd.txt'), 'utf8')).toBe('new\n');
  });
  it('prints the paths, and what the run has rejected on standard error', async () => {
    const ended = await apply(checkout());
    expect(ended.stdout.toString().split('\n').filter(Boolean).sort()).toEqual([
      'b.txt',
      'c.txt',
      'd.txt',
      'text.txt',
    ]);
    expect(ended.stderr).toMatch(/out/);
  });
  it('works on the current directory', async () => {
    const directory = checkout();
    const ended = await cagent(['apply', result.out], { cwd: directory });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(gitIn(directory, 'status', '--porcelain')).toContain('d.txt');
  });
  it('--json is one document on standard output', async () => {
    const ended = await apply(checkout(), '--json');
    expect([...JSON.parse(ended.stdout.toString()).applied].sort()).toEqual([
      'b.txt',
      'c.txt',
      'd.txt',
      'text.txt',
    ]);
  });
  it('merges with what the branch has since, where they do not conflict', async () => {
    const directory = checkout();
    writeFileSync(
      join(directory, 'text.txt'),
      readFileSync(join(directory, 'text.txt'), 'utf8').replace('line 30', 'line thirty'),
    );
    gitIn(directory, 'commit', '--quiet', '--all', '--message', 'meanwhile');
    const ended = await apply(directory);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(readFileSync(join(directory, 'text.txt'), 'utf8')).toMatch(/line three\n[\s\S]*line thirty\n/);
  });
  it('refuses a conflict', async () => {
    const directory = checkout();
    writeFileSync(
      join(directory, 'text.txt'),
      readFileSync(join(directory, 'text.txt'), 'utf8').replace('line 3\n', 'line 3!\n'),
    );
    gitIn(directory, 'commit', '--quiet', '--all', '--message', 'meanwhile');
    await refused(directory, /conflict|apply/);
  });
  it('refuses files with changes of the user', async () => {
    const directory = checkout();
    writeFileSync(join(directory, 'b.txt'), 'mine\n');
    await refused(directory, /b\.txt/);
  });
  it('refuses a new file where the user has one', async () => {
    const directory = checkout();
    writeFileSync(join(directory, 'd.txt'), 'mine\n');
    await refused(directory, /d\.txt/);
  });
  it('refuses more files than max-files', () =>
    refused(checkout(), /4.*3|max-files/, '--config', policy('{ max-files: 3 }')));
  it('refuses more than max-kilobytes', () =>
    refused(checkout(), /max-kilobytes|KiB|kilobytes/, '--config', policy('{ max-kilobytes: 0 }')));
  it('refuses a protected path', () =>
    refused(checkout(), /c\.txt/, '--config', policy('{ protected: ["c.*"] }')));
  it('refuses a path that is not among the allowed ones', () =>
    refused(
      checkout(),
      /patch\.allowed.*d\.txt/,
      '--config',
      policy('{ allowed: ["b.txt", "c.txt", "text.txt"] }'),
    ));
  it('leaves out excluded paths and says so', async () => {
    const directory = checkout();
    const ended = await apply(directory, '--config', policy('{ excluded: ["d.*", "text.txt"] }'));
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(gitIn(directory, 'status', '--porcelain').split('\n').sort()).toEqual(['D  c.txt', 'M  b.txt']);
    expect(ended.stderr).toMatch(/left out by patch\.excluded: d\.txt/);
  });
  it('takes the policy of the checkout, not of the run', async () => {
    const directory = checkout();
    writeFileSync(join(directory, 'cagent.yml'), 'version: 1\npatch: { max-files: 1 }\n');
    await refused(directory, /4.*1|max-files/);
  });
  it('refuses a checkout that does not have the commit', async () => {
    const other = makeWorkspace({ 'x.txt': 'x\n' });
    try {
      await refused(other.directory, /fetch|commit/);
    } finally {
      other.remove();
    }
  });
  it('judges the patch itself, not the list beside it', async () => {
    const forged = join(workspace.root, 'forged');
    mkdirSync(forged);
    for (const file of ['report.json', 'changes.json', 'plan.json'])
      writeFileSync(join(forged, file), result.read(file));
    const workflow = '.github/workflows/evil.yml';
    const more = `diff --git a/${workflow} b/${workflow}\nnew file mode 100644\n--- /dev/null\n+++ b/${workflow}\n@@ -0,0 +1 @@\n+evil\n`;
    writeFileSync(join(forged, 'changes.patch'), `${result.read('changes.patch')}${more}`);
    const directory = checkout();
    const ended = await cagent(['apply', '--workspace', directory, forged]);
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/^cagent: changes\.apply: [^\n]*evil\.yml[^\n]*\n$/);
    expect(gitIn(directory, 'status', '--porcelain')).toBe('');
  });
});
