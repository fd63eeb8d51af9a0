import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.js';
import type { CliContext } from '../../../src/cli/cli-context.js';
import { allowCommand } from '../../../src/cli/commands/allow.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'allow-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(name: string, egress: object): void {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, 'report.json'), JSON.stringify({ schema: 'cagent.report/1', egress }));
}

async function allow(...words: readonly string[]): Promise<string> {
  const parsed = parseArguments(['allow', ...words]);
  if (parsed.command !== 'allow') return expect.unreachable(parsed.command);
  const parts: string[] = [];
  const stdout = { write: (part: string) => parts.push(part) };
  await allowCommand(parsed, { cwd: root, stdout, stderr: { write: () => true } } as unknown as CliContext);
  return parts.join('');
}

describe('cagent allow', () => {
  it('joins the lists of several runs in cagent.yml', async () => {
    run('a', { suggestion: ['- node', '- api.example.com'] });
    run('b', { suggestion: ['- node', '- other.example.com'] });
    expect(await allow('a', 'b')).toBe('"node"\n"api.example.com"\n"other.example.com"\n');
    expect(readFileSync(join(root, 'cagent.yml'), 'utf8')).toBe(
      'version: 1\nnetwork:\n  allow:\n    - node\n    - api.example.com\n    - other.example.com\n',
    );
    expect(JSON.parse(await allow('a', '--json'))).toMatchObject({ added: [] });
  });

  it.each([
    [['none'], 'cannot be read'],
    [['blocked'], 'Only a run with --network audit|has no allow list'],
    [[], 'allow needs a run directory'],
  ])('%j is refused', async (words, message) => {
    run('blocked', {});
    await expect(async () => allow(...words)).rejects.toThrow(new RegExp(message));
  });
});
