import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AllowEntry } from '../../../src/config/run-spec.js';
import { CagentError } from '../../../src/core/errors.js';
import { addressVerdict } from '../../../src/egress/address-verdict.js';
import { nameVerdict } from '../../../src/egress/decide.js';
import { requestVerdict } from '../../../src/egress/decide-request.js';
import { policyOf } from './policy-of.js';

// Pieces of the rule language, so that random text gets past the first check.
const piece = fc.constantFrom(
  'https://',
  'http://',
  '*.',
  '**.',
  '*',
  'a',
  'example.com',
  '.',
  ':',
  '443',
  '/',
  'v1',
  '..',
  '%2f',
  '10.0.0.0',
  '/8',
  '[',
  '::1',
  ']',
  '@',
  '?',
  '#',
  '\\',
  'ü',
  '\u202e',
  '\n',
  'node',
  ' ',
  '-',
  '_',
  '0x7f',
  '//',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
);
const entry: fc.Arbitrary<AllowEntry> = fc.oneof(
  text,
  fc.record(
    {
      dest: text,
      ports: fc.array(fc.oneof(fc.integer({ min: -1, max: 70_000 }), text), { maxLength: 3 }),
      http: fc.array(
        fc.record(
          { methods: fc.array(text, { maxLength: 2 }), paths: fc.array(text, { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
        { maxLength: 2 },
      ),
      private: fc.boolean(),
    },
    { requiredKeys: ['dest'] },
  ),
);

test('any entry becomes rules, or a one-line error that says where', () => {
  fc.assert(
    fc.property(entry, (written) => {
      try {
        const policy = policyOf([written]);
        expect(policy.rules.length).toBeGreaterThan(0);
        expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
        expect(policy.rules.every((rule) => !/[\r\n\u202e]/.test(rule.text))).toBe(true);
      } catch (thrown) {
        if (!(thrown instanceof CagentError)) throw thrown;
        expect(thrown.code).toBe('egress.rule');
        expect(`${thrown.message} ${thrown.hint ?? ''}`).toMatch(/^network\.allow\[0\]: [^\r\n\u202e]+$/);
      }
    }),
    { numRuns: 20_000 },
  );
});

test('no name, address or request makes a decision throw', () => {
  const policy = policyOf(['**.example.com', '*', 'https://a.example/v1/', '10.0.0.0/8']);
  fc.assert(
    fc.property(text, text, (one, two) => {
      nameVerdict(policy, one);
      addressVerdict(one, { private: true });
      requestVerdict(policy, { name: 'a.example', port: 443, method: one, path: two });
    }),
    { numRuns: 10_000 },
  );
});
