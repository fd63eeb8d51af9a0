import { describe, expect, it } from 'vitest';
import { CagentError } from '../../../src/core/errors.js';
import { concludeRun } from '../../../src/engine/conclusion.js';
import type { AgentEnd } from '../../../src/sandbox/agent-run.js';

const CALM = new AbortController().signal;
const BROKEN = new CagentError('docker.failed', 'broken');

function end(exitCode: number, cause: AgentEnd['cause'] = 'exited'): AgentEnd {
  return { exitCode, cause, limitsHit: [], resources: {}, startError: undefined };
}

describe('the conclusion of a run', () => {
  it.each([
    ['an agent that exits with 0', end(0), undefined, 'success', 0],
    ['an agent that fails', end(7), undefined, 'failure', 7],
    ['an agent that exits with 125 itself', end(125), undefined, 'failure', 125],
    ['an agent that ran out of time', end(124, 'timeout'), undefined, 'timeout', 124],
    ['an agent that a limit ended', end(137, 'limit'), undefined, 'limit', 137],
    ['a failure before the agent', undefined, BROKEN, 'error', 125],
    ['a capture that failed after the agent', end(0), BROKEN, 'error', 125],
  ] as const)('of %s', (_name, agent, error, conclusion, exitCode) => {
    expect(concludeRun(agent, error, CALM)).toEqual({ conclusion, exitCode });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('after %s before the agent is cancelled, whatever broke on the way', (reason, exitCode) => {
    expect(concludeRun(undefined, BROKEN, AbortSignal.abort(reason))).toEqual({
      conclusion: 'cancelled',
      exitCode,
    });
  });

  it('turns an admitted failure of an agent that exits with 0 into a red run', () => {
    expect(concludeRun(end(0), undefined, CALM, 'the model refused the key')).toEqual({
      conclusion: 'failure',
      exitCode: 1,
    });
  });
});
