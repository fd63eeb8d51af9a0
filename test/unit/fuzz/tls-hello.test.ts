import { expect, test } from 'vitest';
import { classify } from '../../../src/gateway/connection/classify.js';
import { readHelloMessage, serverNameOf } from '../../../src/gateway/connection/tls-hello.js';
import { FUZZ_TIMEOUT_MS, fuzz } from './fuzz.js';

test(
  'no first bytes crash the gateway, and where they are cut does not change what they are',
  async () => {
    await fuzz('tls-hello', 20_000, async (bytes) => {
      const whole = classify(bytes);
      // What was decided on fewer bytes must hold for all of them: else segments would choose the verdict.
      for (const cut of [1, 5, 9, bytes.length >> 2, bytes.length >> 1, bytes.length - 1]) {
        const early = classify(bytes.subarray(0, Math.max(0, cut)));
        if (early !== undefined) expect(early).toEqual(whole);
      }
      const hello = readHelloMessage(bytes);
      if (typeof hello === 'string') return;
      expect(hello.message.length).toBeLessThanOrEqual(65_535);
      const name = await serverNameOf(hello);
      expect(['string', 'undefined']).toContain(typeof name);
    });
  },
  FUZZ_TIMEOUT_MS,
);
