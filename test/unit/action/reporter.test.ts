import { describe, expect, it } from 'vitest';
import { createActionReporter, type StepLog } from '../../../src/action/reporter.js';
import type { RunEvent } from '../../../src/core/events.js';
import { isRunnerCommand } from '../core/runner-command.js';

function logOf(events: readonly RunEvent[]): readonly string[] {
  const lines: string[] = [];
  const log: StepLog = {
    info: (message) => void lines.push(message),
    warning: (message) => void lines.push(`warning: ${message}`),
    startGroup: (name) => void lines.push(`[ ${name}`),
    endGroup: () => void lines.push(']'),
  };
  const reporter = createActionReporter(log, (runId) => void lines.push(`saved ${runId}`));
  for (const event of events) reporter.event(event);
  reporter.close();
  return lines;
}

const STARTED: RunEvent = { type: 'run-started', runId: '20261122-101530-k3f9q2', runDirectory: '/run' };
const AGENT: RunEvent = { type: 'phase-started', phase: 'agent' };
const AGENT_ENDED: RunEvent = { type: 'phase-finished', phase: 'agent', durationMs: 1_500 };

describe('log of the step', () => {
  it('has three groups, each closed before the next opens', () => {
    const lines = logOf([STARTED, AGENT, AGENT_ENDED]);
    expect(lines.filter((line) => line === ']' || line.startsWith('['))).toEqual([
      '[ cagent: prepare the sandbox',
      ']',
      '[ cagent: the agent',
      ']',
      '[ cagent: results',
      ']',
    ]);
  });

  it('the run id is saved before anything else happens', () => {
    expect(logOf([STARTED])[0]).toBe('saved 20261122-101530-k3f9q2');
  });

  it('while commands are switched off nothing is written that would be lost', () => {
    const warning: RunEvent = { type: 'warning', message: 'the disk is nearly full' };
    const lines = logOf([STARTED, AGENT, warning, AGENT_ENDED]);
    expect(lines.indexOf('warning: the disk is nearly full')).toBeGreaterThan(
      lines.indexOf('[ cagent: results'),
    );
  });

  it('what was held back is written also when the agent never ends', () => {
    const warning: RunEvent = { type: 'warning', message: 'late' };
    expect(logOf([STARTED, AGENT, warning]).at(-1)).toBe('warning: late');
  });

  it('a message cannot be read as a command of the runner', () => {
    const notice: RunEvent = { type: 'notice', message: '::add-mask::x\n::error::y' };
    expect(logOf([STARTED, notice])).toContain('Notice: \\u003a:add-mask::x\\n::error::y');
    const old: RunEvent = { type: 'notice', message: 'said ##[save-state name=run-directory]/home/runner' };
    expect(logOf([STARTED, old]).filter(isRunnerCommand)).toEqual([]);
  });

  it('phases are told with their time', () => {
    expect(logOf([STARTED, { type: 'phase-finished', phase: 'images', durationMs: 12 }])).toContain(
      'images: 12 ms',
    );
  });
});
