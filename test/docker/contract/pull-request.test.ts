import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  cagent,
  gitIn,
  makeWorkspace,
  manifest,
  type RunResult,
  type Workspace,
} from '../../fixtures/cli.js';

/** A pull request against the reviewer: it changes, adds, deletes and links what agents and cagent trust. */

const MARK = 'FROM-THE-PULL-REQUEST';
const LOOK = [
  'for f in CLAUDE.md AGENTS.md .claude/settings.json pkg/GEMINI.md .mcp.json cagent.yml; do echo "$f: $(cat $f 2>&1 | head -1)"; done',
  'echo "== tree"; grep -rl FROM-THE-PULL-REQUEST . --exclude-dir=.git',
  'echo "== diff"; git diff --name-only base...head',
  'echo "== status"; git status --porcelain',
  'echo "== log"; git log --format=%s base..head',
  'echo "== blame"; git blame -s head -- code.ts | wc -l',
  'echo "== end"',
].join('\n');
/** The agent tries to edit what it was shown from the base, and does its work beside it. */
const EDIT =
  'echo mine >> CLAUDE.md; rm -f .claude/settings.json; echo mine > AGENTS.md; echo "// work" >> code.ts';

let workspace: Workspace;
let base: string;

beforeAll(() => {
  workspace = makeWorkspace({
    'CLAUDE.md': 'base\n',
    '.claude/settings.json': '{"base":1}\n',
    'pkg/GEMINI.md': 'base\n',
    'pkg/x.ts': 'x\n',
    'code.ts': 'code\n',
    '.agentignore': 'private/\n',
    'private/plan.txt': 'TOPSECRET\n',
    'cagent.yml': 'version: 1\nagent: { use: command }\nlimits: { pids: 77 }\n',
  });
  base = workspace.git('rev-parse', 'HEAD');
  workspace.git('checkout', '--quiet', '-b', 'topic');
  workspace.write({
    'CLAUDE.md': `${MARK}\n`,
    'AGENTS.md': `${MARK}\n`,
    '.claude/settings.json': `{"hooks":"${MARK}"}\n`,
    '.mcp.json': `{"mcp":"${MARK}"}\n`,
    'code.ts': 'code\nmore\n',
    '.agentignore': 'code.ts\n',
    'cagent.yml':
      'version: 1\nnetwork: { mode: audit }\nlimits: { pids: 99 }\nworkspace: { secrets: "off" }\n',
  });
  rmSync(join(workspace.directory, 'pkg/GEMINI.md'));
  workspace.git('add', '--all', '--force');
  workspace.git('commit', '--quiet', '--message', 'topic');
});
afterAll(() => workspace.remove());

const part = (result: RunResult, name: string): readonly string[] => {
  const text = result.stdout.toString().split(`== ${name}\n`)[1] ?? '';
  return text.split(/^== /m)[0]?.split('\n').filter(Boolean) ?? [];
};

describe.each(['snapshot', 'history'])('a run on a pull request, --git %s', (git) => {
  let result: RunResult;
  let before: readonly string[];
  beforeAll(async () => {
    before = manifest(workspace.directory);
    result = await workspace.bash(`${LOOK}\n${EDIT}`, ['--base', base, '--git', git]);
  });

  it('the agent finds the configuration of the base and none of the pull request', () => {
    expect(result.exitCode, result.stderr).toBe(0);
    const out = result.stdout.toString();
    expect(out).toContain('CLAUDE.md: base\n');
    expect(out).toContain('.claude/settings.json: {"base":1}\n');
    expect(out).toContain('pkg/GEMINI.md: base\n');
    expect(out).toMatch(/AGENTS\.md: .*No such file/);
    expect(out).toMatch(/\.mcp\.json: .*No such file/);
    expect(part(result, 'tree')).toEqual([]);
  });
  it('base...head, status, log and blame work', () => {
    expect(part(result, 'diff')).toEqual([
      '.agentignore',
      '.claude/settings.json',
      '.mcp.json',
      'AGENTS.md',
      'CLAUDE.md',
      'cagent.yml',
      'code.ts',
      'pkg/GEMINI.md',
    ]);
    expect(part(result, 'status')).toEqual([]);
    expect(part(result, 'log')).toHaveLength(1);
    expect(part(result, 'blame')).toEqual(['2']);
  });
  it('ignore rules and cagent.yml are those of the base', () => {
    expect(result.plan.limits.pids).toBe(77);
    expect(result.report.workspace.hidden.map(({ path }) => path)).toContain('private');
    expect(result.report.workspace.hidden.map(({ path }) => path)).not.toContain('code.ts');
  });
  it('plan and report list what differs', () => {
    const names = ['.agentignore', '.claude/settings.json', 'CLAUDE.md', 'cagent.yml', 'pkg/GEMINI.md'];
    expect(result.plan.workspace.base?.shown.map(({ path }) => path)).toEqual(names);
    expect(result.report.workspace.base).toEqual({
      commit: base,
      shown: names,
      absent: ['.mcp.json', 'AGENTS.md'],
    });
    expect(result.report.notices).toContain(`CLAUDE.md is from the base commit ${base.slice(0, 12)}.`);
  });
  it('the patch holds the work, applies to the head, and has no edit of the replaced files', () => {
    expect(result.changes.files.map(({ path }) => path)).toEqual(['code.ts']);
    expect(result.changes.rejected.map(({ path }) => path)).toEqual([
      '.claude/settings.json',
      'AGENTS.md',
      'CLAUDE.md',
    ]);
    for (const { reason } of result.changes.rejected) expect(reason).toMatch(/base/);
    const clone = join(workspace.root, `clone-${git}`);
    gitIn(workspace.root, 'clone', '--quiet', '--no-local', workspace.directory, clone);
    gitIn(clone, 'apply', '--index', join(result.out, 'changes.patch'));
    expect(gitIn(clone, 'status', '--porcelain')).toBe('M  code.ts');
  });
  it('the original is untouched', () => expect(manifest(workspace.directory)).toEqual(before));
});

describe('around a base commit', () => {
  it('cagent plan lists it too', async () => {
    const args = ['plan', '--workspace', workspace.directory, '--base', 'main', '--', 'true'];
    const text = (await cagent(args)).stdout.toString();
    expect(text).toContain(`from the base commit ${base}\n`);
    expect(text).toMatch(/AGENTS\.md {2}\(base commit: [0-9a-f]{12} does not have it\)/);
    const json = await cagent([...args.slice(0, 1), '--json', ...args.slice(1)]);
    expect(JSON.parse(json.stdout.toString()).workspace.base.commit).toBe(base);
  });

  it('a base that is not in the clone stops the run before anything is made, with what to do', async () => {
    const missing = '0123456789012345678901234567890123456789';
    const ended = await workspace.start(['--base', missing, '--network', 'none'], ['true']).ended;
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/^cagent: workspace\.base: [^\n]*0123456789[^\n]*fetch-depth: 0[^\n]*\n$/);
  });

  it('--base none trusts the workspace', async () => {
    const result = await workspace.bash('cat CLAUDE.md', ['--base', 'none']);
    expect(result.stdout.toString()).toBe(`${MARK}\n`);
    expect(result.report.workspace.base).toBeUndefined();
  });

  it('the base cannot be set in cagent.yml', async () => {
    const file = join(workspace.root, 'base.yml');
    writeFileSync(file, 'version: 1\nworkspace: { base: none }\n');
    const ended = await workspace.start(['--config', file, '--network', 'none'], ['true']).ended;
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toMatch(/workspace\.base/);
  });

  it('read-only mode: a proposal for a replaced file is rejected, another one is taken', async () => {
    const result = await workspace.bash(
      'cat CLAUDE.md; d=.agent-scratch/workspace; mkdir -p $d; echo mine > $d/CLAUDE.md; echo mine > $d/code.ts',
      ['--base', base, '--mode', 'read-only'],
    );
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout.toString()).toBe('base\n');
    expect(result.changes.files.map(({ path }) => path)).toEqual(['code.ts']);
    expect(result.changes.rejected).toMatchObject([{ path: 'CLAUDE.md' }]);
  });

  it('a replaced file with its old content, and a directory that was renamed, are handled', async () => {
    const result = await workspace.bash('printf "base\\n" > CLAUDE.md; mv pkg pkg2', ['--base', base]);
    expect(result.exitCode, result.stderr).toBe(0);
    const paths = result.changes.files.map(({ path, oldPath }) => `${oldPath ?? ''}>${path}`);
    expect(paths).toEqual(expect.arrayContaining(['pkg/x.ts>pkg2/x.ts', '>pkg2/GEMINI.md']));
    expect(result.changes.rejected.map(({ path }) => path)).not.toContain('CLAUDE.md');
    expect(result.changes.sensitive.map(({ path }) => path)).toContain('pkg2/GEMINI.md');
  });

  it('a link to a directory full of configuration leads nowhere', async () => {
    const other = makeWorkspace({ 'a.txt': 'a\n' });
    try {
      const from = other.git('rev-parse', 'HEAD');
      mkdirSync(join(other.directory, 'evil'));
      other.write({ 'evil/settings.json': MARK, 'evil/instructions/x.instructions.md': MARK });
      for (const name of ['.claude', '.github']) symlinkSync('evil', join(other.directory, name));
      const result = await other.bash('cat .claude/settings.json .github/instructions/*; ls -A', [
        '--base',
        from,
      ]);
      expect(result.stdout.toString()).not.toContain(MARK);
      expect(result.stdout.toString().split('\n')).not.toContain('.claude');
    } finally {
      other.remove();
    }
  });
});
