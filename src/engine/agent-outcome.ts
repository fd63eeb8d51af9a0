import type { AgentResult } from '../agents/agent.js';
import { knownAgent } from '../agents/known-agents.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { AgentUsage } from '../report/report.js';

/** What an agent really did, from its output and from what the broker saw. */
export interface AgentOutcome {
  /** Why it failed, although it may have exited with 0; `undefined`: it did not, as far as anybody can tell. */
  readonly failure: string | undefined;
  readonly version: string | undefined;
  readonly model: string | undefined;
  readonly usage: AgentUsage;
  readonly limitsHit: readonly string[];
  readonly notices: readonly string[];
}

export interface AgentEvidence {
  readonly name: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly traffic: ModelTraffic | undefined;
}

/** Pure. An agent of the user's own is judged by its exit code alone. */
export function agentOutcome(evidence: AgentEvidence): AgentOutcome {
  const agent = knownAgent(evidence.name);
  if (agent === undefined)
    return {
      failure: undefined,
      version: undefined,
      model: undefined,
      usage: {},
      limitsHit: [],
      notices: [],
    };
  const { traffic } = evidence;
  const result = agent.readOutput(evidence);
  const failure = keyRefused(traffic) ? 'the model provider refused the key' : result.failure;
  const uncounted = traffic?.uncounted ?? 0;
  return {
    failure: failure === undefined ? undefined : `${agent.title}: ${failure}`,
    version: result.version,
    model: traffic?.model ?? result.model,
    usage: usageOf(result, traffic),
    limitsHit: traffic?.exhausted === undefined ? [] : [traffic.exhausted],
    notices: [
      ...result.notices,
      ...((traffic?.requests ?? 0) === 0 ? [`${agent.title} made no request to its model.`] : []),
      ...(uncounted === 0
        ? []
        : [`${uncounted} answer(s) of the model did not tell their tokens, so the usage is too low.`]),
    ],
  };
}

/** A refusal that the agent could work around, such as of one model among several, is none. */
function keyRefused(traffic: ModelTraffic | undefined): boolean {
  return traffic?.keyRefused === true && (traffic.lastStatus ?? 400) >= 400;
}

/** The broker has seen every token; only the agent knows its turns, and prices unless the user gave them. */
function usageOf({ usage }: AgentResult, traffic: ModelTraffic | undefined): AgentUsage {
  const { costUsd = traffic?.costUsd, turns } = usage;
  const own = { ...(costUsd === undefined ? {} : { costUsd }), ...(turns === undefined ? {} : { turns }) };
  if (traffic === undefined || tokensOf(traffic) === 0) return { ...usage, ...own };
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = traffic;
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, ...own };
}

function tokensOf(traffic: ModelTraffic): number {
  return traffic.inputTokens + traffic.outputTokens + traffic.cacheReadTokens + traffic.cacheWriteTokens;
}
