import { createHash, X509Certificate } from 'node:crypto';

/** Numbers of the JKS format: its magic, version 2, and the tag of an entry that holds a trusted certificate. */
const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;

/**
 * A Java trust store (JKS, which every Java reads whatever its default type is) with the certificates of a PEM
 * bundle. Blocks that are not certificates are left out.
 * @param pem any number of PEM blocks
 * @param password protects only against accidents: the format signs with it
 */
export function javaTrustStore(pem: string, password: string): Buffer {
  const certificates = (
    pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  ).flatMap(decode);
  const content = Buffer.concat([
    number32(MAGIC),
    number32(VERSION),
    number32(certificates.length),
    ...certificates.flatMap((der, index) => entry(`root-${index}`, der)),
  ]);
  // The salt is part of the format, written by its first authors.
  const digest = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update('Mighty Aphrodite')
    .update(content);
  return Buffer.concat([content, digest.digest()]);
}

function decode(block: string): readonly Buffer[] {
  try {
    return [new X509Certificate(block).raw];
  } catch {
    return [];
  }
}

function entry(alias: string, der: Buffer): readonly Buffer[] {
  const created = Buffer.alloc(8);
  return [number32(TRUSTED_CERTIFICATE), text(alias), created, text('X.509'), number32(der.length), der];
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
