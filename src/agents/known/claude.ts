import {
  type AgentFailure,
  type AgentInvocation,
  type AgentOutput,
  type AgentResult,
  type KnownAgent,
  PLACEHOLDER_KEY,
} from '../agent.js';
import { countOf, jsonLines, known, listOf, objectOf, textOf } from '../output-lines.js';

/**
 * Without the repository's settings its CLAUDE.md would stay unread too. Instructions of the machine are always read,
 * and may name others; what is not there is skipped.
 */
const MEMORY_PATH = '/etc/claude-code/CLAUDE.md';
const MEMORY = '@/workspace/CLAUDE.md\n@/workspace/AGENTS.md\n';

/** Claude Code. */
export const claude: KnownAgent = {
  name: 'claude',
  title: 'Claude Code',
  package: { ecosystem: 'npm', name: '@anthropic-ai/claude-code', version: '2.1.330' },
  providers: ['anthropic', 'bedrock'],
  needsModel: false,
  structuredOutput: 'option',
  invoke: ({ provider, region, endpoint, model, args, outputSchema }) => ({
    command: [
      'claude',
      '--print',
      '--output-format=stream-json',
      '--verbose',
      '--dangerously-skip-permissions',
      // A repository's .claude/settings.json could redirect the base URL and run hooks before the first request.
      '--setting-sources=user',
      '--strict-mcp-config',
      ...(model === undefined ? [] : ['--model', model]),
      ...(outputSchema === undefined ? [] : ['--json-schema', JSON.stringify(outputSchema)]),
      ...args,
    ],
    env: {
      ...(provider === 'bedrock' ? bedrockEnvironment(endpoint, region) : directEnvironment(endpoint)),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      // Without it the agent refuses to skip permissions as uid 0, which it is in a root-owned workspace.
      IS_SANDBOX: '1',
    },
    files: [{ path: MEMORY_PATH, content: MEMORY }],
  }),
  readOutput,
};

function directEnvironment(endpoint: string): AgentInvocation['env'] {
  return { ANTHROPIC_BASE_URL: endpoint, ANTHROPIC_API_KEY: PLACEHOLDER_KEY };
}

/** The region decides which models it asks for. */
function bedrockEnvironment(endpoint: string, region = ''): AgentInvocation['env'] {
  return {
    CLAUDE_CODE_USE_BEDROCK: '1',
    ANTHROPIC_BEDROCK_BASE_URL: endpoint,
    AWS_BEARER_TOKEN_BEDROCK: PLACEHOLDER_KEY,
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function readOutput({ stdout }: AgentOutput): AgentResult {
  const events = jsonLines(stdout);
  const start = events.find((event) => event.type === 'system' && event.subtype === 'init') ?? {};
  const result = events.findLast((event) => event.type === 'result');
  const usage = objectOf(result?.usage);
  return {
    failure:
      result === undefined ? { kind: 'no-result', reason: 'it ended without a result' } : failureOf(result),
    ...known({
      deniedTools: listOf(result?.permission_denials).length || undefined,
      finalMessage: textOf(result?.result),
      sessionId: textOf(result?.session_id) ?? textOf(start.session_id),
      version: textOf(start.claude_code_version),
      model: textOf(start.model),
    }),
    usage: known({
      inputTokens: countOf(usage.input_tokens),
      outputTokens: countOf(usage.output_tokens),
      cacheReadTokens: countOf(usage.cache_read_input_tokens),
      cacheWriteTokens: countOf(usage.cache_creation_input_tokens),
      costUsd: countOf(result?.total_cost_usd),
      turns: countOf(result?.num_turns),
    }),
    ...(result?.structured_output === undefined ? {} : { structuredOutput: result.structured_output }),
    notices: [],
  };
}

/** On API errors `subtype` still says success. */
function failureOf(result: Readonly<Record<string, unknown>>): AgentFailure | undefined {
  const { subtype, is_error: isError } = result;
  if (isError !== true && subtype === 'success') return undefined;
  const message = textOf(result.result) ?? listText(result.errors);
  const said = (reason: string): string => (message === undefined ? reason : `${reason}: ${message}`);
  if (subtype === 'success' || subtype === undefined)
    return { kind: 'api-error', reason: said('it reported an error') };
  const own = subtype === 'error_max_turns' || subtype === 'error_max_budget_usd';
  return { kind: own ? 'agent-limit' : 'failed', reason: said(`it ended with ${String(subtype)}`) };
}

function listText(value: unknown): string | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String).join('; ') : undefined;
}
