import { CagentError } from '../core/errors.js';

const DEFAULT_URL = 'https://api.github.com';

/**
 * The address of the API, without a slash at its end: `https://api.github.com`, or `https://HOST/api/v3` of an
 * enterprise server, as the runner tells it in GITHUB_API_URL. Plain HTTP would show the token to the network, so
 * it is taken only on this machine.
 *
 * @throws CagentError `github.unreachable` when the text is no such address
 */
export function readApiUrl(text: string | undefined): string {
  const given = text === undefined || text === '' ? DEFAULT_URL : text;
  const url = URL.parse(given);
  const encrypted = url?.protocol === 'https:';
  const local = url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === null || !(encrypted || local) || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new CagentError('github.unreachable', `GITHUB_API_URL: found ${JSON.stringify(given)}`, {
      hint: 'It has to be an https address such as https://api.github.com or https://HOST/api/v3.',
    });
  }
  return url.href.replace(/\/+$/, '');
}
