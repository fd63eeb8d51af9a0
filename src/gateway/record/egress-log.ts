import type { Clock } from '../../core/clock.js';
import type { EgressRecord } from '../../core/egress-record.js';
import { createFloodMerger } from '../../egress/flood.js';

/** A record without what the log adds itself. */
export type NewRecord = Omit<EgressRecord, 'schema' | 'time'> & {
  /** When the attempt began; default: now. */
  readonly began?: Date;
};

/** Where every decision of the gateway ends up. */
export interface EgressLog {
  add(record: NewRecord): void;
  /** Writes what is held back for merging. */
  flush(): void;
  close(): void;
}

const MERGE_EVERY_MS = 1_000;

export function createEgressLog(clock: Clock, write: (record: EgressRecord) => void): EgressLog {
  const merger = createFloodMerger(clock);
  const timer = setInterval(() => merger.due().forEach(write), MERGE_EVERY_MS);
  timer.unref();
  return {
    add: ({ began, ...record }) => {
      const time = (began ?? clock.now()).toISOString();
      merger.offer({ schema: 'cagent.egress/1', time, ...record }).forEach(write);
    },
    flush: () => merger.flush().forEach(write),
    close: () => clearInterval(timer),
  };
}
