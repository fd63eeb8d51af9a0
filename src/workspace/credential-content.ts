import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type ByteText, byteTextToFile } from './byte-text.js';

/** What the content of a file with a suspicious name has to look like for the file to be a credential. */
export type ContentTest =
  | 'npm-token'
  | 'url-credentials'
  | 'git-credential'
  | 'service-account'
  | 'private-key'
  | 'auth-json'
  | 'xml-password'
  | 'nuget-password'
  | 'property-password'
  | 'bundle-credentials'
  | 'kubeconfig'
  | 'not-only-public'
  | 'pgp-secret-packet';

const READ_BYTES = 2 * 1024 * 1024;

/** PEM blocks that anybody may see. Bundles of certificates have to stay visible for TLS to work inside. */
const PUBLIC_BLOCKS =
  /^(?:TRUSTED |X509 )?CERTIFICATE(?: REQUEST)?$|^(?:RSA |EC )?PUBLIC KEY$|^X509 CRL$|^PKCS7$|^(?:DH|EC) PARAMETERS$/;

const TESTS: Readonly<Record<Exclude<ContentTest, 'pgp-secret-packet' | 'not-only-public'>, RegExp>> = {
  // A reference to a variable, `${NPM_TOKEN}`, is not a token. yarn's first version has blanks in place of `=`.
  'npm-token':
    /(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)(?:["']?\s*[=:]|["']\s)\s*["']?(?!\s*\$\{|\$[A-Z])[^\s"']/i,
  'url-credentials': /:\/\/[^\s/:@]+:(?!\$\{|\$[A-Z])[^\s/@]+@/,
  'git-credential': /extraheader\s*=|:\/\/[^\s/:@]+:[^\s/@]+@|^\s*(?:password|token|oauth[^\s=]*)\s*=/im,
  'service-account': /"private_key"\s*:|"client_secret"\s*:|"refresh_token"\s*:/,
  'private-key': /-----BEGIN [A-Z ]*PRIVATE KEY/,
  'auth-json':
    /"(?:http-basic|bearer|github-oauth|gitlab-oauth|gitlab-token|bitbucket-oauth|auths|access_token|refresh_token)"\s*:/,
  'xml-password': /<(?:password|passphrase|privateKey)>\s*(?!\$\{)[^<\s]/,
  'nuget-password': /key="(?:ClearText)?Password"\s+value="(?!%)[^"]/i,
  'property-password':
    /^[ \t]*[\w.-]*(?:password|passwd|token|secret|api_?key)[ \t]*[=:][ \t]*(?!\$)[^\s#]/im,
  // Bundler's settings have the host in capitals, BUNDLE_GEMS__EXAMPLE__ORG, with user:password or a token.
  'bundle-credentials': /^BUNDLE_(?!BUILD__|LOCAL__|MIRROR__|PLUGINS__)\w+__\w+:\s*["']?(?!\$)[^\s"']/m,
  // Not the types and expressions of a program that reads such files.
  kubeconfig:
    /^[ \t-]*["']?(?:client-key-data|token|password|id-token|refresh-token)["']?\s*:\s*(?!str(?:ing)?\b|[\w.]+[ \t]*[,;(])\S/m,
};

/**
 * Whether the file's beginning passes the test. An unreadable file passes: what cannot be checked is hidden. A link
 * does not: it holds a name, and what that leads to is judged for itself.
 */
export function contentPasses(test: ContentTest, path: ByteText): boolean {
  const bytes = readBeginning(path);
  if (bytes === 'link') return false;
  return bytes === undefined || bytesPass(test, bytes);
}

/** The same for bytes at hand. */
export function bytesPass(test: ContentTest, bytes: Buffer): boolean {
  if (test === 'not-only-public') return !isOnlyPublic(bytes);
  if (test !== 'pgp-secret-packet') return TESTS[test].test(bytes.toString('latin1'));
  // RFC 9580: tag 5 (secret key) or 7 (secret subkey), old and new packet format.
  const tag = bytes[0];
  return tag !== undefined && [0x94, 0x95, 0x96, 0x97, 0x9c, 0x9d, 0x9e, 0x9f, 0xc5, 0xc7].includes(tag);
}

function isOnlyPublic(bytes: Buffer): boolean {
  if (bytes.length >= READ_BYTES) return false;
  const labels = [...bytes.toString('latin1').matchAll(/-----BEGIN ([^\n-]*)-----/g)].map(
    (match) => match[1] as string,
  );
  return labels.length > 0 && labels.every((label) => PUBLIC_BLOCKS.test(label));
}

function readBeginning(path: ByteText): Buffer | 'link' | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(
      byteTextToFile(path),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'link' : undefined;
  }
  try {
    const bytes = Buffer.alloc(READ_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, READ_BYTES, 0));
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
