import type { EgressRecord } from '../core/egress-record.js';
import { flowEntry } from './flow-yaml.js';
import { normalizeName } from './host-name.js';
import { normalizePath } from './request-path.js';

/** More different paths than this are given by their first segment. */
const MOST_PATHS = 8;

/** Rules for the requests that `http` restrictions would have refused: the hosts stay restricted. */
export function suggestRequests(records: readonly EgressRecord[]): readonly string[] {
  const groups = new Map<string, { host: string; port: number; methods: Map<string, Set<string>> }>();
  for (const record of records) {
    const host = record.host === undefined ? undefined : normalizeName(record.host);
    const path = normalizePath(record.path ?? '');
    if (record.verdict !== 'audited' || !/^(?:method|path)-not-allowed$/.test(record.reason)) continue;
    if (host === undefined || record.port === undefined || record.method === undefined || !path.ok) continue;
    if (!/^[A-Z]+$/.test(record.method) || record.method === 'CONNECT') continue;
    const key = `${host}:${record.port}`;
    const group = groups.get(key) ?? { host, port: record.port, methods: new Map() };
    groups.set(key, group);
    // Rules refuse a plain * in paths, since it looks like a pattern.
    const written = (path.target.split('?')[0] as string).replaceAll('*', '%2A');
    group.methods.set(written, (group.methods.get(written) ?? new Set()).add(record.method));
  }
  return [...groups.values()].map(({ host, port, methods }) =>
    flowEntry({ dest: host, ports: [port], http: httpEntries(methods) }),
  );
}

/** Paths with the same methods share an entry. */
function httpEntries(
  byPath: ReadonlyMap<string, ReadonlySet<string>>,
): readonly { methods: string[]; paths: string[] }[] {
  const entries = new Map<string, { methods: string[]; paths: string[] }>();
  for (const [path, methods] of byPath.size > MOST_PATHS ? byFirstSegment(byPath) : byPath) {
    const sorted = [...methods].sort();
    const entry = entries.get(sorted.join()) ?? { methods: sorted, paths: [] };
    entries.set(sorted.join(), entry);
    entry.paths.push(path);
  }
  return [...entries.values()];
}

function byFirstSegment(
  byPath: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const shorter = new Map<string, Set<string>>();
  for (const [path, methods] of byPath) {
    const prefix = `/${path.split('/')[1]}`;
    shorter.set(prefix, new Set([...(shorter.get(prefix) ?? []), ...methods]));
  }
  return shorter;
}
