import { clip, displayText } from '../core/display-text.js';
import { formatDuration } from '../core/duration.js';
import type { Reporter, RunEvent } from '../core/events.js';
import type { RunId } from '../core/run-id.js';

/** The log of a step. `@actions/core` is one. */
export interface StepLog {
  info(message: string): void;
  warning(message: string, properties?: { readonly title?: string }): void;
  startGroup(name: string): void;
  endGroup(): void;
}

export interface ActionReporter extends Reporter {
  /** Closes what is open and writes what was held back. */
  close(): void;
}

/**
 * The run as a step's log: one group for getting ready, one for the agent, one for what follows. While the agent
 * runs, the runner takes no commands, so everything of ours waits until it has ended.
 * @param onRunStarted called before the first Docker object of the run exists
 */
export function createActionReporter(
  log: StepLog,
  onRunStarted: (runId: RunId, runDirectory: string) => void,
): ActionReporter {
  let group: 'none' | 'prepare' | 'agent' | 'results' = 'none';
  let held: (() => void)[] = [];

  function open(next: typeof group, name: string): void {
    if (group !== 'none') log.endGroup();
    group = next;
    if (next !== 'none') log.startGroup(name);
  }
  function say(write: () => void): void {
    if (group === 'agent') held.push(write);
    else write();
  }
  function release(): void {
    const waiting = held;
    held = [];
    for (const write of waiting) write();
  }

  return {
    event(event: RunEvent) {
      switch (event.type) {
        case 'run-started':
          onRunStarted(event.runId, event.runDirectory);
          open('prepare', 'cagent: prepare the sandbox');
          log.info(`Run ${event.runId}, results in ${event.runDirectory}`);
          return;
        case 'phase-started':
          if (event.phase === 'agent') open('agent', 'cagent: the agent');
          return;
        case 'phase-finished':
          if (event.phase === 'agent') {
            open('results', 'cagent: results');
            release();
          }
          say(() => log.info(`${event.phase}: ${formatDuration(event.durationMs)}`));
          return;
        case 'notice':
          say(() => log.info(`Notice: ${displayText(event.message)}`));
          return;
        case 'warning':
          say(() => log.warning(clip(displayText(event.message), 2_000), { title: 'cagent' }));
          return;
        default:
          return;
      }
    },
    close() {
      open('none', '');
      release();
    },
  };
}
