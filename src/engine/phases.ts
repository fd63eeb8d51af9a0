import type { Clock } from '../core/clock.js';
import type { Reporter } from '../core/events.js';

/** Measures the named parts of a run. Phases may overlap: cagent starts the gateway while it reads the tree. */
export interface PhaseTimer {
  measure<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Name to milliseconds, in the order in which they began; a phase that failed is there too. */
  durations(): Readonly<Record<string, number>>;
}

export function createPhaseTimer(clock: Clock, reporter: Reporter): PhaseTimer {
  const durations: Record<string, number> = {};
  return {
    async measure(phase, work) {
      const began = clock.monotonic();
      durations[phase] = 0;
      reporter.event({ type: 'phase-started', phase });
      try {
        return await work();
      } finally {
        const durationMs = clock.monotonic() - began;
        durations[phase] = durationMs;
        reporter.event({ type: 'phase-finished', phase, durationMs });
      }
    },
    durations: () => durations,
  };
}
