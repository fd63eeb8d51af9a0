import type { Clock } from '../../core/clock.js';
import { clip } from '../../core/display-text.js';
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
/** Longer texts only fill the disk of the record's reader, as fast as the agent can send. */
const LONGEST_PATH = 2_048;
const LONGEST_NAME = 512;

/** @param crowded whether what was written still waits to be taken: a flood must not fill this process's memory */
export function createEgressLog(
  clock: Clock,
  write: (record: EgressRecord) => void,
  crowded: () => boolean = () => false,
): EgressLog {
  const merger = createFloodMerger(clock);
  const timer = setInterval(() => merger.due().forEach(write), MERGE_EVERY_MS);
  timer.unref();
  return {
    add: ({ began, ...record }) => {
      const time = (began ?? clock.now()).toISOString();
      merger.offer({ schema: 'cagent.egress/1', time, ...clipped(record) }, crowded()).forEach(write);
    },
    flush: () => merger.flush().forEach(write),
    close: () => clearInterval(timer),
  };
}

function clipped(record: Omit<NewRecord, 'began'>): Omit<NewRecord, 'began'> {
  const { host, path, method } = record;
  return {
    ...record,
    ...(host === undefined ? {} : { host: shortened(host, LONGEST_NAME) }),
    ...(method === undefined ? {} : { method: shortened(method, LONGEST_NAME) }),
    ...(path === undefined ? {} : { path: shortened(path, LONGEST_PATH) }),
  };
}

/** No character is more than two units long, so the first cut loses nothing that the second would keep. */
function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : clip(text.slice(0, 2 * limit + 2), limit);
}
