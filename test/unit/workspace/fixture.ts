import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViewSpec } from '../../../src/config/run-spec.js';
import { systemProcesses } from '../../../src/core/process.js';
import { planWorkspace } from '../../../src/workspace/plan-workspace.js';
import { prepareView } from '../../../src/workspace/prepare-view.js';
import { removeView } from '../../../src/workspace/remove-view.js';
import { readTracked } from '../../../src/workspace/tracked-files.js';
import type { PreparedView, WorkspacePlan } from '../../../src/workspace/workspace-plan.js';

export const ENV = { PATH: process.env.PATH };

export const GIT_ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

export const VIEW: ViewSpec = {
  mode: 'overlay',
  ignoreFile: '.agentignore',
  ignore: [],
  secrets: 'hide',
  git: 'snapshot',
};

/** Directories that go away with {@link cleanUp}. */
const made: string[] = [];

export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cagent-ws-'));
  made.push(directory);
  return directory;
}

export function cleanUp(): void {
  for (const directory of made.splice(0)) {
    removeView(directory);
    rmSync(directory, { recursive: true, force: true });
  }
}

export function write(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

export function git(cwd: string, ...args: string[]): string {
  // A newer git goes on behind a command that is over, and would touch what a test compares or removes.
  const settings = ['protocol.file.allow=always', 'maintenance.auto=false'].flatMap((each) => ['-c', each]);
  return execFileSync('git', [...settings, ...args], {
    cwd,
    env: GIT_ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).toString('utf8');
}

/** A repository with these files in one commit. */
export function repository(files: Readonly<Record<string, string | Buffer>>, ...init: string[]): string {
  const root = temporary();
  git(root, 'init', '-q', '-b', 'main', ...init, '.');
  git(root, 'config', 'uploadpack.allowFilter', 'true');
  git(root, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  write(root, files);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'first');
  return root;
}

export function plan(
  root: string,
  view: Partial<ViewSpec> = {},
  runDirectory?: string,
  cacheDirectory?: string,
): Promise<WorkspacePlan> {
  return planWorkspace({
    root,
    view: { ...VIEW, ...view },
    runDirectory,
    cacheDirectory,
    processes: systemProcesses,
    env: ENV,
  });
}

export interface Made extends PreparedView {
  readonly plan: WorkspacePlan;
  readonly directory: string;
  /** The clean `.git`. */
  readonly gitDirectory: string;
}

/** The whole stage as a run does it. With `cacheDirectory` it uses and fills the caches. */
export async function view(
  root: string,
  spec: Partial<ViewSpec> = {},
  cacheDirectory?: string,
): Promise<Made> {
  const directory = temporary();
  const common = { directory, cacheDirectory, processes: systemProcesses, env: ENV };
  const wanted = { ...VIEW, ...spec };
  const tracked = readTracked({ ...common, root, git: wanted.git });
  tracked.catch(() => {});
  const planned = await planWorkspace({ ...common, root, view: wanted, runDirectory: undefined, tracked });
  const prepared = await prepareView(planned, { ...common, scratchReadme: 'notes\n', tracked });
  return { ...prepared, plan: planned, directory, gitDirectory: `${directory}/t/.git` };
}

/** Git on the clean repository, with the workspace less its hidden paths as work tree. */
export function inside(made: Made, ...args: string[]): string {
  return git('/', `--git-dir=${made.gitDirectory}`, ...args);
}

/** Paths of the clean commit. */
export function tree(made: Made, commit = 'HEAD'): readonly string[] {
  return inside(made, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0').filter(Boolean);
}

/** Every object's content, joined. */
export function allObjects(made: Made): string {
  return inside(made, 'cat-file', '--batch-all-objects', '--batch');
}

/** Names, kinds, modes, sizes, times and content of everything below `root`. */
export function fingerprint(root: string): string {
  const hash = createHash('sha256');
  const visit = (path: Buffer): void => {
    const stat = lstatSync(path, { bigint: true });
    hash.update(path).update(`\0${stat.mode}\0${stat.uid}\0${stat.mtimeNs}\0${stat.ctimeNs}\0${stat.ino}\0`);
    if (stat.isSymbolicLink()) hash.update(readlinkSync(path, { encoding: 'buffer' }));
    else if (stat.isFile()) hash.update(readFileSync(path));
    else if (stat.isDirectory()) {
      const names = readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare);
      for (const name of names) visit(Buffer.concat([path, Buffer.from('/'), name]));
    }
  };
  visit(Buffer.from(root));
  return hash.digest('hex');
}
