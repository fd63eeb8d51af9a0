import { existsSync } from 'node:fs';
import type { Environment } from '../core/environment.js';

const USUAL_PLACES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * The PEM file with the roots that this host trusts, a company's own included: image builds get it, so that package
 * managers work behind a proxy that ends TLS.
 */
export function hostRootsOf(environment: Environment): string | undefined {
  const named = environment.SSL_CERT_FILE;
  return [...(named === undefined ? [] : [named]), ...USUAL_PLACES].find((path) => existsSync(path));
}
