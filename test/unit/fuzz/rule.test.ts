import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { allowEntry } from '../../../src/config/allow-entry.js';
import { CagentError } from '../../../src/core/errors.js';
import { policyOf } from '../egress/policy-of.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

test(
  'any entry becomes rules that survive JSON and their own text, or a one-line error that says where',
  async () => {
    await fuzz('rule', 3_000, (bytes) => {
      const entry = allowEntry.safeParse(yamlOrText(bytes.toString('utf8')));
      if (!entry.success) return;
      try {
        const policy = policyOf([entry.data]);
        expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
        for (const rule of policy.rules) {
          expect(rule.text).not.toMatch(/[\r\n\u202e]/);
          if (rule.text.startsWith('preset:')) continue;
          // The record names rules by their text, and audit mode puts it into the list to be pasted.
          const again = allowEntry.parse(rule.text.startsWith('{') ? parse(rule.text) : rule.text);
          expect(policyOf([again]).rules).toEqual([rule]);
        }
      } catch (thrown) {
        if (!(thrown instanceof CagentError)) throw thrown;
        expect(thrown.code).toBe('egress.rule');
        expect(`${thrown.message} ${thrown.hint ?? ''}`).toMatch(/^network\.allow\[0\]: [^\r\n\u202e]+$/);
      }
    });
  },
  FUZZ_TIMEOUT_MS,
);

function yamlOrText(text: string): unknown {
  try {
    return text.startsWith('{') ? parse(text, { logLevel: 'silent' }) : text;
  } catch {
    return text;
  }
}
