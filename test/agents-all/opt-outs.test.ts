import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { KnownAgentName } from '../../src/config/agent-names.js';
import type { DirectProvider } from '../../src/core/model-endpoint.js';
import { cagent, type Workspace } from '../fixtures/cli.js';
import { agentWorkspace, modelEnvironment, PROMPT } from '../fixtures/model-server/agent-runs.js';
import { strayHosts } from '../fixtures/model-server/hostile.js';
import { type ModelServer, startModelServer } from '../fixtures/model-server/model-server.js';

/**
 * What each agent asks for when nothing tells it not to. It is why its file switches these things off, and it shows
 * that the tests which find no such host with cagent's own settings would see one.
 */

const BUILD_MS = 900_000;

let server: ModelServer;
let workspace: Workspace;
beforeAll(async () => {
  server = await startModelServer();
}, BUILD_MS);
afterAll(() => server.stop());
afterEach(() => workspace?.remove());

interface Bare {
  readonly name: KnownAgentName;
  readonly provider: DirectProvider;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly hosts: readonly string[];
}

const CODEX_MODEL = ['name=x', 'base_url=$BASE', 'env_key=CODEX_API_KEY', 'wire_api=responses'];
const GEMINI_LOGIN = JSON.stringify({ security: { auth: { selectedType: 'gemini-api-key' } } });
const BASE = '{{base-url}}';
const KEY = '{{key}}';

/** Each with as little as it takes to reach its model. */
const AGENTS: readonly Bare[] = [
  {
    name: 'claude',
    provider: 'anthropic',
    command: 'claude --print --dangerously-skip-permissions',
    env: { ANTHROPIC_BASE_URL: BASE, ANTHROPIC_API_KEY: KEY },
    hosts: ['api.anthropic.com'],
  },
  {
    name: 'codex',
    provider: 'openai',
    command: `codex exec --dangerously-bypass-approvals-and-sandbox -c model_provider=x ${CODEX_MODEL.map((setting) => `-c model_providers.x.${setting}`).join(' ')} -`,
    env: { BASE: `${BASE}/v1`, CODEX_API_KEY: KEY },
    hosts: ['github.com', 'chatgpt.com', 'ab.chatgpt.com'],
  },
  {
    name: 'gemini',
    provider: 'google',
    command: `mkdir ~/.gemini; echo '${GEMINI_LOGIN}' > ~/.gemini/settings.json; gemini --yolo --skip-trust`,
    env: { GOOGLE_GEMINI_BASE_URL: BASE, GEMINI_API_KEY: KEY },
    hosts: ['play.googleapis.com'],
  },
  {
    name: 'opencode',
    provider: 'anthropic',
    command: 'opencode run --auto --model anthropic/claude-sonnet-4-5',
    env: { ANTHROPIC_BASE_URL: `${BASE}/v1`, ANTHROPIC_API_KEY: KEY },
    hosts: ['models.opencode.ai'],
  },
  {
    name: 'copilot',
    provider: 'openai',
    command: 'copilot --allow-all',
    env: {
      COPILOT_PROVIDER_BASE_URL: `${BASE}/v1`,
      COPILOT_PROVIDER_API_KEY: KEY,
      COPILOT_MODEL: 'gpt-5',
    },
    hosts: ['api.github.com'],
  },
  {
    name: 'aider',
    provider: 'openai',
    command: 'aider --model openai/gpt-5 --yes-always --message-file /dev/stdin',
    env: { OPENAI_API_BASE: `${BASE}/v1`, OPENAI_API_KEY: KEY },
    hosts: ['raw.githubusercontent.com', 'pypi.org'],
  },
];

it.each(AGENTS)(
  '$name, left to itself, asks for $hosts',
  async ({ name, provider, command, env, hosts }) => {
    const image = (await cagent(['build', name])).stdout.toString('utf8').split(' ')[0] as string;
    const define = { command: ['sh', '-c', command], provider, env };
    workspace = agentWorkspace({
      'cagent.yml': JSON.stringify({
        version: 1,
        image: { ref: image },
        agent: { use: 'bare', prompt: PROMPT, define },
      }),
    });
    await server.play();
    const run = await workspace.run(['--uplink', server.network], [], { env: modelEnvironment(server) });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(strayHosts(name, run.egress)).toEqual(expect.arrayContaining([...hosts]));
    expect(run.changes.files.map(({ path }) => path)).toContain('notes.txt');
  },
  BUILD_MS,
);
