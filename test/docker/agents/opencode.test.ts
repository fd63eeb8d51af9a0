import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KNOWN_AGENTS } from '../../../src/agents/known-agents.js';
import { gitIn, type Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, KEYS, runAgent } from '../../fixtures/model-server/agent-runs.js';
import { HOSTILE, strayHosts } from '../../fixtures/model-server/hostile.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** opencode itself, in its own image, against a scripted model. */

const BUILD_MS = 600_000;
const MODEL = ['--model', 'anthropic/claude-sonnet-4-5'];

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

describe('opencode', () => {
  it(
    'edits a file in a repository that wants to lead it away, and asks its model alone, with the key that it never had',
    async () => {
      workspace = agentWorkspace(HOSTILE);
      await server.play();
      const run = await runAgent(workspace, server, 'opencode', MODEL);
      expect(run.report).toMatchObject({ conclusion: 'success', exitCode: 0 });
      expect(run.report.agent).toMatchObject({
        version: KNOWN_AGENTS.opencode.package.version,
        outcome: { kind: 'done' },
        finalMessage: 'I have edited the file.',
      });
      expect(run.report.agent.sessionId).toBeDefined();
      expect(run.changes.files.map(({ path }) => path)).toEqual(['notes.txt']);
      gitIn(workspace.directory, 'apply', '--check', join(run.out, 'changes.patch'));
      const requests = await server.requests();
      expect(new Set(requests.map(({ headers }) => headers['x-api-key']))).toEqual(new Set([KEYS.anthropic]));
      expect(requests.map(({ body }) => body).join('')).toContain('Instructions of the repository.');
      expect(run.report.agent.usage.inputTokens).toBe(100 * requests.length);
      expect(strayHosts('opencode', run.egress)).toEqual([]);
    },
    BUILD_MS,
  );

  it('with a key that is refused is a failure of that kind, at once', async () => {
    workspace = agentWorkspace();
    await server.play({ script: '401' });
    const run = await runAgent(workspace, server, 'opencode', MODEL);
    expect(run.report.conclusion).toBe('failure');
    expect(run.exitCode).not.toBe(0);
    expect(run.report.agent.outcome?.kind).toBe('refused-key');
  });
});
