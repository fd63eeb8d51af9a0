import type { KnownAgentName } from '../config/agent-names.js';
import type { JsonSchemaDocument } from '../core/json-schema.js';
import type { ModelProvider, ModelTraffic } from '../core/model-endpoint.js';

/** What an agent is, whoever defines it: data and pure functions. */
export interface Agent {
  /** How messages call it. */
  readonly title: string;
  /** Model APIs that it can use, the preferred one first; none: it has no broker. */
  readonly providers: readonly ModelProvider[];
  /** It cannot choose a model by itself. */
  readonly needsModel: boolean;
  /** `prompt`: it has no option for a JSON Schema, so its prompt asks for the answer. */
  readonly structuredOutput: 'option' | 'prompt';
  /** How it gets its prompt; default: by standard input. Never through a shell. */
  readonly prompt?: 'stdin' | 'file' | 'none';
  /** Hosts that it reaches by itself; default: none, the broker is enough. */
  readonly hosts?: readonly string[];
  /** Files of the repository that could lead it away and that no option switches off: ignore patterns. */
  readonly hidden?: readonly string[];
  /** How it is started. */
  invoke(request: AgentRequest): AgentInvocation;
  /** What its output says: exit code 0 is not success. */
  readOutput(output: AgentOutput): AgentResult;
}

/**
 * An agent that cagent knows, one file each in `known/`. Everything in there was measured with the pinned version; the
 * tests run the real program, so that a new version that breaks a fact is noticed.
 */
export interface KnownAgent extends Agent {
  readonly name: KnownAgentName;
  /** What `docker/agents/<name>` installs. */
  readonly package: { readonly ecosystem: 'npm' | 'pypi'; readonly name: string; readonly version: string };
}

export interface AgentRequest {
  readonly provider: ModelProvider;
  /** Of Amazon Bedrock, with that provider. */
  readonly region?: string;
  /** Base URL of the broker, without a path and without a slash at its end; empty without a broker. */
  readonly endpoint: string;
  readonly model: string | undefined;
  /** The user's own arguments, after ours, so that they win. */
  readonly args: readonly string[];
  /** Whether the workspace in the sandbox is a repository. */
  readonly git: boolean;
  /** JSON Schema of the answer. */
  readonly outputSchema?: JsonSchemaDocument | undefined;
}

export interface AgentInvocation {
  readonly command: readonly string[];
  /** No secret is ever among these. */
  readonly env: Readonly<Record<string, string>>;
  /** Configuration that the agent takes only from a file: read-only, outside of the workspace. */
  readonly files: readonly AgentFile[];
}

export interface AgentFile {
  /** Absolute path in the sandbox. */
  readonly path: string;
  readonly content: string;
}

export interface AgentOutput {
  /** Standard output; of a very long one the beginning and the end, cut at line breaks. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** What the broker saw; absent when the agent used none. */
  readonly traffic: ModelTraffic | undefined;
}

export interface AgentResult {
  /** `undefined`: it did what it was asked, as far as its output tells. */
  readonly failure: AgentFailure | undefined;
  readonly finalMessage?: string;
  /** What the agent itself took for the answer to a JSON Schema; not checked. */
  readonly structuredOutput?: unknown;
  /** Tool calls that it was not allowed to make. */
  readonly deniedTools?: number;
  readonly sessionId?: string;
  readonly version?: string;
  readonly model?: string;
  readonly usage: AgentUsageCount;
  /** Worth knowing, one sentence each. */
  readonly notices: readonly string[];
}

/** Why an agent did not do what it was asked. */
export interface AgentFailure {
  /**
   * `api-error`: its model did not answer. `agent-limit`: a bound of its own, such as the number of turns.
   * `no-result`: it ended without saying how. `failed`: anything else that it reports.
   */
  readonly kind: 'api-error' | 'agent-limit' | 'no-result' | 'failed';
  /** One sentence without its name, e.g. `it ended without a result`. */
  readonly reason: string;
}

export interface AgentUsageCount {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly costUsd?: number;
  readonly turns?: number;
}

/** What the agent holds instead of a key. Every agent takes any text. */
export const PLACEHOLDER_KEY = 'cagent-placeholder-key';
