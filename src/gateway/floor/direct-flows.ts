import type { NewRecord } from '../record/egress-log.js';
import type { FlowTable } from './flow-table.js';

/**
 * Connections to addresses that rules opened: the kernel forwards them, so their bytes are counted there. Each gets
 * its line when it is over, like every other connection.
 */
export interface DirectFlows {
  /** Takes over the record of a flow that has just begun. */
  follow(key: string, record: NewRecord): void;
  /** Writes the records of all that are still open. */
  finish(): void;
  close(): void;
}

const LOOK_EVERY_MS = 250;
/** More are recorded at their beginning, without bytes. */
const MOST_FOLLOWED = 4_096;

interface Followed {
  readonly record: NewRecord;
  readonly began: Date;
  bytes: { readonly out: number; readonly in: number } | undefined;
  changed: Date;
}

export function createDirectFlows(
  table: FlowTable,
  add: (record: NewRecord) => void,
  now: () => Date,
): DirectFlows {
  const followed = new Map<string, Followed>();
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();

  function look(): void {
    if (followed.size === 0) return;
    const flows = new Map(table.read().map((flow) => [flow.key, flow]));
    for (const [key, one] of followed) {
      const flow = flows.get(key);
      if (
        flow !== undefined &&
        flow.bytesOut + flow.bytesIn !== (one.bytes?.out ?? 0) + (one.bytes?.in ?? 0)
      ) {
        one.bytes = { out: flow.bytesOut, in: flow.bytesIn };
        one.changed = now();
      }
      if (flow === undefined || flow.over) end(key, one);
    }
  }

  function end(key: string, { record, began, bytes, changed }: Followed): void {
    followed.delete(key);
    const counts =
      bytes === undefined
        ? {}
        : { bytesOut: bytes.out, bytesIn: bytes.in, durationMs: changed.getTime() - began.getTime() };
    add({ ...record, ...counts, began });
  }

  return {
    follow: (key, record) => {
      // Nobody has answered yet, and the agent's kernel tries again: still the same attempt.
      if (followed.has(key)) return;
      const began = now();
      if (followed.size < MOST_FOLLOWED)
        followed.set(key, { record, began, bytes: undefined, changed: began });
      else add(record);
    },
    finish: () => {
      look();
      for (const [key, one] of followed) end(key, one);
    },
    close: () => {
      clearInterval(timer);
      table.close();
    },
  };
}
