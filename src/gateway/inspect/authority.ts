// The certificate library finds its own classes through this, so it has to come first.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** The run's own certificate authority. Its key is made in this process, for this run, and never leaves it. */
export interface Authority {
  /** PEM, for the agent's trust stores. */
  readonly certificate: string;
  /** Key and certificate of a server with this name; made on first use. */
  leafFor(name: string): Promise<Leaf>;
}

export interface Leaf {
  readonly key: string;
  readonly cert: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
/** Longer than any run; clocks of containers may be behind. */
const LIFETIME_MS = 7 * DAY_MS;

export async function createAuthority(now: Date): Promise<Authority> {
  cryptoProvider.set(globalThis.crypto);
  const validity = {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + LIFETIME_MS),
  };
  const keys = await generateKeys(false);
  const root = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: 'CN=cagent run CA',
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  // All names share one key: it protects the way from the agent to this process, which is one and the same.
  const serverKeys = await generateKeys(true);
  const key = PemConverter.encode(
    await crypto.subtle.exportKey('pkcs8', serverKeys.privateKey),
    'PRIVATE KEY',
  );
  const leaves = new Map<string, Promise<Leaf>>();

  async function makeLeaf(name: string): Promise<Leaf> {
    const leaf = await X509CertificateGenerator.create({
      ...validity,
      serialNumber: serialNumber(),
      subject: 'CN=cagent gateway',
      issuer: root.subject,
      publicKey: serverKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
        await SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
      ],
    });
    return { key, cert: leaf.toString('pem') };
  }

  return {
    certificate: root.toString('pem'),
    leafFor: (name) => {
      const leaf = leaves.get(name) ?? makeLeaf(name);
      leaves.set(name, leaf);
      return leaf;
    },
  };
}

async function generateKeys(extractable: boolean): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, extractable, ['sign', 'verify']);
}

/** 16 random bytes; a positive number, so the first bit is clear. */
function serialNumber(): string {
  const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('hex');
}
