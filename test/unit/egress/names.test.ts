import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameVerdict } from '../../../src/egress/decide.js';
import { normalizeName } from '../../../src/egress/host-name.js';
import { policyOf } from './policy-of.js';

const label = fc
  .stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
  .filter((text) => !text.startsWith('xn--'));
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));

function allowed(rule: string, asked: string): boolean {
  return nameVerdict(policyOf([rule]), asked).verdict === 'allowed';
}

describe('for any name', () => {
  test('a rule allows it however it is spelled, and no name below it', () => {
    fc.assert(
      fc.property(name, label, (host, sub) => {
        fc.pre(!host.endsWith('localhost'));
        expect(allowed(host, host)).toBe(true);
        expect(allowed(host, `${host.toUpperCase()}.`)).toBe(true);
        expect(allowed(`${host.toUpperCase()}.`, host)).toBe(true);
        expect(allowed(host, `${sub}.${host}`)).toBe(false);
        expect(allowed(host, `${sub}${host}`)).toBe(false);
      }),
    );
  });

  test('* stands for one label and ** for one or more, never for none', () => {
    fc.assert(
      fc.property(name, label, label, (host, a, b) => {
        fc.pre(!host.endsWith('localhost'));
        expect(allowed(`*.${host}`, `${a}.${host}`)).toBe(true);
        expect(allowed(`*.${host}`, `${a}.${b}.${host}`)).toBe(false);
        expect(allowed(`*.${host}`, host)).toBe(false);
        expect(allowed(`**.${host}`, `${a}.${host}`)).toBe(true);
        expect(allowed(`**.${host}`, `${a}.${b}.${host}`)).toBe(true);
        expect(allowed(`**.${host}`, host)).toBe(false);
        expect(allowed(`**.${host}`, `${a}${host}`)).toBe(false);
      }),
    );
  });

  test('no text makes the comparison throw, and what it accepts is plain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const normalized = normalizeName(text);
        if (normalized === undefined) return;
        expect(normalized).toMatch(/^[a-z0-9_.-]+$/);
        expect(normalizeName(normalized)).toBe(normalized);
      }),
      { numRuns: 5_000 },
    );
  });

  test('what the URL parser takes for an address is never a name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-fx.]{1,18}$/), (text) => {
        const parsed = domainToASCII(text);
        if (/^\d+\.\d+\.\d+\.\d+$/.test(parsed)) expect(normalizeName(text)).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });
});
