import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KnownAgentName } from '../../src/config/agent-names.js';
import type { Workspace } from '../fixtures/cli.js';
import { agentWorkspace, runAgent, STOP } from '../fixtures/model-server/agent-runs.js';
import { strayHosts } from '../fixtures/model-server/hostile.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';

/** Facts in the files of agents that a run which succeeds would not notice; those of the others are in test/docker. */

const BUILD_MS = 900_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

describe('an answer to a schema', () => {
  const SCHEMA = { type: 'object', properties: { risk: { enum: ['low', 'high'] } }, required: ['risk'] };

  it.each<[KnownAgentName, readonly string[]]>([
    ['claude', []],
    ['codex', []],
    ['gemini', []],
    ['opencode', ['--model', 'anthropic/claude-sonnet-4-5']],
    ['copilot', ['--model', 'openai/gpt-5']],
    ['aider', ['--model', 'openai/gpt-5', '--agent-args', '--chat-mode ask']],
  ])(
    'is had from %s, by an option or by its prompt',
    async (name, options) => {
      workspace = agentWorkspace();
      const file = join(workspace.root, 'schema.json');
      writeFileSync(file, JSON.stringify(SCHEMA));
      await server.play({ words: '{"risk":"low"}', command: '' });
      const { report } = await runAgent(workspace, server, name, [...options, '--output-schema', file]);
      expect(report.agent).toMatchObject({
        outcome: { kind: 'nothing-changed' },
        structuredOutput: { risk: 'low' },
      });
    },
    BUILD_MS,
  );
});

describe('a workspace that is no repository', () => {
  it.each<[KnownAgentName, readonly string[]]>([
    ['claude', []],
    ['codex', []],
    ['gemini', []],
    ['opencode', ['--model', 'anthropic/claude-sonnet-4-5']],
    ['copilot', ['--model', 'openai/gpt-5']],
    ['aider', ['--model', 'openai/gpt-5']],
  ])(
    'is edited by %s, which leaves nothing else in it',
    async (name, options) => {
      workspace = agentWorkspace();
      rmSync(join(workspace.directory, '.git'), { recursive: true });
      await server.play();
      const run = await runAgent(workspace, server, name, options);
      expect(run.report.agent.outcome?.kind).toBe('done');
      expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
      // aider says so when it cannot write down that it has run before.
      expect(run.stdout.toString('utf8')).not.toContain('Error checking version');
      expect(strayHosts(name, run.egress)).toEqual([]);
    },
    BUILD_MS,
  );
});

describe('opencode', () => {
  it(
    'that is refused a tool and leaves nothing is a failure of that kind',
    async () => {
      workspace = agentWorkspace();
      await server.play();
      const rule = 'OPENCODE_PERMISSION={"bash":{"*":"allow","echo *":"deny"}}';
      const { report } = await runAgent(workspace, server, 'opencode', ['--env', rule]);
      expect(report.agent.outcome?.kind).toBe('tools-denied');
    },
    BUILD_MS,
  );
});

describe('copilot', () => {
  const MODEL = ['--model', 'openai/gpt-5'];

  it(
    'that is refused a tool and leaves nothing is a failure of that kind',
    async () => {
      workspace = agentWorkspace();
      await server.play();
      const args = ['--agent-args', "--deny-tool 'shell(echo:*)'"];
      const { report } = await runAgent(workspace, server, 'copilot', [...MODEL, ...args]);
      expect(report.agent.outcome?.kind).toBe('tools-denied');
    },
    BUILD_MS,
  );

  it('that is told to stop by SIGTERM in the middle of its work ends, and that is no success', async () => {
    workspace = agentWorkspace();
    await server.play({ command: STOP });
    const run = await runAgent(workspace, server, 'copilot', MODEL);
    expect(run.report.agent.outcome?.kind).toBe('no-result');
    expect(run.exitCode).not.toBe(0);
    expect(run.changes.files).toEqual([]);
  });
});

describe('aider', () => {
  const MODEL = ['--model', 'openai/gpt-5'];

  it(
    'that only answers is no failure, and its words are in the report',
    async () => {
      workspace = agentWorkspace();
      await server.play({ words: 'notes.txt has one line.', command: '' });
      const run = await runAgent(workspace, server, 'aider', [...MODEL, '--agent-args', '--chat-mode ask']);
      expect(run.report.agent.outcome?.kind).toBe('nothing-changed');
      expect(run.report.agent.finalMessage).toBe('notes.txt has one line.');
    },
    BUILD_MS,
  );
});
