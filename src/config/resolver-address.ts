import { isIPv4 } from 'node:net';
import { z } from 'zod';

const ALLOWED = 'an IPv4 address of one host, with :PORT if it is not 53, e.g. 1.1.1.1 or 10.0.0.2:5353';

/**
 * `IP` or `IP:PORT`. Names are refused, since there is nothing yet that could resolve them, and IPv6 too, since the
 * gateway has none.
 */
export const resolverAddress = z.string({ error: ALLOWED }).refine(isResolverAddress, { error: ALLOWED });

function isResolverAddress(text: string): boolean {
  const [, address = '', port] = /^([\d.]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  return (
    isIPv4(address) &&
    isOneHost(address) &&
    (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535))
  );
}

/** 0.0.0.0/8 is this host under another name, and from 224.0.0.0 on there is no single host. */
function isOneHost(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return first > 0 && first < 224;
}
