import { isIPv6 } from 'node:net';
import { quote } from '../config/found.js';
import { formatBlock, formatIPv4, parseBlock } from './address.js';
import { isLocalName, normalizeWrittenName } from './host-name.js';
import { parsePrefix } from './parse-http.js';
import type { PortRule, RuleTarget } from './policy.js';
import type { RuleProblem } from './rule-error.js';

/** What stands in `dest`, or is the whole entry. */
export interface Destination {
  readonly target: RuleTarget;
  /** The one port of a URL. */
  readonly port?: PortRule;
  /** The path of a URL, normalised; absent for a bare `/`. */
  readonly prefix?: string;
}

const FORMS = 'a host, *.host, **.host, *, http(s) URL, IPv4 address or CIDR';

/** Everything except presets: those are no destinations. */
export function parseDestination(written: string): Destination | RuleProblem {
  const text = written.trim();
  if (/[\p{C}\p{Z}]/u.test(text))
    return { problem: `${quote(text)} has spaces or invisible characters in it` };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return parseUrl(text, scheme);
  const block = parseBlock(text);
  if (block !== undefined) {
    const address = text.split('/')[0] as string;
    if (formatIPv4(block.base) !== address) {
      return {
        problem: `${quote(text)} has bits set behind its prefix`,
        hint: `Write ${formatBlock(block)}.`,
      };
    }
    return { target: { kind: 'cidr', address, prefix: block.prefix } };
  }
  const host = parseHost(text);
  return 'problem' in host ? host : { target: host };
}

function parseUrl(text: string, scheme: string): Destination | RuleProblem {
  const [, authority, path] = /^[^:]+:\/\/([^/?#\\]*)(.*)$/s.exec(text) as unknown as [
    string,
    string,
    string,
  ];
  if (scheme !== 'http' && scheme !== 'https') {
    return {
      problem: `${quote(text)} has the scheme ${quote(scheme)}, but rules know http and https`,
      hint: 'For other protocols write dest: HOST and ports: [PORT].',
    };
  }
  if (authority.includes('@'))
    return {
      problem: `${quote(text.replace(/\/\/.*@/, '//***@'))} has a user or password in it`,
      hint: 'Leave out everything up to the @.',
    };
  const [, host, portText] = /^(.*?)(?::(\d*))?$/s.exec(authority) as unknown as [string, string, string?];
  const port = portText === undefined || portText === '' ? (scheme === 'http' ? 80 : 443) : Number(portText);
  if (port < 1 || port > 65_535)
    return { problem: `${quote(text)} has the port ${portText}; ports go from 1 to 65535` };
  if (port === (scheme === 'http' ? 443 : 80)) {
    return {
      problem: `${quote(text)} can never match: port 80 carries plain HTTP alone, and port 443 TLS`,
      hint: 'Leave the port out.',
    };
  }
  const block = host.includes('/') ? undefined : parseBlock(host);
  const target =
    block === undefined ? parseHost(host) : ({ kind: 'cidr', address: host, prefix: 32 } as const);
  if ('problem' in target) return target;
  const open = { target, port: { protocol: 'tcp', port } } as const;
  if (path === '' || path === '/') return open;
  const prefix = parsePrefix(path.startsWith('/') ? path : `/${path}`);
  return typeof prefix === 'string' ? { ...open, prefix } : prefix;
}

function parseHost(text: string): RuleTarget | RuleProblem {
  if (text === '*') return { kind: 'any' };
  const [, stars, name] = /^(\*\*\.|\*\.)?(.*)$/s.exec(text) as unknown as [
    string,
    string | undefined,
    string,
  ];
  const host = normalizeWrittenName(name);
  if (host === undefined) return hostProblem(text);
  if (isLocalName(host)) return localName(text);
  if (stars === undefined) return { kind: 'name', name: host };
  return { kind: stars === '*.' ? 'one-label' : 'any-depth', suffix: host };
}

export function localName(text: string): RuleProblem {
  return { problem: `${quote(text)} can never match: it is the sandbox itself, for which no rule is needed` };
}

/** The likely slips, each with the right way to write it. */
function hostProblem(text: string): RuleProblem {
  const wrong = `${quote(text)} is not ${FORMS}`;
  if (isIPv6(text.replace(/^\[|\]$|\/\d+$|\](?=:)/g, '').split('%')[0] as string)) {
    return {
      problem: `${quote(text)} is an IPv6 address, but the sandbox has no IPv6`,
      hint: 'Allow the host by its name, or by its IPv4 address.',
    };
  }
  if (text === '**') return { problem: wrong, hint: 'Write * for any public host.' };
  const port = /^([^:/]+):(\d+(?:\/(?:tcp|udp))?)$/i.exec(text);
  if (port !== null) return { problem: wrong, hint: `Write { dest: ${port[1]}, ports: [${port[2]}] }.` };
  if (/^[^/]+\.[^/]+\/\D/.test(text))
    return { problem: wrong, hint: `Write https://${text} to allow one path.` };
  if (/^[\d.x/a-f]+$/i.test(text))
    return { problem: wrong, hint: 'Write addresses as four decimal parts, e.g. 10.1.2.3 or 10.1.0.0/16.' };
  if (text.includes('*'))
    return {
      problem: wrong,
      hint: 'A * stands only at the beginning: *.example.com is one label, **.example.com is any depth.',
    };
  return { problem: wrong };
}
