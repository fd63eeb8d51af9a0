import type { Clock } from '../core/clock.js';
import type { EgressProtocol, EgressRecord } from '../core/egress-record.js';

/**
 * Keeps a flood of attempts from flooding the record: of identical attempts, those beyond twenty a second merge
 * into one line with a count. Nothing is lost: the counts of all lines add up to the attempts.
 */
export interface FloodMerger {
  /**
   * Takes a record and returns the lines to write now, in order.
   * @param crowded whoever takes the lines cannot keep up: everything merges, as if there were too many to tell apart
   */
  offer(record: EgressRecord, crowded?: boolean): readonly EgressRecord[];
  /** The merged lines that are due; to be called about once a second. */
  due(): readonly EgressRecord[];
  /** All merged lines that are still held, e.g. at the end. */
  flush(): readonly EgressRecord[];
}

const LINES_PER_SECOND = 20;
const WINDOW_MS = 1_000;
/**
 * Different attempts told apart at a time, for each protocol. An agent that makes up more names gets lines without the
 * name; questions for names, which cost it nothing, must not hide where a connection went.
 */
const MOST_KEYS = 2_048;

type Windows = Map<string, Window>;

interface Window {
  readonly opened: number;
  lines: number;
  merged: EgressRecord | undefined;
}

export function createFloodMerger(clock: Pick<Clock, 'monotonic'>): FloodMerger {
  const byProtocol = new Map<EgressProtocol, Windows>();

  function closeIfOld(windows: Windows, key: string, now: number): readonly EgressRecord[] {
    const window = windows.get(key);
    if (window === undefined || now - window.opened < WINDOW_MS) return [];
    windows.delete(key);
    if (window.merged === undefined) return [];
    // Still flooding, so the next window starts out merging instead of with twenty more lines.
    windows.set(key, { opened: now, lines: LINES_PER_SECOND, merged: undefined });
    return [window.merged];
  }

  function due(): readonly EgressRecord[] {
    const now = clock.monotonic();
    return [...byProtocol.values()].flatMap((windows) =>
      [...windows.keys()].flatMap((key) => closeIfOld(windows, key, now)),
    );
  }

  function offer(record: EgressRecord, crowded = false): readonly EgressRecord[] {
    const now = clock.monotonic();
    const windows: Windows = byProtocol.get(record.protocol) ?? new Map();
    byProtocol.set(record.protocol, windows);
    const exact = keyOf(record);
    const known = !crowded && (windows.has(exact) || windows.size < MOST_KEYS);
    const entry = known ? record : anonymous(record);
    const key = known ? exact : keyOf(entry);
    const lines = closeIfOld(windows, key, now);
    const window = windows.get(key) ?? {
      opened: now,
      lines: known ? 0 : LINES_PER_SECOND,
      merged: undefined,
    };
    windows.set(key, window);
    if (window.lines < LINES_PER_SECOND) {
      window.lines += 1;
      return [...lines, record];
    }
    window.merged = window.merged === undefined ? entry : merge(window.merged, entry);
    return lines;
  }

  function flush(): readonly EgressRecord[] {
    const windows = [...byProtocol.values()].flatMap((each) => [...each.values()]);
    byProtocol.clear();
    return windows.flatMap(({ merged }) => merged ?? []);
  }

  return { offer, due, flush };
}

/** Identical is what differs at most in time, duration and bytes. */
function keyOf(record: EgressRecord): string {
  const { verdict, reason, rule, protocol, host, ip, port, method, path, status } = record;
  return JSON.stringify([verdict, reason, rule, protocol, host, ip, port, method, path, status]);
}

/** Without what the agent makes up at will; where a rule allowed the host, the host stays. */
function anonymous(record: EgressRecord): EgressRecord {
  const { ip: _ip, path: _path, ...allowed } = record;
  if (record.verdict === 'allowed') return allowed;
  const { host: _host, port: _port, method: _method, ...rest } = allowed;
  return { ...rest, reason: 'flood' };
}

/** The line keeps the time of its first attempt; durations do not add up, so they go. */
function merge(into: EgressRecord, record: EgressRecord): EgressRecord {
  const { durationMs: _first, bytesOut: _out, bytesIn: _in, ...rest } = into;
  return {
    ...rest,
    ...sum('bytesOut', into, record),
    ...sum('bytesIn', into, record),
    count: (into.count ?? 1) + (record.count ?? 1),
  };
}

function sum(key: 'bytesOut' | 'bytesIn', a: EgressRecord, b: EgressRecord): Partial<EgressRecord> {
  if (a[key] === undefined && b[key] === undefined) return {};
  return { [key]: (a[key] ?? 0) + (b[key] ?? 0) };
}
