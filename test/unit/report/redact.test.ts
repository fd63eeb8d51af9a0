import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMask, longestForm, secretForms } from '../../../src/core/secret-values.js';
import { createRedactor } from '../../../src/report/redact.js';

const KEY = 'sk-ant-Ab3/+x==zeta9';
const secrets = [{ name: 'KEY', value: KEY }];

function redactInPieces(bytes: Uint8Array, cuts: readonly number[], values = secrets): Buffer {
  const redactor = createRedactor(values);
  const parts: Buffer[] = [];
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    parts.push(Buffer.from(redactor.push(bytes.subarray(from, to))));
    from = to;
  }
  return Buffer.concat([...parts, redactor.end()]);
}

const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
/** Secrets, pieces of secrets and noise in any order. */
const text = fc
  .array(
    fc.oneof(
      noise,
      fc.constantFrom(...secretForms(KEY)).map((form) => Buffer.from(form)),
      fc
        .tuple(fc.constantFrom(...secretForms(KEY)), fc.nat(30))
        .map(([form, at]) => Buffer.from(form.slice(0, at))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

describe('a redactor', () => {
  test('masks the same wherever the stream is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 12 }), (bytes, cuts) => {
        expect(redactInPieces(bytes, cuts).toString('latin1')).toBe(
          redactInPieces(bytes, []).toString('latin1'),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('masks a value that comes one byte at a time', () => {
    const bytes = Buffer.from(`before ${KEY} after`);
    expect(redactInPieces(bytes, [...bytes.keys()]).toString()).toBe('before *** after');
  });

  test.each(secretForms(KEY))('lets no form through: %s', (form) => {
    const bytes = Buffer.from(`x${form}y`);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(redactInPieces(bytes, [cut]).toString()).not.toContain(form);
    }
  });

  test('changes no other byte, valid UTF-8 or not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(300), { maxLength: 5 }),
        (bytes, cuts) => {
          fc.pre(
            createMask(secrets)(Buffer.from(bytes).toString('latin1')) ===
              Buffer.from(bytes).toString('latin1'),
          );
          expect(redactInPieces(bytes, cuts).equals(Buffer.from(bytes))).toBe(true);
        },
      ),
    );
  });

  test('masks values that are not ASCII', () => {
    const value = 'pässwörd-秘密';
    const bytes = Buffer.from(`a ${value} b`);
    expect(redactInPieces(bytes, [...bytes.keys()], [{ name: 'P', value }]).toString()).toBe('a *** b');
  });

  test('agrees with the mask for whole texts', () => {
    fc.assert(
      fc.property(text, (bytes) => {
        const whole = bytes.toString('latin1');
        expect(redactInPieces(bytes, []).toString('latin1')).toBe(createMask(secrets)(whole));
      }),
    );
  });

  test('holds back only what may become a secret, so that a prompt shows at once', () => {
    const redactor = createRedactor(secrets);
    expect(redactor.push(Buffer.from('Continue? ')).toString()).toBe('Continue? ');
    expect(redactor.push(Buffer.from(`wait ${KEY.slice(0, 5)}`)).toString()).toBe('wait ');
    expect(redactor.push(Buffer.from('!')).toString()).toBe(`${KEY.slice(0, 5)}!`);
  });

  test('prefers the longer of two values that begin alike, also across chunks', () => {
    const both = [
      { name: 'A', value: 'token-12' },
      { name: 'B', value: 'token-1234567890' },
    ];
    const bytes = Buffer.from('(token-1234567890)');
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(redactInPieces(bytes, [cut], both).toString()).toBe('(***)');
    }
  });

  test('counts what it replaced', () => {
    const redactor = createRedactor(secrets);
    redactor.push(Buffer.from(`${KEY} ${KEY}`));
    redactor.end();
    expect(redactor.replaced).toBe(2);
  });

  test('passes everything through when there is nothing to mask', () => {
    const bytes = Buffer.from([0, 255, 97, 98, 99]);
    expect(redactInPieces(bytes, [2], [])).toEqual(bytes);
    expect(longestForm([])).toBe(0);
  });
});
