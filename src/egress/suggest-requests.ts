import type { EgressRecord } from '../core/egress-record.js';
import { flowEntry } from './flow-yaml.js';
import { normalizeName } from './host-name.js';
import { normalizePath } from './request-path.js';

/** More different paths than this are given by their first segment. */
const MOST_PATHS = 8;
/** Different paths that are kept apart until then; more different first segments than this are not told apart. */
const MOST_KEPT = 200;
const MOST_HOSTS = 200;

/** Collects the requests that `http` restrictions would have refused, in bounded memory: the hosts stay restricted. */
export interface RequestSuggestion {
  /** Takes an audited record; those of other reasons are passed over. */
  add(record: EgressRecord): void;
  /** Allow entries on one line each. */
  entries(): readonly string[];
  /** Something had no room. */
  overflowed(): boolean;
}

interface Group {
  readonly host: string;
  readonly port: number;
  /** Too many to tell apart. */
  everyPath: boolean;
  methods: Map<string, Set<string>>;
}

type MethodsByPath = ReadonlyMap<string, ReadonlySet<string>>;

export function createRequestSuggestion(): RequestSuggestion {
  const groups = new Map<string, Group>();
  let overflowed = false;
  return {
    add(record) {
      if (!/^(?:method|path)-not-allowed$/.test(record.reason)) return;
      const host = record.host === undefined ? undefined : normalizeName(record.host);
      const path = normalizePath(record.path ?? '');
      if (host === undefined || record.port === undefined || record.method === undefined || !path.ok) return;
      // Methods are among those that Node's parser knows, so their number is bounded.
      if (!/^[A-Z]+$/.test(record.method) || record.method === 'CONNECT') return;
      const key = `${host}:${record.port}`;
      if (!groups.has(key) && groups.size >= MOST_HOSTS) {
        overflowed = true;
        return;
      }
      const group = groups.get(key) ?? { host, port: record.port, everyPath: false, methods: new Map() };
      groups.set(key, group);
      // Rules refuse a plain * in paths, since it looks like a pattern.
      const plain = (path.target.split('?')[0] as string).replaceAll('*', '%2A');
      const written = group.everyPath ? '/' : plain;
      group.methods.set(written, (group.methods.get(written) ?? new Set()).add(record.method));
      if (group.methods.size <= MOST_KEPT) return;
      group.methods = byFirstSegment(group.methods);
      if (group.methods.size <= MOST_KEPT / 2) return;
      group.methods = new Map([['/', allMethods(group.methods)]]);
      group.everyPath = true;
    },
    entries: () =>
      [...groups.values()].map(({ host, port, methods }) =>
        flowEntry({ dest: host, ports: [port], http: httpEntries(methods) }),
      ),
    overflowed: () => overflowed,
  };
}

/** Paths with the same methods share an entry. */
function httpEntries(byPath: MethodsByPath): readonly { methods: string[]; paths: string[] }[] {
  const entries = new Map<string, { methods: string[]; paths: string[] }>();
  for (const [path, methods] of byPath.size > MOST_PATHS ? byFirstSegment(byPath) : byPath) {
    const sorted = [...methods].sort();
    const entry = entries.get(sorted.join()) ?? { methods: sorted, paths: [] };
    entries.set(sorted.join(), entry);
    entry.paths.push(path);
  }
  return [...entries.values()];
}

function byFirstSegment(byPath: MethodsByPath): Map<string, Set<string>> {
  const shorter = new Map<string, Set<string>>();
  for (const [path, methods] of byPath) {
    const prefix = `/${path.split('/')[1]}`;
    shorter.set(prefix, new Set([...(shorter.get(prefix) ?? []), ...methods]));
  }
  return shorter;
}

function allMethods(byPath: MethodsByPath): Set<string> {
  return new Set([...byPath.values()].flatMap((methods) => [...methods]));
}
