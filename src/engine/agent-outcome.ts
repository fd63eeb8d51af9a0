import type { Agent, AgentResult } from '../agents/agent.js';
import { readAnswer, type StructuredAnswer } from '../agents/structured-output.js';
import { clip } from '../core/display-text.js';
import type { JsonCheck } from '../core/json-schema.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { AgentOutcomeKind, AgentUsage } from '../report/report.js';
import type { AgentWords } from '../report/report-input.js';
import type { AgentEnd } from '../sandbox/agent-run.js';
import { agentVerdict, isSuccess } from './agent-verdict.js';

/** What an agent really did, from its output and from what the broker saw. */
export interface AgentOutcome {
  /** Why it failed, although it may have exited with 0; `undefined`: it did not, as far as anybody can tell. */
  readonly failure: string | undefined;
  readonly version: string | undefined;
  readonly model: string | undefined;
  readonly usage: AgentUsage;
  readonly words: Omit<AgentWords, 'tries'> & Required<Pick<AgentWords, 'outcome'>>;
  readonly limitsHit: readonly string[];
  readonly notices: readonly string[];
}

export interface AgentEvidence {
  /** `undefined` for a command. */
  readonly agent: Agent | undefined;
  readonly end: AgentEnd;
  readonly stdout: string;
  readonly stderr: string;
  /** What its broker saw during this try; `undefined` when it saw nothing. */
  readonly traffic: ModelTraffic | undefined;
  readonly mode: 'overlay' | 'read-only';
  /** Whether it left a change, a proposal or a file; `undefined` while that is not known yet. */
  readonly leftSomething: boolean | undefined;
  /** Of the answer that was asked for. */
  readonly outputCheck?: JsonCheck | undefined;
}

const LONGEST_MESSAGE = 100_000;

/** Pure. A command is judged by its exit code alone. */
export function agentOutcome(evidence: AgentEvidence): AgentOutcome {
  const { agent, end, stdout, stderr, traffic } = evidence;
  const exited = end.cause === 'exited' && end.startError === undefined;
  const result = agent?.readOutput({ stdout, stderr, exitCode: end.exitCode, traffic });
  const title = agent?.title ?? 'The command';
  const answer = answerOf(result, evidence.outputCheck);
  const outcome = agentVerdict({
    ...evidence,
    title,
    result,
    hasBroker: (agent?.providers.length ?? 0) > 0,
    outputProblem: 'problem' in answer ? answer.problem : undefined,
  });
  const judged = agent !== undefined && exited && !isSuccess(outcome);
  return {
    failure: judged ? outcome.message : undefined,
    version: result?.version,
    model: traffic?.model ?? result?.model,
    usage: result === undefined ? {} : usageOf(result, traffic),
    words: {
      outcome,
      ...wordsOf(result),
      ...('value' in answer ? { structuredOutput: answer.value } : {}),
    },
    limitsHit: traffic?.exhausted === undefined ? [] : [traffic.exhausted],
    notices:
      result === undefined
        ? []
        : [
            ...noticesOf(title, result, traffic, exited && (agent?.providers.length ?? 0) > 0),
            ...unansweredNotice(title, outcome.kind, traffic),
          ],
  };
}

function answerOf(
  result: AgentResult | undefined,
  check: JsonCheck | undefined,
): StructuredAnswer | Record<string, never> {
  return result === undefined || check === undefined ? {} : readAnswer(result, check);
}

function wordsOf(result: AgentResult | undefined): Pick<AgentWords, 'finalMessage' | 'sessionId'> {
  const { finalMessage, sessionId } = result ?? {};
  return {
    ...(finalMessage === undefined ? {} : { finalMessage: clip(finalMessage, LONGEST_MESSAGE) }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

function noticesOf(
  title: string,
  { notices, deniedTools = 0 }: AgentResult,
  traffic: ModelTraffic | undefined,
  asks: boolean,
): readonly string[] {
  const uncounted = traffic?.uncounted ?? 0;
  return [
    ...notices,
    ...(deniedTools === 0 ? [] : [`${title} was denied ${deniedTools} tool call(s).`]),
    ...(asks && (traffic?.requests ?? 0) === 0 ? [`${title} made no request to its model.`] : []),
    ...(uncounted === 0
      ? []
      : [`${uncounted} answer(s) of the model did not tell their tokens, so the usage is too low.`]),
  ];
}

/** An agent that tries for as long as it may does not say why. */
function unansweredNotice(
  title: string,
  kind: AgentOutcomeKind,
  traffic: ModelTraffic | undefined,
): readonly string[] {
  const ended = kind === 'timeout' || kind === 'idle' || kind === 'cancelled';
  if (!ended || traffic === undefined || traffic.requests === 0 || traffic.failed < traffic.requests)
    return [];
  const last = traffic.lastStatus === undefined ? 'broke off' : `ended with HTTP ${traffic.lastStatus}`;
  return [
    `No request of ${title} to its model was answered: ${traffic.requests} were sent, and the last one ${last}.`,
  ];
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
