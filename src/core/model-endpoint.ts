/**
 * The model API of an agent, as host and gateway both know it: where it is, what may be spent on it, and what was.
 * No credential is ever part of these.
 */

/** Which wire format, routes and headers a model API has. */
export const DIRECT_PROVIDERS = ['anthropic', 'openai', 'google', 'openai-compatible'] as const;
export const MODEL_PROVIDERS = [...DIRECT_PROVIDERS, 'bedrock', 'vertex'] as const;

export type ModelProvider = (typeof MODEL_PROVIDERS)[number];

/** Whose API is reached at its own maker or at a URL of the user's, and not in a cloud that resells it. */
export type DirectProvider = (typeof DIRECT_PROVIDERS)[number];

/** The fixed destination of everything that a broker forwards. */
export interface ModelUpstream {
  readonly scheme: 'https' | 'http';
  /** Name or IPv4 address. */
  readonly host: string;
  readonly port: number;
  /** Path of the base URL, without the slash at its end; often empty or `/v1`. */
  readonly path: string;
}

/** Upper bounds for one run; absent: no bound. */
export interface ModelBudget {
  readonly maxRequests?: number;
  /** Tokens in and out, cached ones included. */
  readonly maxTokens?: number;
  readonly maxCostUsd?: number;
  /** US dollars for a million tokens; what the cost is counted with. */
  readonly price?: { readonly input: number; readonly output: number };
}

/** What a broker has seen of the model so far. Tokens are those that the answers tell of. */
export interface ModelTraffic {
  readonly provider: ModelProvider;
  /** Requests that were sent on. */
  readonly requests: number;
  /** Those of them without a whole successful answer. */
  readonly failed: number;
  /** What the agent got for the last request that was sent on; absent while it runs or when it was cut. */
  readonly lastStatus?: number;
  /** The model that answered last. */
  readonly model?: string;
  /** Without what came from or went to a cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Answers without any count of tokens: the sums are then too low. */
  readonly uncounted: number;
  /** Only with prices in the budget. */
  readonly costUsd?: number;
  /** The part of the budget that was used up, when requests were refused for it. */
  readonly exhausted?: 'max-requests' | 'max-tokens' | 'max-cost-usd';
  /** The provider did not accept the key. */
  readonly keyRefused?: true;
}
