import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_AGENTS } from '../../src/agents/known-agents.js';
import type { KnownAgentName } from '../../src/config/agent-names.js';
import { gitIn, type Workspace } from '../fixtures/cli.js';
import { agentWorkspace, runAgent } from '../fixtures/model-server/agent-runs.js';
import { HOSTILE, strayHosts } from '../fixtures/model-server/hostile.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';

/**
 * Every agent that cagent knows, in its own image. The images take some gigabytes and minutes, so this is a project
 * of its own: npm run test:agents
 */

const BUILD_MS = 900_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

const CASES: readonly (readonly [KnownAgentName, string | undefined])[] = [
  ['claude', undefined],
  ['codex', undefined],
  ['gemini', undefined],
  ['opencode', 'anthropic/claude-sonnet-4-5'],
  ['opencode', 'openai/gpt-5'],
  ['opencode', 'google/gemini-2.5-pro'],
  ['copilot', 'openai/gpt-5'],
  ['copilot', 'anthropic/claude-sonnet-4-5'],
  ['aider', 'openai/gpt-5'],
  ['aider', 'anthropic/claude-sonnet-4-5'],
  ['aider', 'google/gemini-2.5-pro'],
];

describe.each(CASES)('%s with %s', (name, model) => {
  const options = model === undefined ? [] : ['--model', model];

  it(
    'edits a file in a repository that wants to lead it away; only the broker is spoken to, and the usage is known',
    async () => {
      workspace = agentWorkspace(HOSTILE);
      await server.play();
      const run = await runAgent(workspace, server, name, [...options, '--ignore', '!.env']);
      expect(run.report).toMatchObject({ conclusion: 'success', exitCode: 0 });
      expect(run.report.agent.version).toBe(KNOWN_AGENTS[name].package.version);
      expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
      gitIn(workspace.directory, 'apply', '--check', join(run.out, 'changes.patch'));
      const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0 } = run.report.agent.usage;
      const requests = await server.requests();
      const answered = requests.length;
      // The words of aider's model are the edit itself.
      expect(run.report.agent.finalMessage).toMatch(
        name === 'aider' ? /edited/ : /^I have edited the file\.$/,
      );
      // aider has neither; it reads what it is given.
      if (name !== 'aider') {
        expect(run.report.agent.sessionId).toMatch(/./);
        expect(requests.map(({ body }) => body).join('')).toContain('Instructions of the repository.');
      }
      expect([inputTokens, outputTokens, cacheReadTokens]).toEqual([
        100 * answered,
        30 * answered,
        20 * answered,
      ]);
      expect(strayHosts(name, run.egress)).toEqual([]);
    },
    BUILD_MS,
  );

  it('does not pass for a success when its key is refused', async () => {
    workspace = agentWorkspace();
    await server.play({ script: '401' });
    const run = await runAgent(workspace, server, name, [...options, '--timeout', '100s']);
    expect(run.report.conclusion).toBe('failure');
    expect(run.exitCode).not.toBe(0);
    expect(run.report.notices.join(' ')).toContain('refused the key');
  });
});
