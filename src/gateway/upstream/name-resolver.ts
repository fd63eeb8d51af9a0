import type { Answer, Packet } from 'dns-packet';
import { askResolver, type DnsQuestion } from './dns-query.js';
import type { ResolverAddress } from './resolver-addresses.js';

/** Finds the addresses of names that are about to be dialled. The agent has no way to ask it anything. */
export interface NameResolver {
  /** IPv4 addresses in the order of the answer; empty: the name has none, or nobody answers. */
  addressesOf(name: string): Promise<readonly string[]>;
}

const ANSWER_MS = 2_000;
const ROUNDS = 2;
const MOST_ALIASES = 8;
const LONGEST_CACHE_S = 60;
/** Also answers that say "at once" are kept this long, for a client that opens many connections together. */
const SHORTEST_CACHE_S = 1;
const MOST_CACHED = 10_000;

interface CacheEntry {
  readonly addresses: Promise<readonly string[]>;
  /** Monotonic milliseconds. */
  expires: number;
}

export function createNameResolver(
  resolvers: readonly ResolverAddress[],
  monotonic: () => number,
): NameResolver {
  const cache = new Map<string, CacheEntry>();
  return {
    addressesOf: (name) => {
      const cached = cache.get(name);
      if (cached !== undefined && cached.expires > monotonic()) return cached.addresses;
      if (cache.size >= MOST_CACHED) cache.clear();
      const resolved = resolve(resolvers, name);
      const entry: CacheEntry = {
        addresses: resolved.then((found) => found.addresses),
        expires: Number.POSITIVE_INFINITY,
      };
      cache.set(name, entry);
      resolved.then((found) => {
        entry.expires = monotonic() + found.ttl * 1_000;
      });
      return entry.addresses;
    },
  };
}

/** Whether any of the resolvers answers at all, whatever it says. */
export async function anyResolverAnswers(
  resolvers: readonly ResolverAddress[],
  deadlineMs: number,
): Promise<boolean> {
  const answers = await Promise.all(
    resolvers.map((resolver) => askResolver(resolver, { name: '.', type: 'NS' }, deadlineMs)),
  );
  return answers.some((answer) => answer !== undefined);
}

interface Resolved {
  readonly addresses: readonly string[];
  readonly ttl: number;
}

async function resolve(resolvers: readonly ResolverAddress[], name: string): Promise<Resolved> {
  let target = name;
  let ttl = LONGEST_CACHE_S;
  for (let aliases = 0; aliases < MOST_ALIASES; aliases++) {
    const answer = await askAll(resolvers, { name: target, type: 'A' });
    const found = followAliases(answer?.answers ?? [], target);
    ttl = Math.min(ttl, found.ttl);
    if (found.addresses.length > 0)
      return { addresses: found.addresses, ttl: Math.max(ttl, SHORTEST_CACHE_S) };
    if (found.last === target) break;
    target = found.last;
  }
  return { addresses: [], ttl: SHORTEST_CACHE_S };
}

async function askAll(
  resolvers: readonly ResolverAddress[],
  question: DnsQuestion,
): Promise<Packet | undefined> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const resolver of resolvers) {
      const answer = await askResolver(resolver, question, ANSWER_MS);
      const code = (answer?.flags ?? 0) & 0xf;
      // SERVFAIL and REFUSED are one resolver's trouble; the next may do better.
      if (answer !== undefined && (code === 0 || code === 3)) return answer;
    }
  }
  return undefined;
}

/** The addresses at the end of the chain of CNAMEs that starts at `name`, and the last name of that chain. */
export function followAliases(
  answers: readonly Answer[],
  name: string,
): { readonly addresses: readonly string[]; readonly last: string; readonly ttl: number } {
  let last = canonical(name);
  let ttl = LONGEST_CACHE_S;
  for (let aliases = 0; aliases <= answers.length; aliases++) {
    const alias = answers.find((answer) => answer.type === 'CNAME' && canonical(answer.name) === last);
    if (alias === undefined || alias.type !== 'CNAME') break;
    last = canonical(alias.data);
    ttl = Math.min(ttl, alias.ttl ?? 0);
  }
  const found = answers.filter((answer) => answer.type === 'A' && canonical(answer.name) === last);
  for (const answer of found) ttl = Math.min(ttl, (answer as { ttl?: number }).ttl ?? 0);
  return { addresses: found.map((answer) => String((answer as { data: unknown }).data)), last, ttl };
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
