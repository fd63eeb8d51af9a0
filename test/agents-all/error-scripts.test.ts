import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KnownAgentName } from '../../src/config/agent-names.js';
import type { Workspace } from '../fixtures/cli.js';
import { agentWorkspace, runAgent } from '../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';

/** A model that fails in every way that it can, and what each agent makes of it. */

const BUILD_MS = 900_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

const AGENTS: readonly (readonly [KnownAgentName, readonly string[]])[] = [
  ['claude', ['--env', 'CLAUDE_CODE_MAX_RETRIES=2']],
  ['codex', []],
  ['gemini', []],
  ['opencode', ['--model', 'anthropic/claude-sonnet-4-5']],
  ['copilot', ['--model', 'openai/gpt-5']],
  ['aider', ['--model', 'openai/gpt-5']],
];

describe.each(AGENTS)('%s', (name, options) => {
  it.each(['slow', '529,ok', 'cut,ok'])(
    'gets over %s and does its work',
    async (script) => {
      workspace = agentWorkspace();
      await server.play({ script });
      const run = await runAgent(workspace, server, name, [
        ...options,
        '--max-retries',
        '2',
        '--timeout',
        '4m',
      ]);
      expect(run.report.agent.outcome?.kind).toBe('done');
      expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
    },
    BUILD_MS,
  );

  // Some try again for minutes; then the time limit ends them, which is no success either.
  it.each(['400', '429', '529', 'cut', 'nonsense'])(
    'does not pass for a success after nothing but %s',
    async (script) => {
      workspace = agentWorkspace();
      await server.play({ script });
      const run = await runAgent(workspace, server, name, [...options, '--timeout', '100s']);
      expect(run.exitCode).not.toBe(0);
      expect(['failure', 'timeout']).toContain(run.report.conclusion);
      expect(['api-error', 'no-result', 'failed', 'timeout']).toContain(run.report.agent.outcome?.kind);
      expect(run.changes.files).toEqual([]);
    },
    BUILD_MS,
  );

  it('that waits for ever for its model is ended after the silence that the user allows', async () => {
    workspace = agentWorkspace();
    await server.play({ script: 'hang' });
    const run = await runAgent(workspace, server, name, [...options, '--idle-timeout', '30s']);
    expect(run.exitCode).toBe(124);
    expect(run.report.agent.outcome?.kind).toBe('idle');
  });
});
