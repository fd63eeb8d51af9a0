import { cpSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  gitIn,
  leftOf,
  makeWorkspace,
  manifest,
  REPOSITORY,
  type RunResult,
  runIdIn,
  type Workspace,
} from '../../fixtures/cli.js';
import { startWeb, type Web } from '../../fixtures/web/start-web.js';
import { EDIT_SESSION } from './edit-session.js';

/** A real code base of some 2,000 files: the packages as they are published. */
const PACKAGES = ['zod', '@actions'];
const MOVE = 'packages/zod/v4';
const DELETE = 'packages/zod/v3';
/** A part of the directories that are moved and deleted too. */
const HIDDEN = 'locales/';

let web: Web;
let workspace: Workspace;
let before: readonly string[];
let result: RunResult;
let hiddenPlaces: readonly string[];
/** A clean clone of the workspace, with the patch applied. */
let clone: string;

beforeAll(async () => {
  web = await startWeb();
  workspace = makeWorkspace(
    {
      '.gitignore': 'node_modules/\n',
      '.agentignore': `${HIDDEN}\n*.production\n`,
      '.env.production': 'DATABASE=db.internal\n',
      'package.json': '{ "name": "app", "version": "1.0.0" }\n',
      'script.sh': 'echo script\n',
      'was-file': 'a file\n',
      'was-directory/inside': 'a directory\n',
      ...Object.fromEntries(PACKAGES.map((name) => [`packages/${name}/.from`, `${name}\n`])),
    },
    { git: false },
  );
  for (const name of PACKAGES) {
    cpSync(join(REPOSITORY, 'node_modules', name), join(workspace.directory, 'packages', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  workspace.git('init', '--quiet', '--initial-branch', 'main');
  workspace.git('add', '--all', '--force');
  workspace.git('commit', '--quiet', '--message', 'first');
  before = manifest(workspace.directory);
  const settings = { npm_config_registry: 'https://npm.plain.test/', MOVE, DELETE };
  const variables = Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const options = [...web.options, '--allow', 'npm.plain.test', ...variables];
  result = await workspace.run(options, ['node', '--input-type=module', '-'], { input: EDIT_SESSION });
  hiddenPlaces = result.report.workspace.hidden.map(({ path }) => path);
  clone = join(workspace.root, 'clone');
  workspace.git('clone', '--quiet', '--no-local', `file://${workspace.directory}`, clone);
});
afterAll(async () => {
  workspace?.remove();
  await web?.stop();
});

/** By our rules, or because the secret scan took an example in the code for a secret. */
function isHidden(path: string): boolean {
  return hiddenPlaces.some((place) => path === place || path.startsWith(`${place}/`));
}

function listing(text: string): readonly string[] {
  return text.split('\0').filter(Boolean);
}

/** The agent's tree lacks what it could not see. */
function treeWithoutHidden(): string {
  const whole = gitIn(clone, 'write-tree');
  const hidden = listing(gitIn(clone, 'ls-files', '-z')).filter(isHidden);
  gitIn(clone, 'rm', '--quiet', '--cached', '--', ...hidden);
  const tree = gitIn(clone, 'write-tree');
  gitIn(clone, 'read-tree', whole);
  return tree;
}

describe('an edit session on a real repository', () => {
  it('succeeds, with npm and the tests in it', () => {
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toMatch(/formatted \d{3,}\n.*added 4 packages.*pass 1\n$/s);
  });
  it('leaves the original as it was, byte for byte', () => {
    expect(manifest(workspace.directory)).toEqual(before);
  });
  it('leaves nothing else behind', () => expect(leftOf(runIdIn(result.stderr))).toEqual([]));

  it('gives a patch that turns a clean clone into exactly the tree of the agent', () => {
    gitIn(clone, 'apply', '--index', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'status', '--porcelain', '--untracked-files=all').match(/^.[^ ]/gm)).toBeNull();
    const all = listing(gitIn(clone, 'ls-files', '--stage', '-z'));
    const visible = all.filter((line) => !isHidden(line.slice(line.indexOf('\t') + 1)));
    expect(visible).toEqual(listing(result.read('scratch/listing')));
    expect(all.length - visible.length).toBeGreaterThan(50);
    expect(treeWithoutHidden()).toBe(result.read('scratch/tree'));
  });
  it('leaves out what git ignores', () => {
    expect(existsSync(join(clone, 'node_modules'))).toBe(false);
    expect(result.read('changes.patch')).not.toMatch(/^diff --git a\/node_modules\//m);
    const left = result.report.changes.rejected;
    expect(left).toContainEqual({ path: 'node_modules', reason: expect.stringContaining('.gitignore') });
    expect(left.filter(({ reason }) => !reason.includes('.gitignore'))).toEqual([]);
  });
  it('hides what is to be hidden, and nothing else of the repository', () => {
    expect(hiddenPlaces).toEqual(
      expect.arrayContaining(['.env.production', `${MOVE}/locales`, `${DELETE}/locales`]),
    );
    expect(hiddenPlaces.length).toBeLessThan(10);
    const tracked = listing(gitIn(workspace.directory, 'ls-files', '-z'));
    expect(result.report.workspace.files).toBe(tracked.filter((path) => !isHidden(path)).length);
    expect(result.stdout.toString()).toContain(`files ${result.report.workspace.files}\n`);
  });
  it('is reported with the numbers that git counts', () => {
    const counts = gitIn(clone, 'diff', '--cached', '-M', '--numstat', 'HEAD')
      .split('\n')
      .map((line) => line.split('\t'));
    const sum = (column: number): number =>
      counts.reduce((total, cells) => total + (Number.parseInt(cells[column] as string, 10) || 0), 0);
    const { changes } = result.report;
    expect(changes).toMatchObject({ files: counts.length, added: sum(0), deleted: sum(1) });
    expect(changes.patchBytes).toBe(statSync(join(result.out, 'changes.patch')).size);
    expect(result.changes.files).toHaveLength(changes.files);
    expect(changes.sensitive.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['package.json', 'package-lock.json']),
    );
  });
});
