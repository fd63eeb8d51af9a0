import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import type { CliContext } from '../../../src/cli/cli-context.js';
import { initCommand } from '../../../src/cli/commands/init.js';
import { WORKFLOW_NAMES } from '../../../src/cli/init/workflows.js';
import { AGENT_NAMES } from '../../../src/config/agent-names.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'init-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function init(...words: readonly string[]) {
  return await initOn({ isTTY: false }, words);
}

async function initOn({ isTTY }: { readonly isTTY: boolean }, words: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const parsed = parseArguments(['init', ...words]);
  if (parsed.command !== 'init') return expect.unreachable(parsed.command);
  const context = { cwd: root, stdout: stream('stdout'), stderr: stream('stderr') } as unknown as CliContext;
  return { code: await initCommand(parsed, context), ...written };
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('cagent init', () => {
  it('writes what the examples show, and the prompt that the workflow names', async () => {
    const result = await init('refactor', 'review', 'fix', 'audit');
    expect(result.code).toBe(0);
    for (const name of ['refactor', 'review', 'fix', 'audit']) {
      expect(read(`.github/workflows/cagent-${name}.yml`)).toBe(
        readFileSync(`examples/workflows/${name}.yml`, 'utf8'),
      );
      expect(read(`.github/workflows/cagent-${name}.yml`)).toContain(`prompt-file: .github/agent/${name}.md`);
      expect(read(`.github/agent/${name}.md`).length).toBeGreaterThan(50);
    }
    expect(result.stdout.split('\n').filter(Boolean)).toHaveLength(8);
    expect(result.stderr).toContain('gh secret set ANTHROPIC_API_KEY');
  });

  it.each([
    ['codex', [], `openai-api-key: \${{ secrets.OPENAI_API_KEY }}`],
    ['gemini', [], `google-api-key: \${{ secrets.GEMINI_API_KEY }}`],
    ['opencode', [], `anthropic-api-key: \${{ secrets.ANTHROPIC_API_KEY }}`],
    ['opencode', ['--model', 'google/gemini-x'], `google-api-key: \${{ secrets.GEMINI_API_KEY }}`],
    ['copilot', ['--model', 'claude-x'], `anthropic-api-key: \${{ secrets.ANTHROPIC_API_KEY }}`],
    ['copilot', ['--model', 'openai/gpt-x'], `openai-api-key: \${{ secrets.OPENAI_API_KEY }}`],
    ['aider', ['--model', 'gemini-x'], `google-api-key: \${{ secrets.GEMINI_API_KEY }}`],
  ])('writes for %s %j, with the one key that it needs', async (agent, more, line) => {
    const { stderr } = await init('fix', '--agent', agent, ...more);
    const text = read('.github/workflows/cagent-fix.yml');
    expect(text).toContain(`agent: ${agent}\n`);
    expect(text).toContain(line);
    expect(text.match(/-api-key:/g)).toHaveLength(1);
    expect(text.includes('model:')).toBe(more.length > 0);
    expect(stderr).toContain(`gh secret set ${/secrets\.(\w+)/.exec(line)?.[1]}\n`);
  });

  it('writes for a command, with a script in the place of a prompt that fails until it is written', async () => {
    const { stderr } = await init('refactor', 'review', '--agent', 'command');
    const text = read('.github/workflows/cagent-refactor.yml');
    expect(text).toContain('run: bash .github/agent/refactor.sh\n');
    expect(text).not.toMatch(/secrets\.|prompt-file/);
    expect(read('.github/agent/refactor.sh')).toMatch(/^#!\/usr\/bin\/env bash\n[\s\S]*\nexit 1\n$/);
    expect(read('.github/agent/review.sh')).toContain('.agent-scratch/review.json');
    expect(stderr).toContain('write your command into each script');
    expect(readdirSync(join(root, '.github/agent'))).toEqual(['refactor.sh', 'review.sh']);
  });

  it('shows a person what there is to choose from, and writes nothing', async () => {
    const { code, stdout } = await initOn({ isTTY: true }, []);
    expect(code).toBe(0);
    for (const name of [...WORKFLOW_NAMES, ...AGENT_NAMES])
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(stdout).toContain('secret ANTHROPIC_API_KEY (default)');
    expect(readdirSync(root)).toEqual([]);
  });

  it('overwrites nothing and says so', async () => {
    mkdirSync(join(root, '.github/agent'), { recursive: true });
    writeFileSync(join(root, '.github/agent/fix.md'), 'mine\n');
    const result = await init('fix');
    expect(read('.github/agent/fix.md')).toBe('mine\n');
    expect(result.stderr).toContain('.github/agent/fix.md is there already and was left as it is');
    expect(result.stdout).toBe('.github/workflows/cagent-fix.yml\n');
    expect((await init('fix')).stdout).toBe('');
  });

  it('follows no link that stands in the place of a file', async () => {
    mkdirSync(join(root, '.github/workflows'), { recursive: true });
    symlinkSync(join(root, 'elsewhere'), join(root, '.github/workflows/cagent-fix.yml'));
    await init('fix');
    expect(lstatSync(join(root, '.github/workflows/cagent-fix.yml')).isSymbolicLink()).toBe(true);
    expect(readdirSync(root)).toEqual(['.github']);
  });

  it('writes nothing below the top of a repository, where GitHub would not look', async () => {
    mkdirSync(join(root, '.git'));
    mkdirSync(join(root, 'packages/a'), { recursive: true });
    await expect(init('fix', '--workspace', 'packages/a')).rejects.toThrow(`allowed: its top, ${root}`);
    expect(readdirSync(join(root, 'packages/a'))).toEqual([]);
    expect((await init('fix', '--workspace', '.')).code).toBe(0);
  });

  it('tells scripts what was written and what was kept', async () => {
    await init('fix');
    const { stdout } = await init('fix', 'audit', '--json');
    expect(JSON.parse(stdout)).toEqual({
      written: ['.github/workflows/cagent-audit.yml', '.github/agent/audit.md'],
      kept: ['.github/workflows/cagent-fix.yml', '.github/agent/fix.md'],
    });
  });

  it.each([
    [[], 'init needs the name of a workflow'],
    [['refator'], 'allowed: refactor, review, fix, audit, nearest: refactor'],
    [['fix', '--agent', 'copilto'], 'allowed: claude, codex, gemini, opencode, copilot, aider, command'],
    [['fix', '--agent', 'copilot'], 'copilot cannot choose a model by itself, allowed: --model NAME'],
    [['fix', '--workspace', 'none'], 'none'],
  ])('%j is refused and nothing is written', async (words, message) => {
    await expect(async () => init(...words)).rejects.toThrow(message);
    expect(readdirSync(root)).toEqual([]);
  });
});
