import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, KEYS, modelEnvironment } from '../../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** An agent that the configuration defines, small enough to be written there whole. */

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

/** Sends its prompt to its model and writes down what it was given. */
const PROGRAM = `
cat {{prompt-file}} >> notes.txt
env >> seen.txt
cat /etc/mine.conf >> seen.txt
curl --silent --fail -H "authorization: Bearer $MY_KEY" -d '{"model":"m","messages":[]}' $MY_URL/chat/completions >> seen.txt ||
  { echo '{"error":"no answer"}'; exit 0; }
echo '{"text":"I have done it.","id":"s1","done":true}'
`;
const CONFIG = JSON.stringify({
  version: 1,
  agent: {
    use: 'mine',
    prompt: 'Sentinel prompt.',
    define: {
      command: ['sh', '-c', PROGRAM],
      prompt: 'file',
      provider: 'openai',
      env: { MY_URL: '{{base-url}}/v1', MY_KEY: '{{key}}' },
      files: { '/etc/mine.conf': 'sentinel file' },
      output: { 'final-message': 'text', 'session-id': 'id', error: 'error', done: 'done' },
    },
  },
});

it('an agent of the user gets prompt, file, model and placeholder, and its lines tell the report what it did', async () => {
  workspace = agentWorkspace({ 'cagent.yml': CONFIG });
  await server.play();
  const run = await workspace.run(['--uplink', server.network], [], { env: modelEnvironment(server) });
  expect(run.report).toMatchObject({ conclusion: 'success', exitCode: 0 });
  expect(run.report.agent).toMatchObject({
    name: 'mine',
    outcome: { kind: 'done', message: 'mine: it finished' },
    finalMessage: 'I have done it.',
    sessionId: 's1',
    usage: { inputTokens: 100, outputTokens: 30, cacheReadTokens: 20 },
  });
  expect(run.read('prompt.md')).toBe('Sentinel prompt.');
  const patch = run.read('changes.patch');
  expect(patch).toContain('+Sentinel prompt.');
  expect(patch).toContain('sentinel file');
  expect(patch).toContain('+MY_KEY=cagent-placeholder-key');
  expect(patch).not.toContain(KEYS.openai);
  expect((await server.requests()).map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${KEYS.openai}`,
  ]);
});

it('an agent of the user that exits with 0 after an error of its model is a failure, and of that kind', async () => {
  workspace = agentWorkspace({ 'cagent.yml': CONFIG });
  await server.play({ script: '529' });
  const run = await workspace.run(['--uplink', server.network], [], { env: modelEnvironment(server) });
  expect(run.exitCode).toBe(1);
  expect(run.report.agent.outcome).toEqual({
    kind: 'api-error',
    message: 'mine: it reported an error: no answer',
  });
});
