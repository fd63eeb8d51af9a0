import type { EgressRecord, Verdict } from '../core/egress-record.js';
import type { EgressTimeline } from './report.js';

/** Attempts over time in a fixed number of buckets, whatever the length of the run. */
export interface TimelineCounter {
  add(record: EgressRecord): void;
  /** `undefined` before the first record with a readable time. */
  timeline(): EgressTimeline | undefined;
}

const BUCKETS = 60;
const FIRST_BUCKET_MS = 1_000;

/** Buckets start at one second and double in width each time the run outgrows them. */
export function createTimelineCounter(): TimelineCounter {
  let start: number | undefined;
  let bucketMs = FIRST_BUCKET_MS;
  let last = 0;
  const series: Record<Verdict, number[]> = { allowed: zeros(), blocked: zeros(), audited: zeros() };

  function widen(): void {
    bucketMs *= 2;
    last = Math.floor(last / 2);
    for (const verdict of ['allowed', 'blocked', 'audited'] as const)
      series[verdict] = halved(series[verdict]);
  }

  return {
    add(record) {
      const time = Date.parse(record.time);
      if (Number.isNaN(time)) return;
      start ??= time;
      // Lines are written when an attempt ends, so one that began before the first line may come later.
      const elapsed = Math.max(0, time - start);
      while (elapsed >= bucketMs * BUCKETS) widen();
      const bucket = Math.floor(elapsed / bucketMs);
      last = Math.max(last, bucket);
      series[record.verdict][bucket] = (series[record.verdict][bucket] ?? 0) + (record.count ?? 1);
    },
    timeline() {
      if (start === undefined) return undefined;
      return {
        start: new Date(start).toISOString(),
        bucketMs,
        allowed: series.allowed.slice(0, last + 1),
        blocked: series.blocked.slice(0, last + 1),
        audited: series.audited.slice(0, last + 1),
      };
    },
  };
}

function zeros(): number[] {
  return new Array<number>(BUCKETS).fill(0);
}

function halved(counts: readonly number[]): number[] {
  return zeros().map((_, at) => (counts[at * 2] ?? 0) + (counts[at * 2 + 1] ?? 0));
}
