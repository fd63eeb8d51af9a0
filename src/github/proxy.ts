import { quote } from '../config/found.js';
import type { Environment } from '../core/environment.js';
import { CagentError } from '../core/errors.js';

/**
 * The HTTP proxy on the way to an address, from the variables and by the rules that the runner itself goes by:
 * `https_proxy` or `http_proxy`, and `no_proxy` with hosts, which stand for the hosts below them too. Lower case wins.
 *
 * @returns `undefined` when there is none
 * @throws CagentError `github.unreachable` when the variable holds no address; the message shows no password
 */
export function proxyFor(address: string, environment: Environment): string | undefined {
  const url = new URL(address);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = environment[name.toLowerCase()] || environment[name];
  if (!text || isDirect(url, environment.no_proxy || environment.NO_PROXY || '')) return undefined;
  const proxy = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (proxy !== null && /^https?:$/.test(proxy.protocol)) return proxy.href;
  throw new CagentError('github.unreachable', `${name}: found ${quote(text.replace(/^.*@/s, '…@'))}`, {
    hint: 'It has to be an address such as http://proxy.corp.example:3128.',
  });
}

function isDirect({ hostname, port, protocol }: URL, exceptions: string): boolean {
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return true;
  const own = [hostname, `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`];
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((exception) => exception !== '')
    .some((exception) => {
      const host = exception.replace(/^\*?\./, '');
      return exception === '*' || own.some((name) => name === host || name.endsWith(`.${host}`));
    });
}
