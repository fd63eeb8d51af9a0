import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AppliedRun, applyRun } from '../../../src/changes/apply-run.js';
import { captureScratch } from '../../../src/changes/capture-scratch.js';
import { CagentError } from '../../../src/core/errors.js';
import { bash, captureDefaults, makePlace, ports } from './run-files.js';

const POLICY = {
  maxFiles: 100,
  maxKilobytes: 4096,
  protected: ['.github/**', '**/CODEOWNERS', '.git*', 'cagent.yml', '.agentignore'],
};

let place: Awaited<ReturnType<typeof makePlace>>;
beforeEach(async () => {
  place = await makePlace();
  await bash(
    place.root,
    'git init -q; mkdir src; seq 20 > src/a.txt; echo b > b.txt; echo c > c.txt; seq 20 | gzip -n > bin; git add -A; git commit -qm base',
  );
});
afterEach(() => rm(place.base, { recursive: true, force: true }));

/** Makes a run directory with changes that a script makes to a copy of the workspace. */
async function runOf(script: string): Promise<void> {
  await bash(
    place.base,
    `rm -rf edit u; cp -a w edit; mkdir u; cd edit; ${script}\n git add -A -f; git diff --cached --binary -M HEAD > ../u/p.patch`,
  );
  const baseCommit = (await bash(place.root, 'git rev-parse HEAD')).trim();
  const changes = await captureScratch({
    ...captureDefaults(place),
    baseCommit,
    scratch: place.upper,
    outScratch: join(place.run, 'scratch'),
  });
  expect(changes.rejected).toEqual([]);
  await writeFile(join(place.run, 'changes.json'), JSON.stringify(changes));
}

async function apply(more: object = {}): Promise<AppliedRun> {
  return await applyRun({
    runDirectory: place.run,
    checkout: place.root,
    policy: POLICY,
    threeWay: false,
    ...ports,
    ...more,
  });
}

async function refusal(more: object = {}): Promise<string> {
  const error = await apply(more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CagentError);
  expect((error as CagentError).code).toBe('changes.apply');
  return (error as CagentError).message;
}

const STATE =
  'git status --porcelain -uall; git ls-files -s; git count-objects; cat b.txt c.txt; sha1sum .git/index';

async function unchanged(test: () => Promise<void>): Promise<void> {
  const before = await bash(place.root, STATE);
  await test();
  expect(await bash(place.root, STATE)).toBe(before);
}

const EDIT =
  'sed -i s/^7$/seven/ src/a.txt; git mv b.txt moved.txt; rm c.txt; mkdir c.txt; echo in > c.txt/in; seq 30 | gzip -n > bin; echo new > new.txt; chmod +x src/a.txt; ln -s new.txt l';

test('a patch goes into index and working tree, with the tree of the edited copy', async () => {
  await runOf(EDIT);
  const result = await apply();
  expect(await bash(place.root, 'git write-tree; git diff --name-only')).toBe(
    await bash(`${place.base}/edit`, 'git write-tree'),
  );
  expect(result.merged).toBe(false);
  expect(result.applied).toContain('moved.txt');
});

test('unrelated staged, changed and new files of the user stay as they are', async () => {
  await runOf('echo b2 > b.txt');
  await bash(place.root, 'echo staged > s; git add s; echo dirty > c.txt; echo untracked > u');
  await apply();
  expect(await bash(place.root, 'git status --porcelain')).toBe('M  b.txt\n M c.txt\nA  s\n?? u\n');
});

test('a file with uncommitted changes, or an untracked file in the way, refuses the whole patch, each by its name', async () => {
  await runOf('echo b2 > b.txt; echo n > n.txt; echo d > d');
  await bash(place.root, 'echo mine > b.txt; echo mine > n.txt; mkdir d; echo mine > d/own');
  await unchanged(async () => {
    const message = await refusal();
    expect(message).toMatch(/uncommitted changes: b\.txt;/);
    expect(message).toMatch(/untracked files are in the way: d\/own, n\.txt$/);
  });
});

test('an untracked file in the way is not called a change', async () => {
  await runOf('echo n > n.txt');
  await bash(place.root, 'echo mine > n.txt');
  await unchanged(async () => {
    const message = await refusal();
    expect(message).toMatch(/untracked files are in the way: n\.txt$/);
    expect(message).not.toContain('uncommitted');
  });
});

test('protected paths, too many files, too many kilobytes and paths outside the allowed globs are refused and nothing is touched', async () => {
  await runOf(
    'mkdir -p .github/workflows sub; echo x > .github/workflows/x.yml; echo y > sub/codeowners; echo b2 > b.txt; seq 3000 | gzip -n > bin',
  );
  await unchanged(async () => {
    expect(await refusal()).toMatch(/protected paths: \.github\/workflows\/x\.yml, sub\/codeowners/);
    expect(await refusal({ policy: { ...POLICY, protected: [], maxFiles: 2 } })).toContain(
      'patch.max-files allows 2',
    );
    expect(await refusal({ policy: { ...POLICY, protected: [], maxKilobytes: 1 } })).toContain(
      'patch.max-kilobytes allows 1',
    );
    expect(await refusal({ policy: { ...POLICY, protected: [], allowed: ['*.txt'] } })).toContain(
      'patch.allowed does not list: .github/workflows/x.yml, bin, sub/codeowners',
    );
  });
});

test('excluded paths are left out and named, the rest is applied', async () => {
  await runOf('mkdir .github; echo x > .github/x; echo b2 > b.txt');
  const result = await apply({ policy: { ...POLICY, excluded: ['.github/'] } });
  expect(result).toMatchObject({ applied: ['b.txt'], excluded: ['.github/x'] });
  expect(await bash(place.root, 'git status --porcelain')).toBe('M  b.txt\n');
});

test('a patch whose content is not what changes.json lists is refused', async () => {
  await runOf('echo b2 > b.txt');
  const json = await readFile(join(place.run, 'changes.json'), 'utf8');
  await writeFile(join(place.run, 'changes.json'), json.replace('"b.txt"', '"c.txt"'));
  await unchanged(async () => expect(await refusal()).toMatch(/do not agree about b\.txt, c\.txt/));
  await writeFile(join(place.run, 'changes.json'), '{"schema":"cagent.changes/1"}');
  expect(await refusal()).toContain('is not a list of changes');
});

test('a directory without a run is refused with the file that is missing, named once', async () => {
  const file = join(place.run, 'changes.json');
  expect(await refusal()).toBe(`${file} cannot be read: no such file or directory`);
});

test('a branch that moved on elsewhere takes the patch; one that changed the same file needs a three-way merge', async () => {
  await runOf('sed -i s/^7$/seven/ src/a.txt');
  await bash(place.root, 'echo c2 > c.txt; git commit -qam elsewhere');
  await bash(place.base, 'cp -a w w2');
  expect((await apply()).merged).toBe(false);
  await bash(`${place.base}/w2`, 'sed -i s/^18$/eighteen/ src/a.txt; git commit -qam same');
  const checkout = join(place.base, 'w2');
  expect(await refusal({ checkout })).toContain('has changed src/a.txt too');
  expect((await apply({ checkout, threeWay: true })).merged).toBe(true);
  expect(await bash(checkout, 'sed -n "7p;18p" src/a.txt; git diff --name-only')).toBe('seven\neighteen\n');
});

test('a conflict with the branch changes nothing', async () => {
  await runOf('sed -i s/^7$/seven/ src/a.txt; echo n > n.txt');
  await bash(place.root, 'sed -i s/^7$/SEVEN/ src/a.txt; git commit -qam conflict');
  await unchanged(async () => expect(await refusal({ threeWay: true })).toContain('conflict'));
});

test('a checkout without the commit that the agent started from is refused with what to fetch', async () => {
  await runOf('echo b2 > b.txt');
  await bash(
    place.base,
    'mkdir other; cd other; git init -q; echo b > b.txt; git add -A; git commit -qm other',
  );
  expect(await refusal({ checkout: join(place.base, 'other') })).toContain('is not in the checkout');
});

test('a directory without a repository takes the patch when its files fit, and only then', async () => {
  await runOf(EDIT);
  await bash(place.base, 'cp -a w plain; rm -rf plain/.git; cp -a plain plain2; echo other > plain2/b.txt');
  const result = await apply({ checkout: join(place.base, 'plain') });
  expect(result.onto).toBeUndefined();
  expect(await bash(place.base, 'diff -r --no-dereference -x .git plain edit')).toBe('');
  const before = await bash(place.base, 'cd plain2; find . -type f | sort | xargs sha1sum');
  expect(await refusal({ checkout: join(place.base, 'plain2') })).toContain('does not fit');
  expect(await bash(place.base, 'cd plain2; find . -type f | sort | xargs sha1sum')).toBe(before);
});

test('hooks and fsmonitor of the checkout are not run', async () => {
  await runOf('echo b2 > b.txt');
  await bash(
    place.root,
    `git config core.fsmonitor 'touch ${place.base}/canary; false'; printf '#!/bin/sh\\ntouch ${place.base}/canary\\n' > .git/hooks/post-index-change; chmod +x .git/hooks/post-index-change`,
  );
  await apply();
  expect(await bash(place.base, 'ls canary 2>/dev/null || echo none')).toBe('none\n');
});

test('a workspace that is a directory inside a repository is applied there', async () => {
  await bash(
    place.base,
    'git init -q mono; mkdir mono/app; cp -r w/src w/b.txt w/c.txt w/bin mono/app; cd mono; git add -A; git commit -qm mono',
  );
  await runOf('echo b2 > b.txt');
  const json = JSON.parse(await readFile(join(place.run, 'changes.json'), 'utf8'));
  await writeFile(join(place.run, 'changes.json'), JSON.stringify({ ...json, baseCommit: undefined }));
  expect((await apply({ checkout: join(place.base, 'mono/app') })).applied).toEqual(['b.txt']);
  expect(await bash(`${place.base}/mono`, 'git status --porcelain; cat app/b.txt')).toBe(
    'M  app/b.txt\nb2\n',
  );
});

test('what the branch has already is not told as changed', async () => {
  await runOf('echo b2 > b.txt; echo c2 > c.txt');
  await bash(place.root, 'echo b2 > b.txt; git commit -qam same');
  const result = await apply({ threeWay: true });
  expect([result.applied, result.merged]).toEqual([['c.txt'], true]);
  await bash(place.root, 'git commit -qam all');
  expect((await apply({ threeWay: true })).applied).toEqual([]);
  expect(await bash(place.root, 'git status --porcelain')).toBe('');
});
