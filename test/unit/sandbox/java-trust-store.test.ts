import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { javaTrustStore } from '../../../src/sandbox/java-trust-store.js';

describe('a Java trust store', () => {
  it('holds every certificate of the bundle and nothing else', () => {
    const pem = `# a comment\n${rootCertificates.slice(0, 3).join('\n')}\n-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n`;

    const store = javaTrustStore(pem, 'changeit');

    expect(store.readUInt32BE(0)).toBe(0xfeedfeed);
    expect(store.readUInt32BE(8)).toBe(3);
  });

  it('is signed with the password, so that a damaged store is noticed', () => {
    const pem = rootCertificates[0] as string;

    expect(javaTrustStore(pem, 'one').subarray(-20)).not.toEqual(javaTrustStore(pem, 'other').subarray(-20));
  });
});
