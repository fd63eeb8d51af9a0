import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { secretForms } from '../../../src/core/secret-values.js';
import type { RunResult, Workspace } from '../../fixtures/cli.js';
import { agentWorkspace, PROMPT } from '../../fixtures/model-server/agent-runs.js';
import { type ModelServer, startModelServer } from '../../fixtures/model-server/model-server.js';

/** Models that a cloud resells: the real agents, with the paths, the keys and the streams of Bedrock and Vertex AI. */

const BUILD_MS = 600_000;
const KEYS = { bedrock: 'bedrock-api-key-Zx9/Qw+7=eRt', google: 'AIzaSyVx8/Bw+2=nMk' } as const;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

/** The agent writes down all that it is given. */
async function run(
  agent: string,
  environment: Readonly<Record<string, string>>,
  options: readonly string[] = [],
): Promise<RunResult> {
  workspace = agentWorkspace();
  const flags = ['--agent', agent, '--prompt', PROMPT, '--uplink', server.network, ...options];
  return workspace.run(flags, [], { env: environment });
}

/** Forms of the key in what the agent saw and what the run left. */
function leaks({ read, stdout, stderr }: RunResult, key: string): readonly string[] {
  const files = ['changes.patch', 'report.json', 'plan.json', 'egress.jsonl', 'agent.log', 'summary.md'];
  const text = [...files.map(read), stdout.toString('utf8'), stderr].join('\n');
  return secretForms(key).filter((form) => text.includes(form));
}

const LOOK = 'env > seen.txt; echo edited >> notes.txt';

describe('Amazon Bedrock', () => {
  const environment = (): Readonly<Record<string, string>> => ({
    CLAUDE_CODE_USE_BEDROCK: '1',
    AWS_REGION: 'eu-central-1',
    AWS_BEARER_TOKEN_BEDROCK: KEYS.bedrock,
    ANTHROPIC_BEDROCK_BASE_URL: server.url,
  });

  it(
    'is what claude works with, by a key that it never has; its binary stream tells the tokens',
    async () => {
      await server.play({ command: LOOK });
      const ran = await run('claude', environment());
      expect(ran.report).toMatchObject({ conclusion: 'success', agent: { outcome: { kind: 'done' } } });
      expect(ran.changes.files.map(({ path }) => path)).toEqual(['notes.txt', 'seen.txt']);
      const requests = await server.requests();
      expect(requests.map(({ path }) => path)).toContainEqual(
        expect.stringMatching(/^\/model\/eu\.anthropic\.claude-[^/]+\/invoke-with-response-stream$/),
      );
      expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(
        new Set([`Bearer ${KEYS.bedrock}`]),
      );
      expect(ran.report.agent.usage).toMatchObject({
        inputTokens: 100 * requests.length,
        outputTokens: 30 * requests.length,
        cacheReadTokens: 20 * requests.length,
      });
      expect(leaks(ran, KEYS.bedrock)).toEqual([]);
      expect(ran.read('changes.patch')).toContain('+AWS_BEARER_TOKEN_BEDROCK=cagent-placeholder-key');
      // Claude looks for inference profiles too, which are no part of asking a model.
      const rest = ran.egress.filter(({ verdict }) => verdict !== 'allowed');
      expect(rest.map(({ rule, path }) => [rule, path])).toEqual([['broker:bedrock', '/inference-profiles']]);
    },
    BUILD_MS,
  );

  it('that refuses the key ends claude at once, with one clear message', async () => {
    await server.play({ script: '403' });
    const ran = await run('claude', environment());
    expect(ran.report.agent.outcome?.kind).toBe('refused-key');
    expect(ran.exitCode).toBe(1);
  });
});

describe('Vertex AI', () => {
  it(
    'is what gemini works with, by a key that it never has',
    async () => {
      await server.play({ command: LOOK });
      const ran = await run('gemini', {
        GOOGLE_GENAI_USE_VERTEXAI: 'true',
        GOOGLE_API_KEY: KEYS.google,
        GOOGLE_VERTEX_BASE_URL: server.url,
      });
      expect(ran.report).toMatchObject({ conclusion: 'success', agent: { outcome: { kind: 'done' } } });
      const requests = await server.requests();
      expect(requests.map(({ path }) => path)).toContainEqual(
        expect.stringMatching(
          /^\/v1beta1\/publishers\/google\/models\/[^/]+:streamGenerateContent\?alt=sse$/,
        ),
      );
      expect(new Set(requests.map(({ headers }) => headers['x-goog-api-key']))).toEqual(
        new Set([KEYS.google]),
      );
      expect(ran.report.agent.usage.inputTokens).toBe(100 * requests.length);
      expect(leaks(ran, KEYS.google)).toEqual([]);
      expect(ran.read('changes.patch')).toContain('+GOOGLE_API_KEY=cagent-placeholder-key');
      expect(ran.egress.every(({ rule }) => rule === 'broker:vertex')).toBe(true);
    },
    BUILD_MS,
  );
});
