import type { AgentResult } from '../agents/agent.js';
import { keyNames } from '../agents/model-access.js';
import type { ModelTraffic } from '../core/model-endpoint.js';
import type { AgentOutcomeKind, AgentVerdict } from '../report/report.js';
import type { AgentEnd } from '../sandbox/agent-run.js';

/** What there is to judge one try of an agent by. */
export interface VerdictFacts {
  /** How messages call it, e.g. `Claude Code`. */
  readonly title: string;
  readonly end: AgentEnd;
  /** What its output says; `undefined` for a command, whose exit code is all there is. */
  readonly result: AgentResult | undefined;
  /** Whether it reaches its model only through us, so that we see when it does not. */
  readonly hasBroker: boolean;
  /** What the broker saw during this try; `undefined` when it saw nothing. */
  readonly traffic: ModelTraffic | undefined;
  /** Whether it left a change, a proposal or a file; `undefined` while that is not known yet. */
  readonly leftSomething: boolean | undefined;
  /** In a read-only workspace a refused tool is no surprise. */
  readonly mode: 'overlay' | 'read-only';
  /** Why the structured output is not what was asked for. */
  readonly outputProblem: string | undefined;
}

/** What became of the agent's task. Exit code 0 is not success, and an API error is told from a refused tool. Pure. */
export function agentVerdict(facts: VerdictFacts): AgentVerdict {
  const { title, end } = facts;
  const ended = endedByOthers(end);
  if (ended !== undefined) return { kind: ended[0], message: `${title} ${ended[1]}` };
  if (end.startError !== undefined)
    return { kind: 'not-started', message: `${title} could not be started: ${end.startError}` };
  const [kind, message] = failureOf(facts) ?? successOf(facts);
  return { kind, message: `${title}: ${message}` };
}

export function isSuccess({ kind }: AgentVerdict): boolean {
  return kind === 'done' || kind === 'nothing-changed';
}

type Judgement = readonly [kind: AgentOutcomeKind, message: string];

function endedByOthers({ cause, limitsHit }: AgentEnd): Judgement | undefined {
  switch (cause) {
    case 'timeout':
      return limitsHit.includes('idle-timeout')
        ? ['idle', 'was ended because it was silent for too long']
        : ['timeout', 'was ended at the time limit'];
    case 'limit':
      return ['limit', `was ended at a limit: ${limitsHit.join(', ')}`];
    case 'cancelled':
      return ['cancelled', 'was ended because the run was cancelled'];
    case 'exited':
      return undefined;
  }
}

function failureOf({ end, result, traffic, outputProblem }: VerdictFacts): Judgement | undefined {
  if (traffic !== undefined && keyRefused(traffic)) {
    const names = keyNames({ providers: [traffic.provider] }).join(' or ');
    return ['refused-key', `the model provider refused the key (${names})`];
  }
  const missing = missingProgram(end.exitCode);
  const began = result !== undefined && (traffic?.requests ?? 0) > 0;
  if (missing !== undefined && !began) return ['not-started', missing];
  const failure = result?.failure;
  if (failure !== undefined) {
    if (traffic?.exhausted !== undefined)
      return ['budget', `the budget of this run is used up (${traffic.exhausted})`];
    return [failure.kind === 'failed' && unanswered(traffic) ? 'api-error' : failure.kind, failure.reason];
  }
  if (end.exitCode !== 0) return ['failed', `it exited with code ${end.exitCode}`];
  return outputProblem === undefined ? undefined : ['invalid-output', outputProblem];
}

/** The program that reaps processes starts the command, so the engine does not notice that it is missing. */
function missingProgram(exitCode: number): string | undefined {
  if (exitCode === 126) return 'it exited with code 126: its program cannot be run';
  return exitCode === 127 ? 'it exited with code 127: its program is not there' : undefined;
}

function successOf({ result, hasBroker, traffic, leftSomething, mode }: VerdictFacts): Judgement {
  if (leftSomething !== false) return ['done', 'it finished'];
  if (result === undefined) return ['nothing-changed', 'it finished and changed nothing'];
  if (hasBroker && (traffic?.requests ?? 0) === 0)
    return ['nothing-done', 'it made no request to its model and changed nothing'];
  const denied = result.deniedTools ?? 0;
  // A reviewer that may only read answers in words.
  if (denied > 0 && mode === 'overlay')
    return ['tools-denied', `it changed nothing, and ${denied} tool call(s) were refused to it`];
  return ['nothing-changed', 'it finished and changed nothing'];
}

/** A refusal that the agent could work around, such as of one model among several, is none. */
function keyRefused({ keyRefused, lastStatus = 400 }: ModelTraffic): boolean {
  return keyRefused === true && lastStatus >= 400;
}

function unanswered(traffic: ModelTraffic | undefined): boolean {
  return traffic !== undefined && traffic.requests > 0 && (traffic.lastStatus ?? 400) >= 400;
}
