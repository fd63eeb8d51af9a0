import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import { resolvePatchPolicy, resolveRunSpec } from '../../../src/config/resolve.js';
import type { RunSpec } from '../../../src/config/run-spec.js';
import { systemProcesses } from '../../../src/core/process.js';
import { withBaseDirectory } from '../../../src/engine/base-directory.js';
import { failure, workspace } from './resolve-fixture.js';

/** Settings of a workspace under review: everything that lies in it and decides something is from its base commit. */

const CONFIG = `version: 1
agent: { use: claude, prompt-file: task.md }
image: { build: docker/agent }
network: { ca-file: ca.pem }
workspace: { ignore-file: rules }
patch: { max-files: 7 }
`;
const environment = { PATH: process.env.PATH };
let temporary: string;
let kept: string | undefined;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'cagent-base-'));
  kept = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
  writeFileSync(join(workspace, 'cagent.yml'), CONFIG);
  writeFileSync(join(workspace, 'rules'), '*.log\n');
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'base');
  for (const file of ['cagent.yml', 'task.md', 'ca.pem', 'docker/agent/Dockerfile', 'rules'])
    writeFileSync(join(workspace, file), 'version: 1\n# of the pull request\n');
});
afterEach(() => {
  if (kept === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = kept;
  rmSync(temporary, { recursive: true, force: true });
});

function git(...args: readonly string[]): void {
  const settings = ['user.name=a', 'user.email=a@example.org', 'maintenance.auto=false'];
  execFileSync('git', [...settings.flatMap((each) => ['-c', each]), ...args], { cwd: workspace });
}

/** Resolves, and looks at the result while the files of the base commit are there. */
function resolved<T>(argv: readonly string[], look: (spec: RunSpec) => T): Promise<T> {
  const parsed = parseArguments(['run', ...argv]);
  if (!('flags' in parsed)) throw new TypeError('no flags');
  const { flags } = parsed;
  return withBaseDirectory({ processes: systemProcesses, environment, now: new Date() }, async (openBase) =>
    look(await resolveRunSpec({ flags, cwd: workspace, environment, purpose: 'run', openBase })),
  );
}

describe('with a base commit', () => {
  test('configuration, prompt, image, roots and ignore file are those of the commit', async () => {
    const files = await resolved(['--base', 'HEAD'], (spec) => ({
      prompt: spec.agent.prompt,
      dockerfile: readFileSync(
        join(spec.image.kind === 'build' ? spec.image.context : '', 'Dockerfile'),
        'utf8',
      ),
      roots: readFileSync(spec.network.caFile ?? '', 'utf8'),
      ignoreFile: spec.view.ignoreFile,
      base: spec.view.base,
    }));
    expect(files).toMatchObject({ prompt: 'Tidy up.\n', dockerfile: 'FROM scratch\n', ignoreFile: 'rules' });
    expect(files.roots).toContain('BEGIN CERTIFICATE');
    expect(files.base).toMatch(/^[0-9a-f]{40}$/);
  });

  test('what was laid out of the commit is gone afterwards', async () => {
    const context = await resolved(['--base', 'HEAD'], ({ image }) => {
      expect(existsSync(image.kind === 'build' ? image.context : '')).toBe(true);
      return image.kind === 'build' ? image.context : '';
    });
    expect(existsSync(context)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('files that flags name are of the commit as well, where they lie in the workspace', async () => {
    const flags = ['--base', 'HEAD', '--config', 'cagent.yml', '--prompt-file', 'task.md'];
    expect(await resolved(flags, (spec) => spec.agent.prompt)).toBe('Tidy up.\n');
  });

  test('a link from outside does not make a file of the workspace trusted', async () => {
    symlinkSync(join(workspace, 'task.md'), join(temporary, 'prompt.md'));
    const flags = ['--base', 'HEAD', '--prompt-file', join(temporary, 'prompt.md')];
    expect(await resolved(flags, (spec) => spec.agent.prompt)).toBe('Tidy up.\n');
  });

  test('a file outside of the workspace is read from where it is', async () => {
    writeFileSync(join(temporary, 'prompt.md'), 'from outside');
    const flags = ['--base', 'HEAD', '--prompt-file', join(temporary, 'prompt.md')];
    expect(await resolved(flags, (spec) => spec.agent.prompt)).toBe('from outside');
  });

  test.each([
    ['--config', 'new.yml'],
    ['--prompt-file', 'new.yml'],
  ])('%s that the commit does not have is refused', async (...flag) => {
    writeFileSync(join(workspace, 'new.yml'), 'version: 1\n');
    const { code, message } = await failure(resolved(['--base', 'HEAD', ...flag], () => undefined));
    expect(code).toBe('config.unreadable');
    expect(message).toMatch(/"?new\.yml"? is not in the base commit [0-9a-f]{40}/);
  });

  test('a link in the commit that leaves the workspace leads nowhere', async () => {
    rmSync(join(workspace, 'task.md'));
    symlinkSync('../outside.md', join(workspace, 'task.md'));
    git('commit', '--quiet', '--message', 'link', 'task.md');
    const { message } = await failure(resolved(['--base', 'HEAD'], () => undefined));
    expect(message).toMatch(/task\.md.* is not in the base commit/);
  });

  test('a configuration that only the pull request has does not count', async () => {
    git('rm', '--quiet', '--cached', 'cagent.yml');
    git('commit', '--quiet', '--message', 'none');
    const spec = await resolved(['--base', 'HEAD', '--', 'true'], ({ agent, limits }) => ({ agent, limits }));
    expect(spec.agent.name).toBe('command');
  });

  test('the patch policy is that of the commit', async () => {
    const parsed = parseArguments(['apply', '--base', 'HEAD', 'run']);
    if (!('flags' in parsed)) throw new TypeError('no flags');
    const { flags } = parsed;
    const policy = await withBaseDirectory(
      { processes: systemProcesses, environment, now: new Date() },
      (openBase) => resolvePatchPolicy(flags, workspace, openBase),
    );
    expect(policy.patch.maxFiles).toBe(7);
  });

  test('none is no base', async () => {
    expect(await resolved(['--base', 'none', '--', 'true'], (spec) => spec.view.base)).toBeUndefined();
  });
});
