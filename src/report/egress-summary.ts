import { clip } from '../core/display-text.js';
import type { EgressRecord, Verdict } from '../core/egress-record.js';
import { createAllowSuggestion } from '../egress/suggest.js';
import { createTimelineCounter } from './egress-timeline.js';
import type { EgressSummary, HostSummary } from './report.js';

/** Sums records up one at a time in bounded memory. */
export interface EgressCounter {
  add(record: EgressRecord): void;
  summary(): EgressSummary;
}

/** Rows for each verdict: a flood of blocked names cannot push an allowed host out of the table. */
const ROWS_PER_VERDICT = 500;
const WORDS_PER_ROW = 5;
const REQUESTS_PER_ROW = 3;
const LONGEST_HOST = 255;
const LONGEST_REQUEST = 200;

/** The row for everything beyond the cap; a host name cannot hold parentheses. */
export const OTHER_HOSTS = '(others)';

/** The summary of all records. */
export function summariseEgress(records: Iterable<EgressRecord>): EgressSummary {
  const counter = createEgressCounter();
  for (const record of records) counter.add(record);
  return counter.summary();
}

export interface CounterOptions {
  /** Blocked attempts that are no news: they have rows of their own. */
  readonly isExpected?: (record: EgressRecord) => boolean;
  /** Hosts that nobody wants to allow are not suggested. */
  readonly isUnwanted?: (record: EgressRecord) => boolean;
}

export function createEgressCounter(options: CounterOptions = {}): EgressCounter {
  const { isExpected = () => false, isUnwanted = () => false } = options;
  const totals: Record<Verdict, number> = { allowed: 0, blocked: 0, audited: 0 };
  const rows: Record<Verdict | 'expected', Map<string, Row>> = {
    allowed: new Map(),
    blocked: new Map(),
    audited: new Map(),
    expected: new Map(),
  };
  const suggestion = createAllowSuggestion();
  const timeline = createTimelineCounter();
  let bytesOut = 0;
  let bytesIn = 0;

  return {
    add(record) {
      totals[record.verdict] += record.count ?? 1;
      bytesOut += record.bytesOut ?? 0;
      bytesIn += record.bytesIn ?? 0;
      timeline.add(record);
      addToRow(rowFor(rows[isExpected(record) ? 'expected' : record.verdict], record), record);
      if (!isUnwanted(record)) suggestion.add(record);
    },
    summary() {
      const series = timeline.timeline();
      return {
        ...totals,
        bytesOut,
        bytesIn,
        hosts: (['blocked', 'expected', 'audited', 'allowed'] as const).flatMap((kind) =>
          [...rows[kind].values()]
            .sort(byCount)
            .map((row) => ({ ...freeze(row), ...(kind === 'expected' ? { expected: true as const } : {}) })),
        ),
        suggestion: suggestion.list(),
        ...(series === undefined ? {} : { timeline: series }),
      };
    },
  };
}

interface Row {
  host: string;
  port: number | undefined;
  verdict: Verdict;
  rule: string;
  count: number;
  bytesOut: number;
  bytesIn: number;
  protocols: Set<string>;
  reasons: Set<string>;
  requests: Set<string>;
}

function rowFor(rows: Map<string, Row>, record: EgressRecord): Row {
  const host = clip(record.host ?? record.ip ?? '(unknown)', LONGEST_HOST);
  const port = record.protocol === 'icmp' ? undefined : record.port;
  const key = JSON.stringify([host, port ?? null, record.rule]);
  const known = rows.get(key);
  if (known !== undefined) return known;
  if (rows.size < ROWS_PER_VERDICT) return insert(rows, key, host, port, record.rule, record.verdict);
  return (
    rows.get(OTHER_HOSTS) ?? insert(rows, OTHER_HOSTS, OTHER_HOSTS, undefined, '(several)', record.verdict)
  );
}

function insert(
  rows: Map<string, Row>,
  key: string,
  host: string,
  port: number | undefined,
  rule: string,
  verdict: Verdict,
): Row {
  const sums = { count: 0, bytesOut: 0, bytesIn: 0 };
  const words = { protocols: new Set<string>(), reasons: new Set<string>(), requests: new Set<string>() };
  const row: Row = { host, port, verdict, rule, ...sums, ...words };
  rows.set(key, row);
  return row;
}

function addToRow(row: Row, record: EgressRecord): void {
  row.count += record.count ?? 1;
  row.bytesOut += record.bytesOut ?? 0;
  row.bytesIn += record.bytesIn ?? 0;
  addWord(row.protocols, record.protocol, WORDS_PER_ROW);
  addWord(row.reasons, record.reason, WORDS_PER_ROW);
  if (record.method === undefined || row.host === OTHER_HOSTS) return;
  addWord(
    row.requests,
    clip(`${record.method} ${record.path ?? ''}`.trimEnd(), LONGEST_REQUEST),
    REQUESTS_PER_ROW,
  );
}

function addWord(words: Set<string>, word: string, limit: number): void {
  if (words.size < limit) words.add(word);
}

function byCount(a: Row, b: Row): number {
  if ((a.host === OTHER_HOSTS) !== (b.host === OTHER_HOSTS)) return a.host === OTHER_HOSTS ? 1 : -1;
  return (
    b.count - a.count ||
    compareText(a.host, b.host) ||
    (a.port ?? 0) - (b.port ?? 0) ||
    compareText(a.rule, b.rule)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function freeze(row: Row): HostSummary {
  const { port, protocols, reasons, requests, ...rest } = row;
  return {
    ...rest,
    ...(port === undefined ? {} : { port }),
    protocols: [...protocols],
    reasons: [...reasons],
    ...(requests.size === 0 ? {} : { requests: [...requests] }),
  };
}
