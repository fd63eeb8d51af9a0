import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { rulesOf } from '../../../src/workspace/plan-rules.js';
import { cleanUp, git, plan, repository, temporary, write } from './fixture.js';

afterEach(cleanUp);

async function hidden(root: string, base?: string): Promise<Record<string, string>> {
  const made = await plan(root, base === undefined ? {} : { base });
  return Object.fromEntries(made.hidden.map(({ path, reason }) => [path, reason]));
}

describe('a workspace below the top of its repository', () => {
  it('hides what the ignore files above it hide', async () => {
    const top = repository({
      '.agentignore': '*.secret\npackages/app/keys/\n/other.txt\npackages/*/local.txt\n',
      'packages/.agentsignore': 'notes.md\n',
      'packages/app/.agentignore': '!open.secret\n',
      'packages/app/a.secret': '',
      'packages/app/open.secret': '',
      'packages/app/keys/one': '',
      'packages/app/src/keys/one': '',
      'packages/app/other.txt': '',
      'packages/app/local.txt': '',
      'packages/app/notes.md': '',
    });
    expect(await hidden(join(top, 'packages/app'))).toEqual({
      'a.secret': '../../.agentignore:1 *.secret',
      keys: '../../.agentignore:2 packages/app/keys/',
      'local.txt': '../../.agentignore:4 packages/*/local.txt',
      'notes.md': '../.agentsignore:1 notes.md',
    });
  });

  it('hides new files of the agent by the same rules', async () => {
    const top = repository({ '.agentignore': 'app/new.key2\n', 'app/a.txt': '' });
    const rules = rulesOf(await plan(join(top, 'app')));
    expect(rules.decide(rules.root, 'new.key2', 'new.key2', false).kind).toBe('hidden');
    expect(rules.decide(rules.root, 'b/new.key2', 'new.key2', false).kind).toBe('visible');
  });

  it('is not shown at all where they hide it whole', async () => {
    const top = repository({ '.agentignore': 'packages/private/\n', 'packages/private/app/a.txt': '' });
    await expect(plan(join(top, 'packages/private/app'))).rejects.toMatchObject({
      code: 'workspace.view',
      message: expect.stringContaining('../../../.agentignore:1 packages/private/'),
    });
  });

  it('takes these files from the base commit of a pull request', async () => {
    const top = repository({ '.agentignore': 'app/keys.txt\n', 'app/keys.txt': '', 'app/a.txt': '' });
    const base = git(top, 'rev-parse', 'HEAD').trim();
    write(top, { '.agentignore': '', '.agentsignore': 'app/a.txt\n' });
    git(top, 'add', '-A');
    git(top, 'commit', '-q', '-m', 'show everything');
    expect(await hidden(join(top, 'app'), base)).toEqual({ 'keys.txt': '../.agentignore:1 app/keys.txt' });
  });

  it('does not quote a file outside of the repository through a link', async () => {
    const outside = temporary();
    write(outside, { passwd: 'root:x\n' });
    const top = repository({ 'app/a.txt': '' });
    symlinkSync(join(outside, 'passwd'), join(top, '.agentignore'));
    await expect(plan(join(top, 'app'))).rejects.toMatchObject({ code: 'workspace.view' });
  });

  it('has no say over a repository or a directory of its own', async () => {
    const top = repository({ '.agentignore': '*.txt\n', 'a.txt': '' });
    const nested = join(top, 'nested');
    mkdirSync(nested);
    git(nested, 'init', '-q');
    write(nested, { 'b.txt': '' });
    expect(await hidden(nested)).toEqual({});

    const plain = temporary();
    write(plain, { '.agentignore': '*.txt\n', 'sub/c.txt': '' });
    expect(await hidden(join(plain, 'sub'))).toEqual({});
  });
});
