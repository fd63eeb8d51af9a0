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

/** Names that are asked at most to find out whether a resolver is there. */
const MOST_PROBES = 8;

/**
 * Whether any of the resolvers answers at all, whatever it says.
 * @param names some that they may know: small ones of a company or of a test are silent about all others, the root too
 * @param deadlineMs for the root, and once more for the names
 */
export async function anyResolverAnswers(
  resolvers: readonly ResolverAddress[],
  names: readonly string[],
  deadlineMs: number,
): Promise<boolean> {
  const probes = names.slice(0, MOST_PROBES).map((name) => ({ name, type: 'A' }) as const);
  return (
    (await anyAnswer(resolvers, [{ name: '.', type: 'NS' }], deadlineMs)) ||
    (await anyAnswer(resolvers, probes, deadlineMs))
  );
}

/** Does not wait for a resolver that is silent when another one has spoken. */
function anyAnswer(
  resolvers: readonly ResolverAddress[],
  questions: readonly DnsQuestion[],
  deadlineMs: number,
): Promise<boolean> {
  const answers = resolvers.flatMap((resolver) =>
    questions.map(
      async (question) => (await askResolver(resolver, question, deadlineMs)) ?? Promise.reject(),
    ),
  );
  return Promise.any(answers).then(
    () => true,
    () => false,
  );
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
