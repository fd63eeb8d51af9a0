import dnsPacket from 'dns-packet';
import { expect, test } from 'vitest';
import { nameVerdict } from '../../../src/egress/decide.js';
import { EGRESS_REASONS } from '../../../src/egress/reasons.js';
import { answerQuestion } from '../../../src/gateway/dns/agent-question.js';
import { createSyntheticNames } from '../../../src/gateway/names/synthetic-names.js';
import { policyOf } from '../egress/policy-of.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

const policy = policyOf(['api.example.com', '*.wild.example']);

test(
  'no DNS message crashes the resolver, gets an address without a rule, or an answer that cannot be read',
  async () => {
    const names = createSyntheticNames();
    await fuzz('dns', 4_000, (message) => {
      const { reply, record, address } = answerQuestion(message, { policy, names });
      expect(Object.keys(EGRESS_REASONS)).toContain(record.reason);
      expect(JSON.parse(JSON.stringify(record))).toEqual(record);
      if (address !== undefined) {
        expect(record.verdict).toBe('allowed');
        expect(nameVerdict(policy, record.host ?? '').verdict).toBe('allowed');
        expect(address).toMatch(/^198\.1[89]\./);
      }
      if (reply === undefined) return;
      expect(reply.subarray(0, 2)).toEqual(message.subarray(0, 2));
      const read = dnsPacket.decode(reply);
      expect(read.type).toBe('response');
      // An amplifier would be of use to others.
      expect(reply.length).toBeLessThanOrEqual(message.length + 32);
      expect((read.answers ?? []).length).toBe(address === undefined ? 0 : 1);
    });
  },
  FUZZ_TIMEOUT_MS,
);
