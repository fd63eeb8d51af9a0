import { isIPv4 } from 'node:net';

/** Where the gateway asks for the addresses of names. */
export interface ResolverAddress {
  readonly address: string;
  readonly port: number;
}

/** `1.1.1.1` or `10.0.0.2:5353`; `undefined` for anything else, since the gateway has no IPv6. */
export function parseResolver(text: string): ResolverAddress | undefined {
  const [address = '', port = '53', ...rest] = text.split(':');
  if (!isIPv4(address) || rest.length > 0 || !/^\d{1,5}$/.test(port)) return undefined;
  const number = Number(port);
  return number >= 1 && number <= 65_535 ? { address, port: number } : undefined;
}

/** The resolvers of a resolv.conf(5), at most three like everybody else. */
export function resolversOf(resolvConf: string): readonly ResolverAddress[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map(([, address]) => parseResolver(address as string))
    .filter((resolver) => resolver !== undefined)
    .slice(0, 3);
}
