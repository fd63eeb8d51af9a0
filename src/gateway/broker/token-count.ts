/** Tokens of one answer. */
export interface TokenCount {
  /** Without what came from or went to a cache. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What an answer, or an event of a streamed one, tells about its cost. */
export interface TokenReport {
  readonly model?: string;
  /** Fields that this part of the answer has; later parts replace earlier ones. */
  readonly counted?: Partial<TokenCount>;
}

/**
 * Reads the token counts of any provider out of a JSON value. Anthropic: `message.usage` at the start of a stream,
 * `usage` in its deltas and in whole answers. OpenAI: `response.usage` (Responses) and `usage` (Chat). Google:
 * `usageMetadata`, where each event repeats the sum so far. Bedrock: `usage` in words of its own (Converse), or whatever
 * the model has.
 */
export function readTokenReport(value: unknown): TokenReport {
  if (Array.isArray(value)) return value.map(readTokenReport).reduce(mergeReports, {});
  const event = fields(value);
  const inner = { ...event, ...fields(event.response), ...fields(event.message) };
  const model = [inner.model, inner.modelVersion].find((name) => typeof name === 'string' && name !== '');
  const counted = readUsage(fields(inner.usage)) ?? readGoogle(fields(inner.usageMetadata));
  return {
    ...(model === undefined ? {} : { model: String(model).slice(0, 200) }),
    ...(counted === undefined ? {} : { counted }),
  };
}

export function mergeReports(earlier: TokenReport, later: TokenReport): TokenReport {
  const counted = { ...earlier.counted, ...later.counted };
  return { ...earlier, ...later, ...(Object.keys(counted).length === 0 ? {} : { counted }) };
}

type Fields = Readonly<Record<string, unknown>>;

function readUsage(usage: Fields): Partial<TokenCount> | undefined {
  const read = count(usage.cache_read_input_tokens ?? usage.cacheReadInputTokens);
  const write = count(usage.cache_creation_input_tokens ?? usage.cacheWriteInputTokens);
  const details = fields(usage.input_tokens_details ?? usage.prompt_tokens_details);
  // OpenAI counts cached tokens as input too; Anthropic does not.
  const cached = count(details.cached_tokens);
  const input = count(usage.input_tokens ?? usage.prompt_tokens ?? usage.inputTokens);
  const output = count(usage.output_tokens ?? usage.completion_tokens ?? usage.outputTokens);
  return anyOf({
    input: input === undefined ? undefined : Math.max(0, input - (cached ?? 0)),
    output,
    cacheRead: read ?? cached,
    cacheWrite: write,
  });
}

function readGoogle(usage: Fields): Partial<TokenCount> | undefined {
  const cached = count(usage.cachedContentTokenCount);
  const prompt = sum(count(usage.promptTokenCount), count(usage.toolUsePromptTokenCount));
  return anyOf({
    input: prompt === undefined ? undefined : Math.max(0, prompt - (cached ?? 0)),
    output: sum(count(usage.candidatesTokenCount), count(usage.thoughtsTokenCount)),
    cacheRead: cached,
    cacheWrite: undefined,
  });
}

function anyOf(
  counts: Readonly<Record<keyof TokenCount, number | undefined>>,
): Partial<TokenCount> | undefined {
  const known = Object.entries(counts).filter(([, value]) => value !== undefined);
  return known.length === 0 ? undefined : (Object.fromEntries(known) as Partial<TokenCount>);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
