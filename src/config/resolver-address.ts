import { isIP } from 'node:net';
import { z } from 'zod';

const ALLOWED = 'an IP address, with :PORT if it is not 53, e.g. 1.1.1.1, 10.0.0.2:5353 or [2606:4700::1]:53';

/** `IP`, `IP:PORT` or `[IPv6]:PORT`. Names are refused: there is nothing yet that could resolve them. */
export const resolverAddress = z.string({ error: ALLOWED }).refine(isResolverAddress, { error: ALLOWED });

function isResolverAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const match = /^(?:\[(?<six>[^\]%]+)\]|(?<four>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  if (match?.groups === undefined) return false;
  const { six, four, port } = match.groups;
  const portFits = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  return portFits && (six === undefined ? isIP(four as string) === 4 : isIP(six) === 6);
}
